package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** Matrix products and inverses. */
final class ProductCases {
  private ProductCases() {}

  private record Method(String name, BinaryOperator<NDArray> apply) {}

  private static final List<Method> METHODS =
      List.of(new Method("dot", NDArray::dot), new Method("matMul", NDArray::matMul),
          new Method("batchMatMul", NDArray::batchMatMul), new Method("batchDot", NDArray::batchDot));

  private static final long[][][] SHAPES =
      {{{}, {}}, {{}, {3}}, {{3}, {3}}, {{3}, {4}}, {{2, 3}, {3}}, {{3}, {3, 2}}, {{2, 3}, {3, 4}},
          {{2, 3}, {2, 3}}, {{1, 3}, {3, 1}}, {{2, 0}, {0, 3}}, {{0, 2}, {2, 3}}, {{2, 2, 3}, {3, 2}},
          {{2, 2, 3}, {2, 3, 2}}, {{2, 2, 3}, {1, 3, 2}},
          {{2, 3}, {2, 3, 2}}, {{2, 2, 3}, {3}}, {{3}, {2, 3, 2}}, {{2, 1, 2, 3}, {3, 3, 2}}, {{2, 2, 3}, {3, 3, 2}},
          {{0, 2, 3}, {0, 3, 2}}};

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (Method f : METHODS) {
      for (long[][] s : SHAPES) {
        String name = f.name + " of " + new Shape(s[0]) + " and " + new Shape(s[1]);
        all.add(Case.of("product/" + name, m -> f.apply.apply(Inputs.normal(m, 1, s[0]), Inputs.normal(m, 2, s[1]))));
        all.add(Case.list("product/" + name + " gradient", m -> gradient(m, f, s)));
      }
      long[][] s = f.name.startsWith("batch") ? new long[][] {{2, 2, 3}, {2, 3, 2}} : new long[][] {{2, 3}, {3, 2}};
      for (DataType a : ArithmeticCases.TYPES) {
        for (DataType b : ArithmeticCases.TYPES) {
          all.add(Case.of("product/" + f.name + " of " + a + " and " + b,
              m -> f.apply.apply(Inputs.typed(m, 1, a, s[0]), Inputs.typed(m, 2, b, s[1]))));
        }
      }
      all.add(Case.of("product/" + f.name + " of transposed", m -> f.apply
          .apply(Inputs.normal(m, 1, s[0]).swapAxes(-1, -2), Inputs.normal(m, 2, s[1]).swapAxes(-1, -2))));
      all.add(Case.of("product/" + f.name + " of NaN", m -> {
        NDArray x = Inputs.normal(m, 1, s[0]);
        x.set(new ai.djl.ndarray.index.NDIndex("..., 0, 1"), Float.NaN);
        return f.apply.apply(x, Inputs.normal(m, 2, s[1]));
      }));
    }
    inverses(all);
    return all.stream();
  }

  private static NDList gradient(NDManager m, Method f, long[][] s) {
    NDArray x = Inputs.normal(m, 1, s[0]);
    NDArray y = Inputs.normal(m, 2, s[1]);
    x.setRequiresGradient(true);
    y.setRequiresGradient(true);
    try (var tape = m.getEngine().newGradientCollector()) {
      NDArray z = f.apply.apply(x, y);
      tape.backward(z.mul(z).sum());
    }
    return new NDList(x.getGradient(), y.getGradient());
  }

  private static void inverses(List<Case> all) {
    for (long[] s : new long[][] {{1, 1}, {2, 2}, {5, 5}, {3, 2, 2}, {0, 2, 2}, {0, 0}, {2, 3}, {3}, {}}) {
      String name = "product/inverse of " + new Shape(s);
      all.add(Case.of(name, m -> Inputs.normal(m, 4, s).inverse()).within(1e-4, 1e-5));
      all.add(Case.of(name + " gradient", m -> {
        NDArray x = Inputs.normal(m, 4, s);
        x.setRequiresGradient(true);
        try (var tape = m.getEngine().newGradientCollector()) {
          NDArray y = x.inverse();
          tape.backward(y.mul(y).sum());
        }
        return x.getGradient();
      }).within(1e-3, 1e-3));
    }
    for (DataType type : ArithmeticCases.TYPES) {
      all.add(Case.of("product/inverse of " + type, m -> m.eye(3).mul(2).toType(type, false).inverse()));
    }
    all.add(Case.of("product/inverse of zeros", m -> m.zeros(new Shape(2, 2)).inverse()));
    all.add(
        Case.of("product/inverse needs pivots", m -> m.create(new float[] {0, 1, 2, 0}, new Shape(2, 2)).inverse()));
  }
}
