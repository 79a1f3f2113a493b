package dev.orthant.claims;

import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Initializer;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Sequential;
import dev.orthant.plot.LineChart;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Saturating layers make gradients vanish; ReLU does not. */
final class Attenuation implements Claim {
  static final int LAYERS = 10;
  private static final int WIDTH = 256;
  private static final int BATCH = 64;
  /** tanh(x/2): its slope is 1/2 at 0, where 0 stays 0, and less elsewhere. */
  private static final Activation HALF = Activation.define("half_tanh", x -> x.times(0.5).tanh());

  @Override
  public String name() {
    return "attenuation";
  }

  @Override
  public String title() {
    return "Gradients through ten layers";
  }

  /** The gradient's attenuation after 0 to ten layers of nothing but {@code f}, from the point {@code at}. */
  static double[] chain(ClaimSetting s, Activation f, double at) {
    List<Activate> layers = Collections.nCopies(LAYERS, Activate.of(f));
    try (Scope _ = Scope.open()) {
      Shape one = Shape.of(1, 1);
      return Flow.through(layers, Tensor.full(s.device(), DType.F32, one, at),
          Tensor.full(s.device(), DType.F32, one, 1)).attenuation();
    }
  }

  /** The same of a real network: each layer a matrix, a bias of 0 and {@code f}. */
  static double[] network(ClaimSetting s, int index, Activation f, Initializer weights) {
    Parameters p = s.parameters(index);
    List<Layer> layers = IntStream.range(0, LAYERS).<Layer>mapToObj(
        i -> Sequential.of(Linear.of(p, WIDTH, WIDTH, weights), Activate.of(f))).toList();
    try (Scope _ = Scope.open()) {
      RandomStream random = s.parameters(100).random();
      Shape shape = Shape.of(BATCH, WIDTH);
      return Flow.through(layers, random.normal(s.device(), DType.F32, shape, 0, 1),
          random.normal(s.device(), DType.F32, shape, 0, 1)).attenuation();
    } finally {
      layers.forEach(Layer::close);
    }
  }

  @Override
  public Finding measure(ClaimSetting s) {
    Map<String, double[]> curves = new LinkedHashMap<>();
    curves.put("chain, tanh(x/2)", chain(s, HALF, 0));
    curves.put("chain, sigmoid", chain(s, Activations.SIGMOID, 0));
    curves.put("chain, ReLU", chain(s, Activations.RELU, 1));
    curves.put("network, sigmoid", network(s, 0, Activations.SIGMOID, Initializer.xavier()));
    curves.put("network, tanh", network(s, 0, Activations.TANH, Initializer.xavier()));
    curves.put("network, ReLU", network(s, 0, Activations.RELU, Initializer.he()));
    LineChart chart = LineChart.titled("Gradient norm behind n layers, relative to the output's").x("layers back")
        .logY("relative gradient norm");
    double[] xs = IntStream.rangeClosed(0, LAYERS).asDoubleStream().toArray();
    List<List<String>> rows = new ArrayList<>();
    curves.forEach((name, ys) -> {
      chart.add(name, xs, ys);
      rows.add(Grid.row(name, Words.number(ys[1]), Words.number(ys[5]), Words.number(ys[LAYERS])));
    });
    return new Finding(statements(curves),
        "Chains: one number, ten times the activation alone, from x = 0 (ReLU: x = 1). Networks: ten layers of " + WIDTH
            + " units, batch " + BATCH + " of N(0, 1), Xavier weights for sigmoid and tanh, He for ReLU, biases 0; "
            + "the gradient with respect to the output is N(0, 1).",
        List.of("Ten layers of slope 1/2 leave exactly 2^-10. That bound says little about a real network, whose "
            + "weights amplify what the slopes attenuate: with Xavier weights tanh works where it is nearly linear."),
        List.of(new Grid(List.of("", "1 layer>", "5 layers>", "10 layers>"), rows)),
        List.of(new Picture("attenuation.svg", "Norm of the gradient against how many layers it came back through",
            chart.svg())));
  }

  private static List<Statement> statements(Map<String, double[]> curves) {
    Map<String, Double> end = new LinkedHashMap<>();
    curves.forEach((name, ys) -> end.put(name, ys[LAYERS]));
    double half = end.getOrDefault("chain, tanh(x/2)", Double.NaN);
    double relu = end.getOrDefault("chain, ReLU", Double.NaN);
    double sigmoids = end.getOrDefault("network, sigmoid", Double.NaN);
    double tanhs = end.getOrDefault("network, tanh", Double.NaN);
    double relus = end.getOrDefault("network, ReLU", Double.NaN);
    return List.of(
        new Statement("ten saturating layers of slope 0.5 leave 0.5^10 = 0.001 of a gradient",
            Words.number(half) + " (plain sigmoid: " + Words.number(end.getOrDefault("chain, sigmoid", Double.NaN))
                + ")",
            Math.abs(half * 1024 - 1) < 1e-3),
        new Statement("ten active ReLU leave all of it", Words.number(relu), Math.abs(relu - 1) < 1e-3),
        new Statement("a ten-layer sigmoid network loses at least that factor of 1000", Words.number(sigmoids),
            sigmoids <= 1e-3),
        new Statement("a ten-layer tanh network loses at least that factor of 1000", Words.number(tanhs),
            tanhs <= 1e-3),
        new Statement("a ten-layer ReLU network keeps its gradient within a factor of 3", Words.number(relus),
            relus > 1.0 / 3 && relus < 3));
  }
}
