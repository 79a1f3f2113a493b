package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Sums, extremes, averages, norms, running sums. */
final class ReductionCases {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final float[] ROWS =
      {1, 5, 2, 5, -INF, 1, INF, 2, Float.NaN, 1, 2, Float.NaN, 0, -0f, 0, -0f, INF, INF,
          -INF, 3};

  private ReductionCases() {}

  interface Axes {
    NDArray apply(NDArray x, int[] axes, boolean keep);
  }

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    whole().forEach((name, f) -> whole(cases, name, f));
    overAxes().forEach((name, f) -> overAxes(cases, name, f));
    alongAxis().forEach((name, f) -> alongAxis(cases, name, f));
    norms(cases);
    others(cases);
    return cases.stream();
  }

  static Map<String, UnaryOperator<NDArray>> whole() {
    Map<String, UnaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("max", NDArray::max);
    m.put("min", NDArray::min);
    m.put("sum", NDArray::sum);
    m.put("prod", NDArray::prod);
    m.put("mean", NDArray::mean);
    m.put("argMax", NDArray::argMax);
    m.put("argMin", NDArray::argMin);
    m.put("cumSum", NDArray::cumSum);
    m.put("median", NDArray::median);
    m.put("norm", x -> x.norm());
    m.put("norm, keeping axes,", x -> x.norm(true));
    m.put("all", NDArray::all);
    m.put("any", NDArray::any);
    m.put("none", NDArray::none);
    m.put("countNonzero", NDArray::countNonzero);
    return m;
  }

  static Map<String, Axes> overAxes() {
    Map<String, Axes> m = new LinkedHashMap<>();
    m.put("max", NDArray::max);
    m.put("min", NDArray::min);
    m.put("sum", NDArray::sum);
    m.put("prod", NDArray::prod);
    m.put("mean", NDArray::mean);
    m.put("norm", (x, axes, keep) -> x.norm(2, axes, keep));
    m.put("median", (x, axes, keep) -> x.median(axes));
    m.put("percentile 30", (x, axes, keep) -> x.percentile(30, axes));
    return m;
  }

  static Map<String, BiFunction<NDArray, Integer, NDArray>> alongAxis() {
    Map<String, BiFunction<NDArray, Integer, NDArray>> m = new LinkedHashMap<>();
    m.put("argMax", NDArray::argMax);
    m.put("argMin", NDArray::argMin);
    m.put("cumSum", NDArray::cumSum);
    m.put("cumProd", NDArray::cumProd);
    m.put("countNonzero", NDArray::countNonzero);
    m.put("percentile", (x, a) -> x.percentile(25.5, new int[] {a}));
    return m;
  }

  private static NDArray rows(NDManager m) {
    return m.create(ROWS.clone(), new Shape(5, 4));
  }

  private static void whole(List<Case> cases, String name, UnaryOperator<NDArray> f) {
    String group = "reduction/" + name;
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of(group + " of " + type, m -> f.apply(Inputs.typed(m, 21, type, 2, 3, 4))));
      cases.add(Case.of(group + " of a scalar " + type, m -> f.apply(Inputs.typed(m, 22, type))));
      cases.add(Case.of(group + " of a line of " + type, m -> f.apply(Inputs.typed(m, 23, type, 7))));
    }
    cases.add(Case.of(group + " of special rows", m -> f.apply(rows(m))));
    cases.add(Case.of(group + " of no elements", m -> f.apply(m.create(new Shape(0)))));
    cases.add(Case.of(group + " of no rows", m -> f.apply(m.create(new Shape(0, 3)))));
    cases.add(Case.of(group + " of empty rows", m -> f.apply(m.create(new Shape(3, 0)))));
    cases.add(Case.of(group + " of no whole numbers", m -> f.apply(m.create(new Shape(0), DataType.INT32))));
    cases.add(Case.of(group + " of ties", m -> f.apply(m.create(new float[] {2, 7, 1, 7, 1, 2}, new Shape(2, 3)))));
  }

  private static void overAxes(List<Case> cases, String name, Axes f) {
    String group = "reduction/" + name;
    int[][] sets = {{}, {0}, {1}, {2}, {-1}, {-3}, {0, 1}, {2, 0}, {-1, 1}, {0, 1, 2}, {0, 0}, {1, -2}, {3}, {-4}};
    for (int[] axes : sets) {
      for (boolean keep : new boolean[] {false, true}) {
        cases.add(Case.of(group + " over " + Arrays.toString(axes) + (keep ? ", kept" : ""),
            m -> f.apply(Inputs.normal(m, 24, 2, 3, 4), axes, keep)));
      }
    }
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of(group + " of " + type + " over 1",
          m -> f.apply(Inputs.typed(m, 25, type, 3, 4), new int[] {1}, false)));
      cases.add(Case.of(group + " of " + type + " over 0, kept",
          m -> f.apply(Inputs.typed(m, 25, type, 3, 4), new int[] {0}, true)));
    }
    long[][] shapes = {{}, {0}, {0, 3}, {3, 0}, {1, 1}};
    for (long[] shape : shapes) {
      for (int axis : new int[] {0, -1}) {
        cases.add(Case.of(group + " of " + new Shape(shape) + " over " + axis,
            m -> f.apply(Inputs.normal(m, 26, shape), new int[] {axis}, false)));
      }
    }
    cases.add(Case.of(group + " of special rows over -1", m -> f.apply(rows(m), new int[] {-1}, false)));
    cases.add(Case.of(group + " of special rows over 0", m -> f.apply(rows(m), new int[] {0}, false)));
  }

  private static void alongAxis(List<Case> cases, String name, BiFunction<NDArray, Integer, NDArray> f) {
    String group = "reduction/" + name;
    for (int axis = -4; axis <= 3; axis++) {
      int a = axis;
      cases.add(Case.of(group + " along " + axis, m -> f.apply(Inputs.normal(m, 27, 2, 3, 4), a)));
    }
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of(group + " of " + type + " along 1", m -> f.apply(Inputs.typed(m, 28, type, 3, 4), 1)));
      cases.add(Case.of(group + " of " + type + " along 0", m -> f.apply(Inputs.typed(m, 28, type, 3, 4), 0)));
    }
    for (long[] shape : new long[][] {{}, {0}, {0, 3}, {3, 0}, {1, 1}}) {
      cases.add(Case.of(group + " of " + new Shape(shape) + " along 0", m -> f.apply(Inputs.normal(m, 29, shape), 0)));
      cases.add(Case.of(group + " of " + new Shape(shape) + " along -1",
          m -> f.apply(Inputs.normal(m, 29, shape), -1)));
    }
    cases.add(Case.of(group + " of special rows along 1", m -> f.apply(rows(m), 1)));
    cases.add(Case.of(group + " of special rows along 0", m -> f.apply(rows(m), 0)));
    cases.add(Case.of(group + " of ties along 1",
        m -> f.apply(m.create(new float[] {2, 7, 7, 1, 1, 2, 3, 3, 3}, new Shape(3, 3)), 1)));
  }

  private static void norms(List<Case> cases) {
    for (int ord : new int[] {0, 1, 2, 3, 4, -1, -2}) {
      for (int[] axes : new int[][] {{}, {0}, {1}, {-1}, {0, 1}, {1, 0}}) {
        for (boolean keep : new boolean[] {false, true}) {
          cases.add(Case.of("reduction/norm " + ord + " over " + Arrays.toString(axes) + (keep ? ", kept" : ""),
              m -> Inputs.normal(m, 30, 3, 4).norm(ord, axes, keep)));
        }
      }
      cases.add(Case.of("reduction/norm " + ord + " of zeros", m -> m.zeros(new Shape(2, 3)).norm(ord, new int[] {1},
          false)));
      cases.add(Case.of("reduction/norm " + ord + " of special rows", m -> rows(m).norm(ord, new int[] {1}, false)));
      cases.add(Case.of("reduction/norm " + ord + " of float64",
          m -> Inputs.normal(m, 30, 3, 4).toType(DataType.FLOAT64, false).norm(ord, new int[] {1}, false)));
      cases.add(Case.of("reduction/norm " + ord + " of no elements",
          m -> m.create(new Shape(2, 0)).norm(ord, new int[] {1}, false)));
    }
    cases.add(Case.of("reduction/norm of large numbers", m -> m.create(new float[] {1e30f, 1e30f}).norm())
        .differs("PyTorch's squares overflow where the norm does not"));
    cases.add(Case.of("reduction/norm over 0 by default", m -> Inputs.normal(m, 30, 3, 4).norm(new int[] {0})));
  }

  private static void others(List<Case> cases) {
    for (Number p : List.of(0, 25, 50, 50f, 99.5, 100, 101, -1, Double.NaN)) {
      for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.FLOAT16, DataType.INT32)) {
        cases.add(Case.of("reduction/percentile " + p.getClass().getSimpleName() + " " + p + " of " + type,
            m -> Inputs.typed(m, 31, type, 3, 7).percentile(p)));
      }
      cases.add(Case.of("reduction/percentile " + p + " of special rows", m -> rows(m).percentile(p)));
    }
    for (int offset : new int[] {-4, -1, 0, 1, 2, 5}) {
      cases.add(Case.of("reduction/trace of offset " + offset,
          m -> Inputs.normal(m, 32, 3, 4).trace(offset, 0, 1)));
      cases.add(Case.of("reduction/trace of axes 2 and 0 and offset " + offset,
          m -> Inputs.normal(m, 32, 3, 2, 4).trace(offset, 2, 0)));
    }
    cases.add(Case.of("reduction/trace", m -> Inputs.whole(m, 32, DataType.INT32, 0, 9, 3, 3).trace()));
    for (DataType from : ArithmeticCases.TYPES) {
      for (DataType to : ArithmeticCases.TYPES) {
        cases.add(Case.of("reduction/cumProd of " + from + " as " + to,
            m -> Inputs.whole(m, 33, DataType.INT32, 1, 4, 2, 4).toType(from, false).cumProd(1, to)));
      }
    }
    long big = (1L << 60) + 3;
    cases.add(Case.of("reduction/sum of large INT64", m -> m.create(new long[] {big, 1, -5}).sum()));
    cases.add(Case.of("reduction/sum of large INT64 that wraps", m -> m.create(new long[] {big * 7, big * 7}).sum()));
    cases.add(Case.of("reduction/prod of INT64", m -> m.create(new long[] {3037000507L, 3037000511L}).prod()));
    cases.add(Case.of("reduction/max of large INT64", m -> m.create(new long[] {big, big + 1, big - 1}).max()));
    cases.add(Case.of("reduction/argMax of large INT64", m -> m.create(new long[] {big, big + 1, big - 1}).argMax()));
    cases.add(Case.of("reduction/cumSum of large INT64", m -> m.create(new long[] {big, 1, -5}).cumSum()));
    cases.add(Case.of("reduction/cumProd of large INT64", m -> m.create(new long[] {big, 1, -5}).cumProd(0)));
    cases.add(Case.of("reduction/sum of float16 beyond it", m -> m.full(new Shape(9), 60000f).toType(
        DataType.FLOAT16, false).sum()));
    cases.add(Case.of("reduction/sum of many float32", m -> Inputs.uniform(m, 34, 0, 1, 60).sum()));
  }
}
