package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/** Arithmetic, comparisons and logic. */
final class ArithmeticCases {
  /** Without BFLOAT16: PyTorch's engine ends the process when it converts to it. */
  static final List<DataType> TYPES = List.of(DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64,
      DataType.INT8, DataType.UINT8, DataType.INT32, DataType.INT64, DataType.BOOLEAN);
  private static final List<Number> NUMBERS = List.of(3, -2, 0, 2L, (byte) 3, 2.5f, -1.5f, 0.1, 2.0, Double.NaN,
      Double.POSITIVE_INFINITY);

  /** Those tried with scalars too. */
  private static final List<Number> FEW = List.of(3, 2L, (byte) 3, 2.5f, 0.1);
  /** The methods tried with scalars of all types. */
  private static final List<String> SOME = List.of("add", "div", "mod", "eq", "maximum", "atan2", "logicalOr");

  private ArithmeticCases() {}

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    arrays().forEach((name, f) -> {
      types(cases, name, f);
      shapes(cases, name, f);
      special(cases, name, f);
    });
    numbers().forEach((name, f) -> numbers(cases, name, f));
    inPlace().forEach((name, f) -> inPlace(cases, name, f));
    inPlaceNumbers().forEach((name, f) -> inPlaceNumbers(cases, name, f));
    others(cases);
    return cases.stream();
  }

  private static Map<String, BinaryOperator<NDArray>> arrays() {
    Map<String, BinaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("eq", NDArray::eq);
    m.put("neq", NDArray::neq);
    m.put("gt", NDArray::gt);
    m.put("gte", NDArray::gte);
    m.put("lt", NDArray::lt);
    m.put("lte", NDArray::lte);
    m.put("add", NDArray::add);
    m.put("sub", NDArray::sub);
    m.put("mul", NDArray::mul);
    m.put("div", NDArray::div);
    m.put("mod", NDArray::mod);
    m.put("pow", NDArray::pow);
    m.put("xlogy", NDArray::xlogy);
    m.put("maximum", NDArray::maximum);
    m.put("minimum", NDArray::minimum);
    m.put("atan2", NDArray::atan2);
    m.put("logicalAnd", NDArray::logicalAnd);
    m.put("logicalOr", NDArray::logicalOr);
    m.put("logicalXor", NDArray::logicalXor);
    m.put("rdiv", (a, b) -> a.getNDArrayInternal().rdiv(b));
    m.put("rsub", (a, b) -> a.getNDArrayInternal().rsub(b));
    m.put("rmod", (a, b) -> a.getNDArrayInternal().rmod(b));
    return m;
  }

  private static Map<String, BiFunction<NDArray, Number, NDArray>> numbers() {
    Map<String, BiFunction<NDArray, Number, NDArray>> m = new LinkedHashMap<>();
    m.put("eq", NDArray::eq);
    m.put("neq", NDArray::neq);
    m.put("gt", NDArray::gt);
    m.put("gte", NDArray::gte);
    m.put("lt", NDArray::lt);
    m.put("lte", NDArray::lte);
    m.put("add", NDArray::add);
    m.put("sub", NDArray::sub);
    m.put("mul", NDArray::mul);
    m.put("div", NDArray::div);
    m.put("mod", NDArray::mod);
    m.put("pow", NDArray::pow);
    m.put("maximum", NDArray::maximum);
    m.put("minimum", NDArray::minimum);
    m.put("rdiv", (a, n) -> a.getNDArrayInternal().rdiv(n));
    m.put("rsub", (a, n) -> a.getNDArrayInternal().rsub(n));
    m.put("rpow", (a, n) -> a.getNDArrayInternal().rpow(n));
    m.put("NDArrays.sub", (a, n) -> NDArrays.sub(n, a));
    m.put("NDArrays.div", (a, n) -> NDArrays.div(n, a));
    return m;
  }

  private static Map<String, BinaryOperator<NDArray>> inPlace() {
    Map<String, BinaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("addi", NDArray::addi);
    m.put("subi", NDArray::subi);
    m.put("muli", NDArray::muli);
    m.put("divi", NDArray::divi);
    m.put("modi", NDArray::modi);
    m.put("powi", NDArray::powi);
    return m;
  }

  private static Map<String, BiFunction<NDArray, Number, NDArray>> inPlaceNumbers() {
    Map<String, BiFunction<NDArray, Number, NDArray>> m = new LinkedHashMap<>();
    m.put("addi", NDArray::addi);
    m.put("subi", NDArray::subi);
    m.put("muli", NDArray::muli);
    m.put("divi", NDArray::divi);
    m.put("modi", NDArray::modi);
    m.put("powi", NDArray::powi);
    m.put("rsubi", (a, n) -> a.getNDArrayInternal().rsubi(n));
    return m;
  }

  /**
   * Whether PyTorch would divide a whole number by zero, which it refuses by ending the process or not, by its build.
   */
  private static boolean divides(String name) {
    return name.contains("mod");
  }

  private static NDArray left(NDManager m, DataType type, long... shape) {
    return Inputs.typed(m, 1, type, shape);
  }

  /** Not zero where that would stop. */
  private static NDArray right(NDManager m, String name, DataType type, long... shape) {
    if (divides(name) && !type.isFloating()) {
      return Inputs.whole(m, 2, type, 1, 5, shape);
    }
    return name.startsWith("pow") && !type.isFloating() ? Inputs.whole(m, 2, type, 0, 4, shape)
        : Inputs.typed(m, 2, type, shape);
  }

  private static NDArray leftOf(NDManager m, String name, DataType type, long... shape) {
    return name.equals("rmod") ? right(m, name, type, shape) : left(m, type, shape);
  }

  /** Whether the types meet in INT16, which DJL's PyTorch engine gives as an array of unknown type. */
  private static boolean unknown(DataType a, DataType b) {
    return a != b && !a.isFloating() && !b.isFloating() && a.getNumOfBytes() == 1 && b.getNumOfBytes() == 1
        && !a.isBoolean() && !b.isBoolean();
  }

  private static void types(List<Case> cases, String name, BinaryOperator<NDArray> f) {
    for (DataType a : TYPES) {
      for (DataType b : TYPES) {
        String types = " of " + a + " and " + b;
        if (!(name.equals("rmod") && a != b) && !unknown(a, b)) {
          cases.add(Case.of("arithmetic/" + name + types,
              m -> f.apply(leftOf(m, name, a, 2, 3), right(m, name, b, 2, 3))));
        }
        if (a != b && SOME.contains(name)) {
          cases.add(Case.of("arithmetic/" + name + types + ", the second a scalar",
              m -> f.apply(leftOf(m, name, a, 2, 3), right(m, name, b))));
          cases.add(Case.of("arithmetic/" + name + types + ", the first a scalar",
              m -> f.apply(leftOf(m, name, a), right(m, name, b, 2, 3))));
        }
        if (a != b && SOME.contains(name) && !unknown(a, b)) {
          cases.add(Case.of("arithmetic/" + name + types + ", scalars",
              m -> f.apply(leftOf(m, name, a), right(m, name, b))));
        }
      }
    }
  }

  private static void shapes(List<Case> cases, String name, BinaryOperator<NDArray> f) {
    long[][][] pairs = {{{3}, {2, 3}}, {{2, 1}, {1, 3}}, {{2, 3}, {}}, {{}, {}}, {{0}, {1}}, {{0, 3}, {3}},
        {{2, 1, 3}, {4, 1}}, {{1}, {2, 2}}, {{1}, {}}, {{2, 3}, {2}}, {{0}, {2}}, {{4}, {2, 2}}};
    for (long[][] p : pairs) {
      cases.add(Case.of("arithmetic/" + name + " of shapes " + new Shape(p[0]) + " and " + new Shape(p[1]),
          m -> f.apply(leftOf(m, name, DataType.FLOAT32, p[0]), right(m, name, DataType.FLOAT32, p[1]))));
    }
  }

  private static void special(List<Case> cases, String name, BinaryOperator<NDArray> f) {
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64)) {
      Case pairs = Case.of("arithmetic/" + name + " of all special pairs of " + type, m -> {
        int n = Inputs.SPECIAL.length;
        return f.apply(m.create(Inputs.SPECIAL.clone(), new Shape(n, 1)).toType(type, false),
            m.create(Inputs.SPECIAL.clone(), new Shape(1, n)).toType(type, false));
      });
      // A large number by a small one: PyTorch's vectors of FLOAT32 divide first, which overflows.
      cases.add(divides(name) && type == DataType.FLOAT32 ? pairs.differs("3.4e38 mod 0.5 is 0, not NaN") : pairs);
    }
    cases.add(Case.of("arithmetic/" + name + " of an array with itself", m -> {
      NDArray x = Inputs.normal(m, 5, 2, 3);
      return f.apply(x, x);
    }));
  }

  private static void numbers(List<Case> cases, String name, BiFunction<NDArray, Number, NDArray> f) {
    for (DataType type : TYPES) {
      for (Number n : NUMBERS) {
        boolean whole = !type.isFloating() && (n instanceof Integer || n instanceof Long || n instanceof Byte);
        if (whole && ((divides(name) && n.intValue() == 0) || (name.equals("rpow") && n.intValue() <= 0))) {
          continue;
        }
        if (!type.isFloating() && (name.startsWith("r") || name.startsWith("NDArrays"))
            && (!Double.isFinite(n.doubleValue()) || (type == DataType.UINT8 && n.doubleValue() < 0))) {
          // DJL converts the number to the type of the array, which C++ leaves undefined.
          continue;
        }
        String what = " of " + type + " and " + n.getClass().getSimpleName() + " " + n;
        cases.add(Case.of("arithmetic/" + name + what, m -> f.apply(base(m, name, type, 5), n)));
        if (FEW.contains(n) && !(type == DataType.UINT8 && n instanceof Byte)) {
          cases.add(Case.of("arithmetic/" + name + what + ", a scalar", m -> f.apply(base(m, name, type), n)));
        }
      }
    }
    cases.add(Case.of("arithmetic/" + name + " of special values and a number", m -> f.apply(Inputs.special(m), 2)));
    cases.add(Case.of("arithmetic/" + name + " of special values and 0.5f", m -> f.apply(Inputs.special(m), 0.5f)));
    cases.add(Case.of("arithmetic/" + name + " of special values and NaN",
        m -> f.apply(Inputs.special(m), Float.NaN)));
    cases.add(Case.of("arithmetic/" + name + " of a Short", m -> f.apply(m.create(new float[] {1}), (short) 1)));
    cases.add(Case.of("arithmetic/" + name + " of no elements and a number",
        m -> f.apply(m.create(new Shape(0, 2)), 1f)));
  }

  private static NDArray base(NDManager m, String name, DataType type, long... shape) {
    return name.equals("rpow") && !type.isFloating() ? Inputs.whole(m, 2, type, 0, 4, shape)
        : Inputs.typed(m, 3, type, shape);
  }

  private static void inPlace(List<Case> cases, String name, BinaryOperator<NDArray> f) {
    for (DataType a : TYPES) {
      for (DataType b : TYPES) {
        String types = " of " + a + " and " + b;
        cases.add(Case.list("arithmetic/" + name + types, m -> {
          NDArray x = left(m, a, 2, 3);
          return new ai.djl.ndarray.NDList(f.apply(x, right(m, name, b, 3)), x);
        }));
        cases.add(Case.of("arithmetic/" + name + types + ", the second a scalar",
            m -> f.apply(left(m, a, 2, 3), right(m, name, b))));
        cases.add(Case.of("arithmetic/" + name + types + ", scalars",
            m -> f.apply(left(m, a), right(m, name, b))));
      }
    }
    cases.add(Case.of("arithmetic/" + name + " of a larger one",
        m -> f.apply(Inputs.normal(m, 1, 3), Inputs.normal(m, 2, 2, 3))));
    cases.add(Case.of("arithmetic/" + name + " of another shape",
        m -> f.apply(Inputs.normal(m, 1, 3), Inputs.normal(m, 2, 2))));
    cases.add(Case.of("arithmetic/" + name + " with itself", m -> {
      NDArray x = Inputs.uniform(m, 1, 0.5, 2, 3);
      return f.apply(x, x);
    }));
    cases.add(Case.list("arithmetic/" + name + " through a view", m -> {
      NDArray x = Inputs.uniform(m, 1, 0.5, 2, 2, 3);
      NDArray view = x.reshape(6);
      NDArray _ = f.apply(view, Inputs.uniform(m, 2, 0.5, 2, 6));
      return new ai.djl.ndarray.NDList(x, view);
    }));
    cases.add(Case.list("arithmetic/" + name + " below a view", m -> {
      NDArray x = Inputs.uniform(m, 1, 0.5, 2, 2, 3);
      NDArray view = x.transpose();
      NDArray _ = f.apply(x, Inputs.uniform(m, 2, 0.5, 2, 3));
      return new ai.djl.ndarray.NDList(x, view);
    }));
  }

  private static void inPlaceNumbers(List<Case> cases, String name, BiFunction<NDArray, Number, NDArray> f) {
    for (DataType type : TYPES) {
      for (Number n : NUMBERS) {
        if (!type.isFloating() && divides(name) && n.doubleValue() == 0) {
          continue;
        }
        cases.add(Case.of("arithmetic/" + name + " of " + type + " and " + n.getClass().getSimpleName() + " " + n,
            m -> f.apply(Inputs.typed(m, 3, type, 5), n)));
      }
    }
  }

  private static void others(List<Case> cases) {
    for (DataType type : TYPES) {
      cases.add(Case.of("arithmetic/logicalNot of " + type, m -> Inputs.typed(m, 3, type, 2, 5).logicalNot()));
      for (DataType other : TYPES) {
        if (unknown(type, other)) {
          continue;
        }
        cases.add(Case.of("arithmetic/where of " + type + " and " + other, m -> NDArrays.where(
            m.create(new boolean[] {true, false, true, false}, new Shape(2, 2)), left(m, type, 2, 2),
            left(m, other, 2, 2).add(left(m, other, 2, 2)))));
        cases.add(Case.of("arithmetic/where of " + type + " and a scalar " + other, m -> NDArrays.where(
            m.create(new boolean[] {true, false, true, false}, new Shape(2, 2)), left(m, type, 2, 2),
            left(m, other))));
      }
      cases.add(Case.of("arithmetic/where with a condition of " + type, m -> NDArrays.where(
          Inputs.typed(m, 4, type, 2, 2), Inputs.normal(m, 1, 2, 2), Inputs.normal(m, 2, 2, 2))));
    }
    cases.add(Case.of("arithmetic/logicalNot of special values", m -> Inputs.special(m).logicalNot()));
    cases.add(Case.of("arithmetic/where of broadcast others", m -> NDArrays.where(
        m.create(new boolean[] {true, false, true, false}, new Shape(2, 2)), Inputs.normal(m, 1, 2, 2),
        Inputs.normal(m, 2, 2))));
    cases.add(Case.of("arithmetic/where of broadcast conditions", m -> NDArrays.where(
        m.create(new boolean[] {true, false}), Inputs.normal(m, 1, 2, 2), Inputs.normal(m, 2, 2, 2))));
    cases.add(Case.of("arithmetic/where of special values", m -> NDArrays.where(
        Inputs.special(m).gt(0), Inputs.special(m), Inputs.special(m).neg())));
    cases.add(Case.of("arithmetic/rpowi of 2", m -> Inputs.normal(m, 1, 4).getNDArrayInternal().rpowi(2)));
    cases.add(Case.of("arithmetic/rpowi of INT32", m -> Inputs.whole(m, 1, DataType.INT32, 0, 5, 4)
        .getNDArrayInternal().rpowi(2)));
    cases.add(Case.of("arithmetic/rdivi", m -> Inputs.normal(m, 1, 4).getNDArrayInternal()
        .rdivi(Inputs.normal(m, 2, 4))));
    cases.add(Case.of("arithmetic/rmodi", m -> Inputs.normal(m, 1, 4).getNDArrayInternal()
        .rmodi(Inputs.normal(m, 2, 4))));
    cases.add(Case.of("arithmetic/rsubi", m -> Inputs.normal(m, 1, 4).getNDArrayInternal()
        .rsubi(Inputs.normal(m, 2, 4))));
    wholeNumbers(cases);
  }

  private static void wholeNumbers(List<Case> cases) {
    long big = (1L << 60) + 3;
    cases.add(Case.of("arithmetic/add of large INT64",
        m -> m.create(new long[] {big, -big, 5}).add(m.create(new long[] {1, 2, big}))));
    cases.add(Case.of("arithmetic/add of large INT64 and a number", m -> m.create(new long[] {big, -big, 5}).add(1)));
    cases.add(Case.of("arithmetic/add of INT64 and a large number", m -> m.create(new long[] {3, -4, 5}).add(big)));
    cases.add(Case.of("arithmetic/eq of large INT64",
        m -> m.create(new long[] {big, big}).eq(m.create(new long[] {big, big + 1}))));
    cases.add(Case.of("arithmetic/gt of large INT64",
        m -> m.create(new long[] {big, big}).gt(m.create(new long[] {big - 1, big + 1}))));
    cases.add(Case.of("arithmetic/eq of INT64 and a large number", m -> m.create(new long[] {big, big + 1}).eq(big)));
    cases.add(Case.of("arithmetic/mul of INT64 that wraps",
        m -> m.create(new long[] {big, -big, 5}).mul(m.create(new long[] {7, 1000, big}))));
    cases.add(Case.of("arithmetic/mul of INT32 that wraps",
        m -> m.create(new int[] {1 << 30, -(1 << 30), 123456789}).mul(m.create(new int[] {5, 7, 987654321}))));
    cases.add(Case.of("arithmetic/add of INT32 that wraps",
        m -> m.create(new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE}).add(m.create(new int[] {1, -1}))));
    cases.add(Case.of("arithmetic/add of INT8 that wraps",
        m -> m.create(new int[] {127, -128, 100}).toType(DataType.INT8, false).add(1).sub(3).add(100)));
    cases.add(Case.of("arithmetic/mul of UINT8 that wraps",
        m -> m.create(new int[] {200, 255, 16}).toType(DataType.UINT8, false).mul(16)));
    cases.add(Case.of("arithmetic/sub of UINT8 that wraps",
        m -> m.create(new int[] {0, 255, 16}).toType(DataType.UINT8, false).sub(17)));
    cases.add(Case.of("arithmetic/pow of INT64",
        m -> m.create(new long[] {3, -3, 2, 0, 0, 1, -1}).pow(m.create(new long[] {30, 31, 62, 0, 3, -2, -3}))));
    cases.add(Case.of("arithmetic/pow of INT32 with negative exponents",
        m -> m.create(new int[] {2, -2, 1, -1, -1, 0}).pow(m.create(new int[] {-1, -3, -5, -4, -3, -1}))));
    cases.add(Case.of("arithmetic/mod of negative INT32",
        m -> m.create(new int[] {7, -7, 7, -7, 6, -6}).mod(m.create(new int[] {3, 3, -3, -3, 3, -3}))));
    cases.add(Case.of("arithmetic/mod of large INT64",
        m -> m.create(new long[] {big, -big}).mod(m.create(new long[] {10, 10}))));
    cases.add(Case.of("arithmetic/div of INT64", m -> m.create(new long[] {7, -7, 1, 0}).div(m.create(
        new long[] {2, 2, 0, 0}))));
    cases.add(Case.of("arithmetic/maximum of large INT64",
        m -> m.create(new long[] {big, -big}).maximum(m.create(new long[] {big - 1, 1 - big}))));
    cases.add(Case.of("arithmetic/add of an INT8 and a number beyond it",
        m -> m.create(new int[] {1, 2}).toType(DataType.INT8, false).add(300)));
    cases.add(Case.of("arithmetic/eq of an INT8 and a number beyond it",
        m -> m.create(new int[] {44, 2}).toType(DataType.INT8, false).eq(300)));
  }
}
