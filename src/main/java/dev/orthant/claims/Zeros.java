package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.data.Digits;
import dev.orthant.data.Examples;
import dev.orthant.expr.Activations;
import dev.orthant.monitor.LayerReport;
import dev.orthant.monitor.Monitor;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.plot.LineChart;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How many outputs of ReLU are 0, before and after training. */
final class Zeros implements Claim {
  static final int HIDDEN = 3;
  private static final int WIDTH = 512;
  private static final int BATCH = 64;
  private static final int PIXELS = Digits.SIDE * Digits.SIDE;

  /**
   * The training.
   *
   * @param steps at which it was looked
   * @param shares of zeros, for each layer at each of these
   * @param accuracy at each of these
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
  record History(double[] steps, double[][] shares, double[] accuracy) {
    /** Over all layers, which are of one size. */
    double mean(int at) {
      return IntStream.range(0, HIDDEN).mapToDouble(l -> shares[l][at]).average().orElse(Double.NaN);
    }
  }

  @Override
  public String name() {
    return "zeros";
  }

  @Override
  public String title() {
    return "Zeros behind ReLU";
  }

  private static Sequential network(ClaimSetting s) {
    Parameters p = s.parameters(0);
    Activate relu = Activate.of(Activations.RELU);
    return Sequential.of(Linear.of(p, PIXELS, WIDTH), relu.named("hidden 1"), Linear.of(p, WIDTH, WIDTH),
        relu.named("hidden 2"), Linear.of(p, WIDTH, WIDTH), relu.named("hidden 3"),
        Linear.of(p, WIDTH, Digits.CLASSES));
  }

  static History train(ClaimSetting s) {
    int looks = s.size(4, 10);
    int stride = s.size(25, 40);
    Examples test = Digits.test(s.seed(), s.size(500, 1000));
    var fit = new Fit(s, Digits.train(s.seed(), s.size(2000, 10_000)), BATCH);
    History h = new History(new double[looks + 1], new double[HIDDEN][looks + 1], new double[looks + 1]);
    try (Sequential network = network(s); Optimizer adam = Adam.DEFAULT.optimizer(); Monitor monitor = new Monitor()) {
      for (int i = 0; i <= looks; i++) {
        if (i > 0) {
          fit.train(network, adam, stride);
        }
        h.steps[i] = i * stride;
        h.accuracy[i] = Fit.accuracy(s.device(), network, test, Pass.inference().observedBy(monitor));
        List<LayerReport> layers = monitor.report().layers();
        for (int l = 0; l < HIDDEN; l++) {
          h.shares[l][i] = layers.get(l).sparsity();
        }
        monitor.reset();
      }
    }
    return h;
  }

  @Override
  public Finding measure(ClaimSetting s) {
    History h = train(s);
    int last = h.steps.length - 1;
    LineChart chart = LineChart.titled("Zeros among the outputs of ReLU").x("training steps").y("share of zeros");
    List<List<String>> rows = new ArrayList<>();
    for (int l = 0; l < HIDDEN; l++) {
      chart.add("hidden " + (l + 1), h.steps, h.shares[l]);
      rows.add(Grid.row("hidden " + (l + 1), Words.percent(h.shares[l][0]), Words.percent(h.shares[l][last])));
    }
    rows.add(Grid.row("accuracy", Words.percent(h.accuracy[0]), Words.percent(h.accuracy[last])));
    double before = h.mean(0);
    double after = h.mean(last);
    return new Finding(List.of(
        new Statement("at initialisation about half of the outputs are 0 (45 to 55 %)", Words.percent(before),
            Math.abs(before - 0.5) <= 0.05),
        new Statement("and it stays so in training (45 to 55 %)", Words.percent(after) + " after " + (int) h.steps[last]
            + " steps", Math.abs(after - 0.5) <= 0.05)),
        "Digits, MLP " + PIXELS + "-512-512-512-10, He weights, biases 0; Adam at 0.001, batch " + BATCH
            + "; shares over examples to test with.",
        List.of("Half is what symmetry says of random weights; nothing keeps it there once weights are learned."),
        List.of(new Grid(List.of("", "before>", "after>"), rows)),
        List.of(new Picture("zeros.svg", "The share of zeros in each hidden layer as training goes on", chart.svg())));
  }
}
