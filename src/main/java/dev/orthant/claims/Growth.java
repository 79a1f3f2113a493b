package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Initializer;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.optim.Clipping;
import dev.orthant.plot.LineChart;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A gain of a little more than 1 in each layer makes gradients explode; clipping holds them. */
final class Growth implements Claim {
  static final int LAYERS = 50;
  static final double GAIN = 1.1;
  /** What the global norm is clipped to. */
  static final double LIMIT = 1;
  private static final int WIDTH = 64;
  private static final int BATCH = 32;
  /** Depths at which clipping is measured are this far apart. */
  private static final int STRIDE = 5;

  /**
   * The global norm of all weights' gradients, by depth.
   *
   * @param clipped after clipping
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, by whoever asked
  record Norms(double[] depths, double[] before, double[] clipped) {}

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String title() {
    return "Growth through fifty layers, and clipping";
  }

  /** Layers that turn and stretch: 1.1 times an orthogonal matrix, nothing else. */
  private static List<Layer> turning(ClaimSetting s, int count) {
    Parameters p = s.parameters(0);
    return IntStream.range(0, count)
        .<Layer>mapToObj(i -> Linear.plain(p, WIDTH, WIDTH, Initializer.orthogonal(GAIN))).toList();
  }

  private static List<Layer> relus(ClaimSetting s) {
    Parameters p = s.parameters(1);
    Initializer weights = Initializer.he().gain(GAIN * Math.sqrt(2));
    return IntStream.range(0, LAYERS).<Layer>mapToObj(
        i -> Sequential.of(Linear.plain(p, WIDTH, WIDTH, weights), Activate.of(Activations.RELU))).toList();
  }

  private static Flow flow(ClaimSetting s, List<Layer> layers) {
    try (Scope _ = Scope.open()) {
      RandomStream random = s.parameters(2).random();
      Shape shape = Shape.of(BATCH, WIDTH);
      return Flow.through(layers, random.normal(s.device(), DType.F32, shape, 0, 1),
          random.normal(s.device(), DType.F32, shape, 0, 1));
    } finally {
      layers.forEach(Layer::close);
    }
  }

  /** Through fifty layers that turn and stretch. */
  static Flow turned(ClaimSetting s) {
    return flow(s, turning(s, LAYERS));
  }

  /** The global norm of the gradients of networks of 5, 10, … 50 such layers, before and after clipping it. */
  static Norms clipping(ClaimSetting s) {
    double[] depths = IntStream.rangeClosed(1, LAYERS / STRIDE).mapToDouble(i -> i * STRIDE).toArray();
    double[][] norms = Arrays.stream(depths).mapToObj(d -> clipped(s, (int) d)).toArray(double[][]::new);
    return new Norms(depths, Arrays.stream(norms).mapToDouble(n -> n[0]).toArray(),
        Arrays.stream(norms).mapToDouble(n -> n[1]).toArray());
  }

  private static double[] clipped(ClaimSetting s, int depth) {
    Sequential network = Sequential.of(turning(s, depth).toArray(Layer[]::new));
    try (network; Scope _ = Scope.open(); Tape tape = Tape.open()) {
      RandomStream random = s.parameters(2).random();
      Shape shape = Shape.of(BATCH, WIDTH);
      // A mean over the batch of unit vectors' products: every layer's gradient then is about as large as the gain
      // makes it.
      Tensor x = random.normal(s.device(), DType.F32, shape, 0, 1 / Math.sqrt(WIDTH));
      Tensor seed = random.normal(s.device(), DType.F32, shape, 0, 1 / Math.sqrt(WIDTH) / BATCH);
      tape.backward(network.forward(x, Pass.inference()), seed);
      double before = Clipping.byFiniteGlobalNorm(network.parameters(), LIMIT);
      return new double[] {before, Clipping.globalNorm(network.parameters()).toDoubleArray()[0]};
    }
  }

