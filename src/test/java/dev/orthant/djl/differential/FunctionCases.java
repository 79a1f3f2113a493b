package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Functions of each element, and softmax. */
final class FunctionCases {
  private FunctionCases() {}

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    functions().forEach((name, f) -> elements(cases, name, f));
    clip(cases);
    alongAnAxis(cases);
    return cases.stream();
  }

  static Map<String, UnaryOperator<NDArray>> functions() {
    Map<String, UnaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("sign", NDArray::sign);
    m.put("signi", NDArray::signi);
    m.put("neg", NDArray::neg);
    m.put("negi", NDArray::negi);
    m.put("abs", NDArray::abs);
    m.put("square", NDArray::square);
    m.put("sqrt", NDArray::sqrt);
    m.put("cbrt", NDArray::cbrt);
    m.put("floor", NDArray::floor);
    m.put("ceil", NDArray::ceil);
    m.put("round", NDArray::round);
    m.put("trunc", NDArray::trunc);
    m.put("exp", NDArray::exp);
    m.put("gammaln", NDArray::gammaln);
    m.put("log", NDArray::log);
    m.put("log10", NDArray::log10);
    m.put("log2", NDArray::log2);
    m.put("sin", NDArray::sin);
    m.put("cos", NDArray::cos);
    m.put("tan", NDArray::tan);
    m.put("asin", NDArray::asin);
    m.put("acos", NDArray::acos);
    m.put("atan", NDArray::atan);
    m.put("sinh", NDArray::sinh);
    m.put("cosh", NDArray::cosh);
    m.put("tanh", NDArray::tanh);
    m.put("asinh", NDArray::asinh);
    m.put("acosh", NDArray::acosh);
    m.put("atanh", NDArray::atanh);
    m.put("toDegrees", NDArray::toDegrees);
    m.put("toRadians", NDArray::toRadians);
    m.put("isInfinite", NDArray::isInfinite);
    m.put("isNaN", NDArray::isNaN);
    m.put("erfinv", NDArray::erfinv);
    m.put("erf", NDArray::erf);
    return m;
  }

  private static void elements(List<Case> cases, String name, UnaryOperator<NDArray> f) {
    String group = "function/" + name;
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of(group + " of " + type, m -> f.apply(Inputs.typed(m, 7, type, 2, 5))));
      cases.add(Case.of(group + " of a scalar " + type, m -> f.apply(Inputs.typed(m, 8, type))));
    }
    cases.add(Case.of(group + " of special values", m -> f.apply(Inputs.special(m))));
    cases.add(Case.of(group + " of special float64", m -> f.apply(Inputs.special(m).toType(DataType.FLOAT64, false))));
    cases.add(Case.of(group + " of special float16", m -> f.apply(Inputs.special(m).toType(DataType.FLOAT16, false))));
    cases.add(Case.of(group + " between -1 and 1", m -> f.apply(Inputs.uniform(m, 9, -1, 1, 3, 7))));
    cases.add(Case.of(group + " between 0 and 100", m -> f.apply(Inputs.uniform(m, 10, 0, 100, 3, 7))));
    cases.add(Case.of(group + " between 0 and 10 of float64",
        m -> f.apply(Inputs.uniform(m, 11, 0, 10, 3, 7).toType(DataType.FLOAT64, false))));
    cases.add(Case.of(group + " of no elements", m -> f.apply(m.create(new Shape(0, 3)))));
    cases.add(Case.list(group + " leaves its input or changes it", m -> {
      NDArray x = Inputs.uniform(m, 12, 0.1, 0.9, 4);
      return new NDList(f.apply(x), x);
    }));
  }

  private static void clip(List<Case> cases) {
    List<Number[]> limits = List.of(new Number[] {-1, 2}, new Number[] {-0.5f, 0.5f}, new Number[] {-0.5, 0.5},
        new Number[] {2, -1}, new Number[] {Double.NaN, 1.0}, new Number[] {-1f, Float.NaN},
        new Number[] {0, Float.POSITIVE_INFINITY}, new Number[] {1L, 2.5f}, new Number[] {1, 1},
        new Number[] {(byte) 1, (byte) 2});
    for (DataType type : ArithmeticCases.TYPES) {
      for (Number[] l : limits) {
        String what = " of " + type + " from " + l[0].getClass().getSimpleName() + " " + l[0] + " to "
            + l[1].getClass().getSimpleName() + " " + l[1];
        cases.add(Case.of("function/clip" + what, m -> Inputs.typed(m, 13, type, 6).clip(l[0], l[1])));
      }
      cases.add(Case.of("function/clip of a scalar " + type, m -> Inputs.typed(m, 13, type).clip(-1.0, 1.0)));
    }
    cases.add(Case.of("function/clip of special values", m -> Inputs.special(m).clip(-2, 2f)));
    cases.add(Case.of("function/clip of special values to none", m -> Inputs.special(m).clip(2, -2)));
  }

  private static void alongAnAxis(List<Case> cases) {
    long[][] shapes = {{5}, {2, 3}, {2, 3, 4}, {1, 1}, {0, 3}, {3, 0}, {}};
    for (long[] shape : shapes) {
      for (int axis = -shape.length - 1; axis <= shape.length; axis++) {
        int a = axis;
        String what = " of " + new Shape(shape) + " along " + axis;
        cases.add(Case.of("function/softmax" + what, m -> Inputs.normal(m, 14, shape).softmax(a)));
        cases.add(Case.of("function/logSoftmax" + what, m -> Inputs.normal(m, 14, shape).logSoftmax(a)));
        cases.add(Case.of("function/normalize" + what, m -> Inputs.normal(m, 14, shape).normalize(2, a, 1e-12)));
      }
    }
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of("function/softmax of " + type, m -> Inputs.typed(m, 15, type, 2, 3).softmax(1)));
      cases.add(Case.of("function/logSoftmax of " + type, m -> Inputs.typed(m, 15, type, 2, 3).logSoftmax(1)));
      cases.add(Case.of("function/normalize of " + type, m -> Inputs.typed(m, 15, type, 2, 3).normalize(2, 1, 1e-12)));
    }
    float inf = Float.POSITIVE_INFINITY;
    float[] rows = {1, 2, -inf, -inf, -inf, -inf, inf, 1, 2, inf, inf, 1, Float.NaN, 1, 2, 0, 0, 0, 1e30f, -1e30f, 1};
    cases.add(Case.of("function/softmax of special rows", m -> m.create(rows, new Shape(7, 3)).softmax(-1)));
    cases.add(Case.of("function/logSoftmax of special rows", m -> m.create(rows, new Shape(7, 3)).logSoftmax(-1)));
    cases.add(Case.of("function/softmax of several axes",
        m -> Inputs.normal(m, 16, 2, 3, 4).softmax(new int[] {1, 2}.length)));
    for (double p : new double[] {0, 0.5, 1, 2, 3, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      cases.add(Case.of("function/normalize by norm " + p, m -> Inputs.normal(m, 17, 3, 4).normalize(p, 1, 1e-12)));
      cases
          .add(Case.of("function/normalize of zeros by norm " + p, m -> m.zeros(new Shape(2, 3)).normalize(p, 1, 0.1)));
      Case special = Case.of("function/normalize of special rows by norm " + p,
          m -> m.create(rows, new Shape(7, 3)).normalize(p, 1, 1e-12));
      cases.add(p == 2 || p == 3 ? special.differs("PyTorch's powers overflow where the norm does not") : special);
    }
    cases.add(Case.of("function/normalize by default", m -> Inputs.normal(m, 17, 3, 4).normalize()));
    cases.add(Case.of("function/normalize with a large eps", m -> Inputs.normal(m, 17, 3, 4).normalize(2, 0, 10)));
  }
}
