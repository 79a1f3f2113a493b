package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.data.Digits;
import dev.orthant.data.Examples;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.optim.Optimizer;
import dev.orthant.optim.Sgd;
import dev.orthant.plot.BarChart;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What an activation costs: of a training step, and by itself. */
final class StepTime implements Claim {
  private static final int WIDTH = 512;
  private static final int BATCH = 64;
  private static final int PIXELS = Digits.SIDE * Digits.SIDE;
  /**
   * In the order of the tables: ReLU, what the others are compared with, first; and again at the end, which shows how
   * far times can be trusted.
   */
  private static final List<Activation> COMPARED =
      List.of(Activations.RELU, Activations.LEAKY_RELU, Activations.ELU, Activations.GELU, Activations.SWISH,
          Activations.MISH, Activations.TANH, Activations.SIGMOID, Activations.RELU);
  private static final int SIGMOID = 7;
  private static final int AGAIN = 8;

  @Override
  public String name() {
    return "time";
  }

  @Override
  public String title() {
    return "Time of a training step";
  }

  /** A network with its optimizer, trained on the same batch again and again. */
  private record Trained(Sequential network, Optimizer optimizer) implements AutoCloseable {
    static Trained with(ClaimSetting s, Activation f) {
      Parameters p = s.parameters(0);
      Activate hidden = Activate.of(f);
      Layer[] layers = {Linear.of(p, PIXELS, WIDTH), hidden, Linear.of(p, WIDTH, WIDTH), hidden,
          Linear.of(p, WIDTH, Digits.CLASSES)};
      return new Trained(Sequential.of(layers), Sgd.DEFAULT.rate(1e-3).optimizer());
    }

    void step(Tensor x, Tensor labels) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        tape.backward(network.forward(x, Pass.inference()).crossEntropy(labels));
      }
      optimizer.step(network.parameters());
      // The last update is still pending.
      network.parameters().forEach(Tensor::evaluate);
    }

    @Override
    public void close() {
      optimizer.close();
      network.close();
    }
  }

  /** Seconds of a training step: forward, backward, SGD. */
  static double[] steps(ClaimSetting s) {
    List<Trained> all = COMPARED.stream().map(f -> Trained.with(s, f)).toList();
    Examples data = Digits.train(s.seed(), BATCH);
    try (Scope _ = Scope.open()) {
      Tensor x = Fit.features(s.device(), data);
      Tensor labels = Fit.labels(s.device(), data);
      return warmly(s, s.size(4, 25), all.stream().<Runnable>map(t -> () -> t.step(x, labels)).toList());
    } finally {
      all.forEach(Trained::close);
    }
  }

  /** Seconds of the activation alone, forward and backward, elementwise on one big tensor. */
  static double[] alone(ClaimSetting s) {
    try (Scope _ = Scope.open()) {
      Tensor x = s.parameters(1).random().normal(s.device(), DType.F32, elements(s), 0, 1).evaluate().requireGradient();
      Tensor seed = Tensor.full(s.device(), DType.F32, Shape.of(), 1);
      return warmly(s, s.size(3, 12), COMPARED.stream().<Runnable>map(f -> () -> alone(f, x, seed)).toList());
    }
  }

  /** Runs all in turn for half as long before: a just-in-time compiler is not done with vector code for seconds. */
  private static double[] warmly(ClaimSetting s, double seconds, List<Runnable> works) {
    long start = System.nanoTime();
    do {
      works.forEach(Runnable::run);
      s.device().finish();
    } while ((System.nanoTime() - start) * 1e-9 < seconds / 2);
    return s.timing().medians(seconds, works);
  }

  private static void alone(Activation f, Tensor x, Tensor seed) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor y = x.activate(f).evaluate();
      tape.backward(y, seed);
    }
    x.clearGradient();
  }

  private static Shape elements(ClaimSetting s) {
    return Shape.of(s.size(1 << 20, 1 << 22));
  }

  @Override
  public Finding measure(ClaimSetting s) {
    double[] steps = steps(s);
    double[] alone = alone(s);
    List<List<String>> rows = new ArrayList<>();
    BarChart chart = BarChart.titled("Time relative to ReLU's").x("ratio");
    for (int i = 0; i < COMPARED.size(); i++) {
      String name = COMPARED.get(i).name() + (i == AGAIN ? ", again" : "");
      double step = steps[i] / steps[0];
      double own = alone[i] / alone[0];
      rows.add(Grid.row(name, Words.milliseconds(steps[i]), Words.ratio(step), Words.milliseconds(alone[i]),
          Words.ratio(own)));
      chart.add(name + ", step", step, Words.ratio(step)).add("alone", own, Words.ratio(own));
    }
    return new Finding(List.of(
        statement("ReLU saves 30 % or more of a training step against sigmoid", steps),
        statement("ReLU saves 30 % or more of the activation's own time against sigmoid", alone)),
        "MLP " + PIXELS + "-" + WIDTH + "-" + WIDTH + "-10, batch " + BATCH
            + ", F32, a step being forward, backward and SGD, on "
            + s.device().info().units() + " units (threads) of " + s.device().info().description()
            + ". Alone: forward and "
            + "backward of " + elements(s).elements() + " elements. Medians of samples taken in turn; ReLU is timed "
            + "twice, and differences as small as that between the two are none.",
        List.of("A step is matrix products: " + products() + " million multiplications and additions, against "
            + 2 * BATCH * WIDTH / 1000
            + " thousand activations, some of them fused into the products' launches. What an "
            + "activation costs by itself is the upper end of what it can cost in a network."),
        List.of(new Grid(List.of("", "step>", "ratio>", "alone>", "ratio>"), rows)),
        List.of(new Picture("time.svg", "Times of a training step and of the activation alone, relative to ReLU's",
            chart.svg())));
  }

  private static Statement statement(String lore, double[] seconds) {
    double saved = 1 - seconds[0] / seconds[SIGMOID];
    double stray = Math.abs(seconds[AGAIN] / seconds[0] - 1);
    return new Statement(lore, "saves " + Words.percent(saved) + " (ReLU against itself: " + Words.percent(stray) + ")",
        saved >= 0.3);
  }

  /**
   * Three products a layer: the output, and the gradients with respect to the weights and by the input. In millions.
   */
  private static long products() {
    long weights = (long) PIXELS * WIDTH + (long) WIDTH * WIDTH + (long) WIDTH * Digits.CLASSES;
    long unneeded = (long) PIXELS * WIDTH;
    return 2 * BATCH * (3 * weights - unneeded) / 1_000_000;
  }
}
