package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.data.Digits;
import dev.orthant.data.Examples;
import dev.orthant.expr.Activations;
import dev.orthant.monitor.Dead;
import dev.orthant.monitor.LayerReport;
import dev.orthant.monitor.Monitor;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Layer;
import dev.orthant.nn.LearnedActivation;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Layout;
import dev.orthant.optim.Optimizer;
import dev.orthant.optim.Sgd;
import dev.orthant.plot.LineChart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A learning rate that is too large kills units of ReLU for good; what becomes of its relatives'. */
final class DeadUnits implements Claim {
  /** The rate that the statements are about. */
  static final double AGGRESSIVE = 1;
  private static final double GENTLE = 0.02;
  private static final int WIDTH = 128;
  private static final int BATCH = 64;
  /** ELU's slope is y + 1 where y is negative: below a thousandth nothing is learned. */
  private static final double ELU_ASLEEP = -0.999;
  private static final int PIXELS = Digits.SIDE * Digits.SIDE;

  /**
   * One activation.
   *
   * @param hidden the layer that applies it
   * @param stuck when a unit learns nothing: its slope is below 0.001 for every example
   */
  record Kind(String name, Function<Parameters, Layer> hidden, Dead stuck) {}

  /**
   * What is known of a network. Shares of its hidden units: with no slope, and never positive; both NaN once the
   * network is.
   */
  record State(double stuck, double negative, double accuracy) {
    boolean diverged() {
      return Double.isNaN(stuck);
    }

    String inWords() {
      return diverged() ? "diverged to NaN" : Words.percent(stuck);
    }
  }

  /** A network before, after the aggressive and after the gentle training. */
  record Course(Kind kind, State before, State after, State later) {}

  @Override
  public String name() {
    return "dead";
  }

  @Override
  public String title() {
    return "Dead units";
  }

  /** Leaky ReLU and PReLU have a slope everywhere: no output is below −∞. */
  static List<Kind> kinds() {
    Dead never = new Dead(false, Double.NEGATIVE_INFINITY);
    return List.of(new Kind("ReLU", _ -> Activate.of(Activations.RELU), Dead.NEVER_POSITIVE),
        new Kind("Leaky ReLU", _ -> Activate.of(Activations.LEAKY_RELU), never),
        new Kind("PReLU", p -> LearnedActivation.of(p, Activations.PRELU, WIDTH, Layout.NCHW), never),
        new Kind("ELU", _ -> Activate.of(Activations.ELU), new Dead(false, ELU_ASLEEP)));
  }

  static double[] rates(ClaimSetting s) {
    return s.quick() ? new double[] {0.3, AGGRESSIVE} : new double[] {0.1, 0.3, 0.5, 0.7, AGGRESSIVE, 1.5};
  }

  private static int steps(ClaimSetting s) {
    return s.size(50, 100);
  }

  /** What to train on and what to look at. */
  record Data(Examples train, Examples test) {
    static Data of(ClaimSetting s) {
      return new Data(Digits.train(s.seed(), s.size(2000, 6000)), Digits.test(s.seed(), s.size(500, 1000)));
    }
  }

  static Course train(ClaimSetting s, Data data, Kind kind, double rate) {
    Parameters p = s.parameters(0);
    var fit = new Fit(s, data.train(), BATCH);
    Sequential network = Sequential.of(Linear.of(p, PIXELS, WIDTH), kind.hidden().apply(p), Linear.of(p, WIDTH, WIDTH),
        kind.hidden().apply(p), Linear.of(p, WIDTH, Digits.CLASSES));
    try (network; Optimizer aggressive = Sgd.DEFAULT.rate(rate).optimizer();
        Optimizer gentle = Sgd.DEFAULT.rate(GENTLE).optimizer()) {
      State before = state(s, kind, network, data.test());
      fit.train(network, aggressive, steps(s));
      State after = state(s, kind, network, data.test());
      fit.train(network, gentle, steps(s));
      return new Course(kind, before, after, state(s, kind, network, data.test()));
    }
  }

