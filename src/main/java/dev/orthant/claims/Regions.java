package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.core.Shape;
import dev.orthant.data.Spirals;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Initializer;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.nn.Variable;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.plot.LineChart;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Whether the pieces of a ReLU network's function grow exponentially with its depth. */
final class Regions implements Claim {
  static final int DEPTHS = 5;
  /** ReLU units in all, in 1 to 5 layers alike. */
  private static final int UNITS = 60;
  private static final int ARMS = 2;

  @Override
  public String name() {
    return "regions";
  }

  @Override
  public String title() {
    return "Linear regions by depth";
  }

  /**
   * Pieces along a path: 1 + how often the pattern of active units changes from one point to the next, x being (points,
   * inputs).
   */
  static int along(Layer network, Tensor x) {
    int points = Math.toIntExact(x.shape().dim(0));
    boolean[] changes = new boolean[points];
    Pass pass = Pass.inference().observedBy((name, y) -> mark(y.toFloatArray(), points, changes));
    try (Scope _ = Scope.open()) {
      network.forward(x, pass).evaluate();
    }
    int pieces = 1;
    for (boolean c : changes) {
      pieces += c ? 1 : 0;
    }
    return pieces;
  }

  private static void mark(float[] y, int points, boolean[] changes) {
    int units = y.length / points;
    for (int i = units; i < y.length; i++) {
      changes[i / units] |= y[i] > 0 != y[i - units] > 0;
    }
  }

  /**
   * The tent map t(x) = 2·min(x, 1 − x) after itself, with two ReLU units a layer: relu(x) and relu(x − 1/2), whose 2
   * and −4-fold are t (Telgarsky 2015). It has 2^depth pieces on [0, 1].
   */
  static int tents(ClaimSetting s, int depth, int points) {
    List<Layer> layers = new ArrayList<>();
    for (int d = 0; d < depth; d++) {
      Tensor weight = d == 0
          ? Scope.detached(() -> Tensor.of(s.device(), Shape.of(1, 2), 1, 1))
          : Scope.detached(() -> Tensor.of(s.device(), Shape.of(2, 2), 2, 2, -4, -4));
      layers.add(new Linear(weight, Scope.detached(() -> Tensor.of(s.device(), Shape.of(2), 0, -0.5f))));
      layers.add(Activate.of(Activations.RELU));
    }
    // Points between the breaks, which are at multiples of a power of 1/2.
    float[] xs = new float[points];
    for (int i = 0; i < points; i++) {
      xs[i] = (i + 0.5f) / points;
    }
    try (Sequential network = Sequential.of(layers.toArray(Layer[]::new)); Scope _ = Scope.open()) {
      return along(network, Tensor.of(s.device(), Shape.of(points, 1), xs));
    }
  }

  /** Of the plane, into two classes; biases random too, or all regions would meet at 0. */
  private static Sequential network(ClaimSetting s, int depth, int index) {
    Parameters p = s.parameters(100 * depth + index);
    int width = UNITS / depth;
    List<Layer> layers = new ArrayList<>();
    for (int d = 0; d < depth; d++) {
      Linear linear = Linear.of(p, d == 0 ? 2 : width, width, Initializer.he());
      try (Scope _ = Scope.open()) {
        Tensor bias = p.random().normal(s.device(), p.dtype(), Shape.of(width), 0, 0.3);
        linear.variables().stream().filter(v -> v.name().equals("bias")).map(Variable::tensor)
            .forEach(b -> b.assign(bias));
      }
      layers.add(linear);
      layers.add(Activate.of(Activations.RELU));
    }
    layers.add(Linear.of(p, width, ARMS));
    return Sequential.of(layers.toArray(Layer[]::new));
  }