  @Override
  public Finding measure(ClaimSetting s) {
    Flow turned = turned(s);
    Flow relus = flow(s, relus(s));
    Norms norms = clipping(s);
    double[] xs = IntStream.rangeClosed(0, LAYERS).asDoubleStream().toArray();
    LineChart growth = LineChart.titled("Growth through layers of gain 1.1").x("layers").logY("factor")
        .add("activations, orthogonal", xs, turned.amplification())
        .add("gradients, orthogonal", xs, turned.attenuation())
        .add("activations, He × 1.1, ReLU", xs, relus.amplification())
        .add("gradients, He × 1.1, ReLU", xs, relus.attenuation());
    LineChart clipping = LineChart.titled("Global norm of all gradients").x("layers").logY("norm")
        .add("as it is", norms.depths(), norms.before()).add("clipped to 1", norms.depths(), norms.clipped());
    return new Finding(statements(turned, relus, norms),
        "Layers of " + WIDTH + " units, batch " + BATCH + " of N(0, 1). Orthogonal: each layer 1.1 times an orthogonal "
            + "matrix, no activation. ReLU: He weights times 1.1. Clipping: `Clipping.byFiniteGlobalNorm` at " + LIMIT
            + " over the gradients of all weight matrices of networks of " + STRIDE + " to " + LAYERS
            + " orthogonal layers.",
        List.of("The orthogonal chain grows as computed by hand. A random ReLU network does so on the average over "
            + "networks only: the factor of a single one this narrow strays by a multiple."),
        List.of(table(turned, relus), clipTable(norms)),
        List.of(
            new Picture("growth.svg",
                "Activations going forward and gradients coming back, relative to where they began",
                growth.svg()),
            new Picture("clipping.svg", "The global norm with and without clipping, by depth", clipping.svg())));
  }

  private static List<Statement> statements(Flow turned, Flow relus, Norms norms) {
    double expected = Math.pow(GAIN, LAYERS);
    double forward = turned.amplification()[LAYERS];
    double back = turned.attenuation()[LAYERS];
    double most = Arrays.stream(norms.clipped()).max().orElse(Double.NaN);
    double strongest = Arrays.stream(norms.before()).max().orElse(Double.NaN);
    double real = relus.amplification()[LAYERS];
    return List.of(
        new Statement("a gain of 1.1 makes activations 1.1^50 = 117 times as large", Words.number(forward),
            Math.abs(forward / expected - 1) < 0.01),
        new Statement("and gradients too", Words.number(back), Math.abs(back / expected - 1) < 0.01),
        new Statement("a random ReLU network of that gain grows about as much (within a factor of 3)",
            Words.number(real)
                + " forward, " + Words.number(relus.attenuation()[LAYERS]) + " back",
            real > expected / 3 && real < expected * 3),
        new Statement("clipping by global norm holds it at the limit", "from " + Words.number(strongest) + " to "
            + Words.number(most) + " at the limit " + LIMIT, Math.abs(most - LIMIT) < 1e-4));
  }

  private static Grid table(Flow turned, Flow relus) {
    List<List<String>> rows = new ArrayList<>();
    for (int n : new int[] {1, 10, 20, 30, 40, 50}) {
      rows.add(Grid.row("" + n, Words.number(Math.pow(GAIN, n)), Words.number(turned.amplification()[n]),
          Words.number(turned.attenuation()[n]), Words.number(relus.amplification()[n]),
          Words.number(relus.attenuation()[n])));
    }
    return new Grid(List.of("layers>", "1.1^n>", "activations>", "gradients>", "ReLU activations>", "ReLU gradients>"),
        rows);
  }

  private static Grid clipTable(Norms norms) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 1; i < norms.depths().length; i += 2) {
      rows.add(
          Grid.row("" + (int) norms.depths()[i], Words.number(norms.before()[i]), Words.number(norms.clipped()[i])));
    }
    return new Grid(List.of("layers>", "global norm>", "clipped>"), rows);
  }
}