  private static State state(ClaimSetting s, Kind kind, Layer network, Examples test) {
    try (Monitor stuck = new Monitor(Layout.NCHW, _ -> kind.stuck()); Monitor negative = new Monitor()) {
      // Both layers have the name of their activation; the monitor wants one each.
      int[] layer = {0};
      Pass pass = Pass.inference().observedBy((name, y) -> {
        layer[0]++;
        stuck.accept(name + layer[0], y);
        negative.accept(name + layer[0], y);
      });
      double accuracy = Fit.accuracy(s.device(), network, test, pass);
      return new State(dead(stuck), dead(negative), accuracy);
    }
  }

  /** The mean of an output tells whether there is a NaN or an infinity among them. */
  private static double dead(Monitor monitor) {
    List<LayerReport> layers = monitor.report().layers();
    return layers.stream().allMatch(l -> Double.isFinite(l.mean()))
        ? layers.stream().mapToDouble(LayerReport::deadShare).average().orElse(Double.NaN)
        : Double.NaN;
  }

  @Override
  public Finding measure(ClaimSetting s) {
    double[] rates = rates(s);
    Data data = Data.of(s);
    LineChart chart =
        LineChart.titled("Hidden units that learn nothing any more").x("learning rate").y("share of units");
    List<Course> statements = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (Kind kind : kinds()) {
      List<Course> courses = Arrays.stream(rates).mapToObj(r -> train(s, data, kind, r)).toList();
      chart.add(kind.name(), rates, courses.stream().mapToDouble(c -> c.after().stuck()).toArray());
      for (int i = 0; i < rates.length; i++) {
        rows.add(row(rates[i], courses.get(i)));
        if (rates[i] == AGGRESSIVE) {
          statements.add(courses.get(i));
        }
      }
    }
    return new Finding(statements(statements),
        "Digits, MLP " + PIXELS + "-" + WIDTH + "-" + WIDTH + "-10, the same He weights for all, biases 0; SGD, batch "
            + BATCH
            + ", " + steps(s) + " steps at the learning rate, then as many at " + GENTLE
            + ". Leaky ReLU has the slope 0.01, PReLU one per unit, at first 0.25. The statements are about the rate "
            + AGGRESSIVE + ".",
        List.of(
            "A unit is dead when its slope is below 0.001 for every one of the examples to test with. Leaky ReLU and "
                + "PReLU cannot be so by definition, which is the lore's point; \"never positive\" shows how many of "
                + "their "
                + "units are on the flat side all the same. Where a curve ends the network diverged to NaN. ELU's "
                + "negative side is flat far out: its units can die there too."),
        List.of(new Grid(List.of("", "rate>", "dead before>", "dead after>", "dead, gentle after>", "never positive>",
            "accuracy>", "accuracy, gentle after>"), rows)),
        List.of(new Picture("dead.svg", "The share of hidden units without a slope, by learning rate", chart.svg())));
  }

  private static List<String> row(double rate, Course c) {
    return Grid.row(c.kind().name(), Words.ratio(rate), Words.percent(c.before().stuck()),
        Words.percent(c.after().stuck()),
        Words.percent(c.later().stuck()), Words.percent(c.after().negative()), Words.percent(c.after().accuracy()),
        Words.percent(c.later().accuracy()));
  }

  private static List<Statement> statements(List<Course> all) {
    Course relu = all.get(0);
    Course leaky = all.get(1);
    double killed = relu.after().stuck();
    List<Statement> result = new ArrayList<>(List.of(
        new Statement("an aggressive learning rate kills many units of ReLU (20 % or more)",
            relu.after().inWords() + " (before: " + relu.before().inWords() + ")", killed >= 0.2),
        new Statement("they do not come back (fewer than a quarter do)", relu.after().inWords() + ", "
            + relu.later().inWords() + " after gentle training", killed - relu.later().stuck() < 0.25 * killed)));
    for (Course c : all.subList(1, all.size())) {
      result.add(new Statement(c.kind().name() + " keeps its units alive (5 % dead at most)", c.after().inWords(),
          c.after().stuck() <= 0.05));
    }
    result.add(new Statement("and so Leaky ReLU gets further than ReLU", Words.percent(leaky.later().accuracy())
        + " right after gentle training, ReLU " + Words.percent(relu.later().accuracy()),
        leaky.later().accuracy() > relu.later().accuracy()));
    return result;
  }
}