  /**
   * A line through the square [−1, 1]², where the data are, and as far again on both sides: two random points decide
   * it.
   */
  private static Tensor line(ClaimSetting s, int points, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] from = {random.nextDouble(-1, 1), random.nextDouble(-1, 1)};
    double angle = random.nextDouble(0, Math.PI);
    float[] xs = new float[2 * points];
    for (int i = 0; i < points; i++) {
      double t = 4.0 * i / (points - 1) - 2;
      xs[2 * i] = (float) (from[0] + t * StrictMath.cos(angle));
      xs[2 * i + 1] = (float) (from[1] + t * StrictMath.sin(angle));
    }
    return Tensor.of(s.device(), Shape.of(points, 2), xs);
  }

  /** The mean number of pieces along a line, before and after training, for networks of one depth. */
  static double[] random(ClaimSetting s, int depth) {
    int networks = s.size(4, 10);
    int points = s.size(10_000, 40_000);
    int steps = s.size(100, 400);
    double[] pieces = new double[2];
    for (int n = 0; n < networks; n++) {
      try (Sequential network = network(s, depth, n); Scope _ = Scope.open();
          Optimizer adam = Adam.DEFAULT.rate(0.01).optimizer()) {
        Tensor x = line(s, points, s.seed() * 1009 + n);
        pieces[0] += (double) along(network, x) / networks;
        new Fit(s, Spirals.train(s.seed(), 1000, ARMS, 0.02), 100).train(network, adam, steps);
        pieces[1] += (double) along(network, x) / networks;
      }
    }
    return pieces;
  }

  @Override
  public Finding measure(ClaimSetting s) {
    double[] depths = IntStream.rangeClosed(1, DEPTHS).asDoubleStream().toArray();
    double[][] random = IntStream.rangeClosed(1, DEPTHS).mapToObj(d -> random(s, d)).toArray(double[][]::new);
    double[] fresh = Arrays.stream(random).mapToDouble(r -> r[0]).toArray();
    double[] trained = Arrays.stream(random).mapToDouble(r -> r[1]).toArray();
    double[] tents = IntStream.rangeClosed(1, DEPTHS).mapToDouble(d -> tents(s, d, 4096)).toArray();
    List<List<String>> rows = new ArrayList<>();
    for (int d = 0; d < DEPTHS; d++) {
      int width = UNITS / (d + 1);
      rows.add(
          Grid.row("" + (d + 1), "" + width, Words.number(fresh[d]), Words.number(trained[d]), "" + (int) tents[d]));
    }
    LineChart chart = LineChart.titled("Linear regions along a line").x("hidden layers").logY("regions")
        .add("random, " + UNITS + " units in all", depths, fresh).add("the same, trained", depths, trained)
        .add("tent map, 2 units a layer", depths, tents);
    return new Finding(statements(fresh, trained, tents),
        "Networks of the plane with " + UNITS
            + " ReLU units in 1 to 5 layers, He weights, biases N(0, 0.3²), trained on two "
            + "spirals for " + s.size(100, 400) + " steps of Adam at 0.01; means over " + s.size(4, 10)
            + " networks and random lines of length 4, " + s.size(10_000, 40_000)
            + " points each. Tent map: 4096 points in [0, 1].",
        List.of("A region ends where the pattern of active units changes. Depth can double the regions with each "
            + "layer, as the tent map does with two units; random weights are not expected to, they give about one "
            + "region a unit (Hanin and Rolnick 2019)."),
        List.of(new Grid(List.of("layers>", "units a layer>", "random>", "trained>", "tent map>"), rows)),
        List.of(new Picture("regions.svg", "Regions along a line against the number of layers", chart.svg())));
  }

  private static List<Statement> statements(double[] fresh, double[] trained, double[] tents) {
    int last = DEPTHS - 1;
    boolean doubles = IntStream.range(0, DEPTHS).allMatch(d -> tents[d] == 1 << (d + 1));
    // Doubling with each layer would be 16-fold from one layer to five.
    double most = 1 << last;
    return List.of(
        new Statement("depth can double the regions with each layer (a network made for it)", "2 units a layer: "
            + (int) tents[0] + " to " + (int) tents[last], doubles),
        new Statement("a random network of the same size has exponentially more regions when deeper",
            Words.number(fresh[0]) + " in one layer, " + Words.number(fresh[last]) + " in five",
            fresh[last] >= fresh[0] * most / 2),
        new Statement("a trained network of the same size has, too",
            Words.number(trained[0]) + " in one layer, " + Words.number(trained[last])
                + " in five",
            trained[last] >= trained[0] * most / 2));
  }
}
