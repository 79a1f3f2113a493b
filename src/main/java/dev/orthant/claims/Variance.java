package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Initializer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.plot.LineChart;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** He's weights keep the scale of signals through fifty ReLU layers; others do not. */
final class Variance implements Claim {
  static final int LAYERS = 50;
  static final int WIDTH = 512;
  private static final int BATCH = 32;

  @Override
  public String name() {
    return "variance";
  }

  @Override
  public String title() {
    return "Activations through fifty ReLU layers";
  }

  /**
   * E h² of the outputs h of each of the layers, of N(0, 1) inputs, as a mean over several networks. By theory it
   * changes in each layer by the factor width·σ²/2, σ being the deviation of the weights.
   */
  static double[] squares(ClaimSetting s, Initializer weights, int networks) {
    double[] mean = new double[LAYERS];
    for (int n = 0; n < networks; n++) {
      double[] one = squares(s, s.parameters(n), weights);
      for (int i = 0; i < LAYERS; i++) {
        mean[i] += one[i] / networks;
      }
    }
    return mean;
  }

  private static double[] squares(ClaimSetting s, Parameters p, Initializer weights) {
    double[] result = new double[LAYERS];
    Activate relu = Activate.of(Activations.RELU);
    Pass pass = Pass.inference();
    Tensor h = p.random().normal(s.device(), DType.F32, Shape.of(BATCH, WIDTH), 0, 1);
    for (int i = 0; i < LAYERS; i++) {
      try (Scope scope = Scope.open(); Linear layer = Linear.plain(p, WIDTH, WIDTH, weights); Tensor before = h) {
        h = scope.keep(relu.forward(layer.forward(before, pass), pass).evaluate());
        // In double, on the host: squares overflow F32 long before h does.
        result[i] = Arrays.stream(h.toDoubleArray()).map(v -> v * v).average().orElse(Double.NaN);
      }
    }
    h.close();
    return result;
  }

  @Override
  public Finding measure(ClaimSetting s) {
    int networks = s.size(3, 8);
    Map<String, double[]> curves = new LinkedHashMap<>();
    curves.put("He", squares(s, Initializer.he(), networks));
    curves.put("Xavier", squares(s, Initializer.xavier(), networks));
    curves.put("N(0, 1)", squares(s, Initializer.normal(0, 1), 1));
    curves.put("N(0, 0.01²)", squares(s, Initializer.normal(0, 0.01), 1));
    LineChart chart = LineChart.titled("E h² behind each of fifty ReLU layers").x("layer").logY("E h²");
    List<List<String>> rows = new ArrayList<>();
    curves.forEach((name, ys) -> {
      chart.add(name, ys);
      rows.add(
          Grid.row(name, Words.number(ys[0]), Words.number(ys[9]), Words.number(ys[24]), Words.number(ys[LAYERS - 1]),
              end(ys)));
    });
    return new Finding(statements(curves),
        "Width " + WIDTH + ", batch " + BATCH + " of N(0, 1), no biases, F32; the mean over "
            + networks + " networks for He and Xavier, one each for the others.",
        List.of("With weights of variance σ² each layer multiplies E h² by width·σ²/2: 1 for He, 1/2 for Xavier, "
            + WIDTH / 2 + " and " + Words.number(WIDTH * 1e-4 / 2)
            + " for the naive two. What is beyond F32 ends a curve.",
            "ReLU only passes scale on, so all four are the same networks up to a factor: a loss of 2^-50 in E h² is a "
                + "mere 3·10^-8 in h, far from F32's end. It is the biases and the loss that then drown the signal."),
        List.of(new Grid(List.of("weights", "layer 1>", "10>", "25>", "50>", "leaves F32 in layer>"), rows)),
        List.of(new Picture("variance.svg", "E h² by layer for four ways to draw the weights", chart.svg())));
  }

  /** The first layer whose outputs are all 0 or not finite. */
  static int lost(double[] squares) {
    for (int i = 0; i < LAYERS; i++) {
      if (!(squares[i] > 0 && squares[i] < Double.POSITIVE_INFINITY)) {
        return i + 1;
      }
    }
    return 0;
  }

  private static String end(double[] squares) {
    return lost(squares) == 0 ? "never" : "" + lost(squares);
  }

  private static List<Statement> statements(Map<String, double[]> curves) {
    double[] none = {Double.NaN};
    double[] he = curves.getOrDefault("He", none);
    double[] xavier = curves.getOrDefault("Xavier", none);
    double[] large = curves.getOrDefault("N(0, 1)", none);
    double[] small = curves.getOrDefault("N(0, 0.01²)", none);
    double least = Arrays.stream(he).min().orElse(Double.NaN);
    double most = Arrays.stream(he).max().orElse(Double.NaN);
    double left = xavier[LAYERS - 1] * StrictMath.pow(2, LAYERS);
    return List.of(
        new Statement("He keeps E h² near 1 through fifty layers (within a factor of 3)",
            Words.number(least) + " to " + Words.number(most), least > 1.0 / 3 && most < 3),
        new Statement("Xavier halves it in each: 2^-50 = 8.9e-16 (within a factor of 3)",
            Words.number(xavier[LAYERS - 1]),
            left > 1.0 / 3 && left < 3),
        new Statement("N(0, 1) explodes",
            "E h² " + Words.number(large[9]) + " in layer 10, beyond F32 in layer " + end(large),
            large[9] > 1e6),
        new Statement("N(0, 0.01²) dies out", "E h² " + Words.number(small[9]) + " in layer 10, "
            + Words.number(small[LAYERS - 1]) + " in layer 50", small[9] < 1e-6));
  }
}
