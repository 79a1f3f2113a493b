package dev.orthant.cli.claims;

import dev.orthant.cli.claims.Finding.Grid;
import dev.orthant.cli.claims.Finding.Picture;
import dev.orthant.cli.claims.Finding.Statement;
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
import dev.orthant.plot.BarChart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A learning rate that is too large kills units of ReLU for good; its relatives' come back. */
final class DeadUnits implements Claim {
  private static final int WIDTH = 128;
  private static final int BATCH = 64;
  private static final double AGGRESSIVE = 1.5;
  private static final double GENTLE = 0.02;
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

  /** What is known of a network. Shares of its hidden units: with no slope, and never positive. */
  record State(double stuck, double negative, double accuracy) {}

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

  static Course train(Setting s, Kind kind) {
    int steps = s.size(60, 300);
    Examples test = Digits.test(s.seed(), s.size(500, 2000));
    Parameters p = s.parameters(0);
    var fit = new Fit(s, Digits.train(s.seed(), s.size(2000, 10_000)), BATCH);
    Sequential network = Sequential.of(Linear.of(p, PIXELS, WIDTH), kind.hidden().apply(p), Linear.of(p, WIDTH, WIDTH),
        kind.hidden().apply(p), Linear.of(p, WIDTH, Digits.CLASSES));
    try (network; Optimizer aggressive = Sgd.DEFAULT.rate(AGGRESSIVE).optimizer();
        Optimizer gentle = Sgd.DEFAULT.rate(GENTLE).optimizer()) {
      State before = state(s, kind, network, test);
      fit.train(network, aggressive, steps);
      State after = state(s, kind, network, test);
      fit.train(network, gentle, 2 * steps);
      return new Course(kind, before, after, state(s, kind, network, test));
    }
  }

  private static State state(Setting s, Kind kind, Layer network, Examples test) {
    try (Monitor stuck = new Monitor(Layout.NCHW, _ -> kind.stuck()); Monitor negative = new Monitor()) {
      // The layers have the name of their activation; the monitor wants one each.
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

  private static double dead(Monitor monitor) {
    return monitor.report().layers().stream().mapToDouble(LayerReport::deadShare).average().orElse(Double.NaN);
  }

  @Override
  public Finding measure(Setting s) {
    List<Course> all = kinds().stream().map(k -> train(s, k)).toList();
    List<List<String>> rows = new ArrayList<>();
    BarChart chart = BarChart.titled("Hidden units that learn nothing any more").x("% of units");
    for (Course c : all) {
      rows.add(Grid.row(c.kind().name(), Words.percent(c.before().stuck()), Words.percent(c.after().stuck()),
          Words.percent(c.later().stuck()), Words.percent(c.after().negative()), Words.percent(c.later().negative()),
          Words.percent(c.after().accuracy()), Words.percent(c.later().accuracy())));
      chart.add(c.kind().name() + ", aggressive", 100 * c.after().stuck(), Words.percent(c.after().stuck()));
      chart.add("then gentle", 100 * c.later().stuck(), Words.percent(c.later().stuck()));
    }
    return new Finding(statements(all),
        "Digits, MLP " + PIXELS + "-" + WIDTH + "-" + WIDTH + "-10, the same He weights for all, biases 0; SGD, batch "
            + BATCH
            + ", " + s.size(60, 300) + " steps at " + AGGRESSIVE + ", then " + 2 * s.size(60, 300) + " at " + GENTLE
            + ". PReLU has a slope per unit, from 0.25.",
        List.of("A unit learns nothing when its slope is below 0.001 for every one of the examples to test with. "
            + "Leaky ReLU (slope 0.01) and PReLU cannot be so by definition, which is the lore's point; the columns "
            + "\"never positive\" show how many of their units are on the flat side all the same."),
        List.of(new Grid(List.of("", "no slope before>", "aggressive>", "gentle>", "never positive, aggressive>",
            "gentle>", "accuracy, aggressive>", "gentle>"), rows)),
        List.of(new Picture("dead.svg", "The share of hidden units without a slope", chart.svg())));
  }

  private static List<Statement> statements(List<Course> all) {
    Course relu = all.getFirst();
    double others = all.stream().skip(1).mapToDouble(c -> c.after().stuck()).max().orElse(Double.NaN);
    double least = all.stream().skip(1).mapToDouble(c -> c.later().accuracy()).min().orElse(Double.NaN);
    double revived = relu.after().stuck() - relu.later().stuck();
    return List.of(
        new Statement("an aggressive learning rate kills many units of ReLU (20 % or more)",
            Words.percent(relu.after().stuck()) + " (before: " + Words.percent(relu.before().stuck()) + ")",
            relu.after().stuck() >= 0.2),
        new Statement("they do not come back (fewer than one in ten does)",
            Words.percent(relu.after().stuck()) + ", after gentle training "
                + Words.percent(relu.later().stuck()),
            revived <= 0.1 * relu.after().stuck()),
        new Statement("Leaky ReLU, PReLU and ELU keep theirs alive (5 % dead at most)",
            "at most " + Words.percent(others) + " dead", others <= 0.05),
        new Statement("and so get further than ReLU", "after gentle training at least " + Words.percent(least)
            + " right, ReLU " + Words.percent(relu.later().accuracy()), least > relu.later().accuracy()));
  }
}
