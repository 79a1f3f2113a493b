package dev.orthant.djl.differential;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Gradients, and the rules of collecting them. */
final class GradientCases {
  private GradientCases() {}

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    FunctionCases.functions().forEach((name, f) -> {
      if (!name.endsWith("i") && !name.startsWith("is")) {
        functions(cases, name, f);
      }
    });
    pairs().forEach((name, f) -> pairs(cases, name, f));
    along().forEach((name, f) -> along(cases, name, f));
    scalars().forEach((name, f) -> cases.add(single("gradient/" + name, f, m -> Inputs.uniform(m, 65, 0.3, 2, 2, 3))));
    chains(cases);
    rules(cases);
    return cases.stream();
  }

  // ---- of one array ------------------------------------------------------------------------------------------------

  /** The result, and the gradient of Σ w·result, w being different for each. */
  private static Case single(String name, UnaryOperator<NDArray> f, Function<NDManager, NDArray> input) {
    return Case.list(name, m -> {
      NDArray x = input.apply(m);
      x.setRequiresGradient(true);
      NDArray y;
      try (GradientCollector g = collector(m)) {
        y = f.apply(x);
        g.backward(weighted(m, y));
      }
      return new NDList(y.stopGradient(), x.getGradient());
    });
  }

  private static GradientCollector collector(NDManager m) {
    return Engine.getEngine(m.getEngine().getEngineName()).newGradientCollector();
  }

  private static NDArray weighted(NDManager m, NDArray y) {
    return y.mul(Inputs.uniform(m, 99, 0.5, 1.5, y.getShape().getShape()).toType(y.getDataType(), false)).sum();
  }

  private static void functions(List<Case> cases, String name, UnaryOperator<NDArray> f) {
    cases.add(single("gradient/" + name + " between 0.1 and 0.9", f, m -> Inputs.uniform(m, 61, 0.1, 0.9, 2, 4)));
    cases.add(single("gradient/" + name + " between -3 and 3", f, m -> Inputs.uniform(m, 62, -3, 3, 2, 4)));
    cases.add(single("gradient/" + name + " between 1 and 5 of float64", f,
        m -> Inputs.uniform(m, 63, 1, 5, 6).toType(DataType.FLOAT64, false)));
    cases.add(single("gradient/" + name + " at 0 and 1", f, m -> m.create(new float[] {0, 1, -1})));
    cases.add(single("gradient/" + name + " of a scalar", f, m -> Inputs.uniform(m, 64, 0.1, 0.9)));
  }

  private static Map<String, UnaryOperator<NDArray>> scalars() {
    Map<String, UnaryOperator<NDArray>> m = new LinkedHashMap<>();
    for (Number n : List.of(2, 2.5f, -1.5, 0, 1, 0.5)) {
      String s = n.getClass().getSimpleName() + " " + n;
      m.put("add " + s, x -> x.add(n));
      m.put("sub " + s, x -> x.sub(n));
      m.put("mul " + s, x -> x.mul(n));
      m.put("div " + s, x -> x.div(n));
      m.put("mod " + s, x -> x.mod(n));
      m.put("pow " + s, x -> x.pow(n));
      m.put("maximum " + s, x -> x.maximum(n));
      m.put("minimum " + s, x -> x.minimum(n));
      m.put("rsub " + s, x -> x.getNDArrayInternal().rsub(n));
      m.put("rdiv " + s, x -> x.getNDArrayInternal().rdiv(n));
      m.put("rpow " + s, x -> x.getNDArrayInternal().rpow(n));
      m.put("pow " + s + " at 0", x -> x.mul(0f).pow(n));
    }
    m.put("clip", x -> x.clip(0.5, 1.5));
    m.put("clip at its limits", x -> x.sign().clip(-1, 1));
    m.put("scaleGradient", x -> x.scaleGradient(0.25));
    m.put("toType and back", x -> x.toType(DataType.FLOAT64, true).mul(2).toType(DataType.FLOAT32, true));
    m.put("duplicate", x -> x.duplicate().mul(3));
    m.put("sum of squares", x -> x.square().sum());
    return m;
  }

  private static Map<String, UnaryOperator<NDArray>> along() {
    Map<String, UnaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("sum", NDArray::sum);
    m.put("sum over 0", x -> x.sum(new int[] {0}));
    m.put("sum over 1, kept", x -> x.sum(new int[] {1}, true));
    m.put("sum over both", x -> x.sum(new int[] {0, 1}));
    m.put("mean", NDArray::mean);
    m.put("mean over 1", x -> x.mean(new int[] {1}));
    m.put("prod", NDArray::prod);
    m.put("prod over 1", x -> x.prod(new int[] {1}));
    m.put("max", NDArray::max);
    m.put("max over 0", x -> x.max(new int[] {0}));
    m.put("max over 1, kept", x -> x.max(new int[] {1}, true));
    m.put("min", NDArray::min);
    m.put("min over -1", x -> x.min(new int[] {-1}));
    m.put("cumSum along 0", x -> x.cumSum(0));
    m.put("cumSum along 1", x -> x.cumSum(1));
    m.put("cumProd along 1", x -> x.cumProd(1));
    m.put("norm", x -> x.norm());
    for (int ord : new int[] {0, 1, 2, 3, -1}) {
      m.put("norm " + ord + " over 1", x -> x.norm(ord, new int[] {1}, false));
    }
    m.put("normalize along 1", x -> x.normalize(2, 1, 1e-12));
    m.put("softmax along 1", x -> x.softmax(1));
    m.put("softmax along 0", x -> x.softmax(0));
    m.put("logSoftmax along -1", x -> x.logSoftmax(-1));
    m.put("sort along 1", x -> x.sort(1));
    m.put("sort along 0", x -> x.sort(0));
    m.put("median along 1", x -> x.median(new int[] {1}));
    m.put("percentile along 1", x -> x.percentile(40, new int[] {1}));
    m.put("topK", x -> x.topK(2, 1, true, true).get(0));
    m.put("topK smallest", x -> x.topK(2, 0, false, true).get(0));
    return m;
  }

  private static void along(List<Case> cases, String name, UnaryOperator<NDArray> f) {
    cases.add(single("gradient/" + name + " of normal numbers", f, m -> Inputs.normal(m, 66, 3, 4)).within(2e-5, 2e-6));
    if (!name.startsWith("norm 0")) {
      // PyTorch's gradient of that one is of FLOAT32.
      cases.add(single("gradient/" + name + " of float64", f,
          m -> Inputs.normal(m, 67, 3, 4).toType(DataType.FLOAT64, false)));
    }
    if (!name.startsWith("median") && !name.startsWith("percentile") && !name.startsWith("topK")
        && !name.startsWith("sort")) {
      cases.add(single("gradient/" + name + " of ties", f,
          m -> m.create(new float[] {2, 7, 7, 1, 1, 2, 3, 3, 3}, new Shape(3, 3))));
      cases.add(single("gradient/" + name + " with zeros", f,
          m -> m.create(new float[] {0, 7, 0, 1, 0, 2, 0, 0, 0}, new Shape(3, 3))));
    }
  }

  // ---- of two arrays -----------------------------------------------------------------------------------------------

  private static Map<String, BinaryOperator<NDArray>> pairs() {
    Map<String, BinaryOperator<NDArray>> m = new LinkedHashMap<>();
    m.put("add", NDArray::add);
    m.put("sub", NDArray::sub);
    m.put("mul", NDArray::mul);
    m.put("div", NDArray::div);
    m.put("mod", NDArray::mod);
    m.put("pow", NDArray::pow);
    m.put("maximum", NDArray::maximum);
    m.put("minimum", NDArray::minimum);
    m.put("atan2", NDArray::atan2);
    m.put("xlogy", NDArray::xlogy);
    m.put("where", (x, y) -> NDArrays.where(x.gt(1), x, y.add(x.mul(0))));
    return m;
  }

  private static Case two(String name, BinaryOperator<NDArray> f, Function<NDManager, NDArray> left,
      Function<NDManager, NDArray> right) {
    return Case.list(name, m -> {
      NDArray x = left.apply(m);
      NDArray y = right.apply(m);
      x.setRequiresGradient(true);
      y.setRequiresGradient(true);
      NDArray z;
      try (GradientCollector g = collector(m)) {
        z = f.apply(x, y);
        g.backward(weighted(m, z));
      }
      return new NDList(z.stopGradient(), x.getGradient(), y.getGradient());
    });
  }

  private static void pairs(List<Case> cases, String name, BinaryOperator<NDArray> f) {
    String group = "gradient/" + name;
    Function<NDManager, NDArray> left = m -> Inputs.uniform(m, 71, 0.5, 2, 2, 3);
    cases.add(two(group + " of arrays", f, left, m -> Inputs.uniform(m, 72, 0.5, 2, 2, 3)));
    cases.add(two(group + " of a row", f, left, m -> Inputs.uniform(m, 72, 0.5, 2, 3)));
    cases.add(two(group + " of a column", f, left, m -> Inputs.uniform(m, 72, 0.5, 2, 2, 1)));
    if (!name.equals("xlogy")) {
      cases.add(two(group + " of a scalar", f, left, m -> Inputs.uniform(m, 72, 0.5, 2)));
      cases.add(two(group + " of a scalar float64", f, left,
          m -> Inputs.uniform(m, 72, 0.5, 2).toType(DataType.FLOAT64, false)).within(1e-6, 1e-6));
    }
    cases.add(two(group + " of float32 and float64", f, left,
        m -> Inputs.uniform(m, 72, 0.5, 2, 2, 3).toType(DataType.FLOAT64, false)).within(1e-5, 1e-6));
    cases.add(two(group + " of float16", f, m -> left.apply(m).toType(DataType.FLOAT16, false),
        m -> Inputs.uniform(m, 72, 0.5, 2, 2, 3).toType(DataType.FLOAT16, false)).within(4e-3, 1e-3));
    cases.add(two(group + " of equal ones", f, left, left));
    cases.add(two(group + " at zeros", f, m -> m.create(new float[] {0, 0, 0, 2, 3}),
        m -> m.create(new float[] {1, 2, 0.5f, 0, 1})));
    cases.add(single(group + " with itself", x -> f.apply(x, x), left));
    cases.add(single(group + " with a constant", x -> f.apply(x, Inputs.uniform(x.getManager(), 73, 0.5, 2, 2, 3)),
        left));
  }

  // ---- in place ----------------------------------------------------------------------------------------------------

  private static void chains(List<Case> cases) {
    Function<NDManager, NDArray> input = m -> Inputs.uniform(m, 74, 0.5, 2, 2, 3);
    Map<String, UnaryOperator<NDArray>> chains = new LinkedHashMap<>();
    chains.put("addi", x -> x.mul(2).addi(3));
    chains.put("muli", x -> x.add(1).muli(x));
    chains.put("subi and divi", x -> x.mul(x).subi(x).divi(x.add(1)));
    chains.put("powi", x -> x.add(1).powi(2));
    chains.put("powi by 3", x -> x.add(1).powi(3).muli(x));
    chains.put("negi", x -> x.mul(x).negi());
    chains.put("signi", x -> x.mul(x).signi().add(x));
    chains.put("several", x -> x.mul(2).addi(1).muli(x).subi(0.5).divi(3).addi(x));
    chains.put("rsubi", x -> x.mul(2).getNDArrayInternal().rsubi(1));
    chains.put("a shared array", x -> {
      NDArray y = x.mul(3);
      NDArray z = y.add(1);
      y.addi(x);
      return y.mul(z);
    });
    chains.put("a view", x -> {
      NDArray y = x.mul(3);
      y.reshape(6).addi(1).muli(2);
      return y.mul(x);
    });
    chains.put("a transposed view", x -> {
      NDArray y = x.mul(3);
      y.transpose().muli(Inputs.uniform(x.getManager(), 75, 0.5, 2, 3, 2));
      return y.square();
    });
    chains.forEach((name, f) -> cases.add(single("gradient/in place: " + name, f, input)));
  }

  // ---- the rules ---------------------------------------------------------------------------------------------------

  private static void rules(List<Case> cases) {
    cases.add(Case.of("gradient/rule: before backward", m -> collect(m, (x, g) -> x.mul(2))));
    cases.add(Case.of("gradient/rule: of an array that asked for none", m -> Inputs.normal(m, 81, 3).getGradient()));
    cases.add(Case.of("gradient/rule: asked for and not used", m -> {
      NDArray x = leaf(m);
      NDArray y = leaf(m);
      try (GradientCollector g = collector(m)) {
        g.backward(x.square().sum());
      }
      return y.getGradient();
    }));
    cases.add(Case.of("gradient/rule: of what is not a scalar", m -> collect(m, (x, g) -> g.backward(x.square()))));
    cases.add(Case.of("gradient/rule: two losses add up", m -> collect(m, (x, g) -> {
      g.backward(x.square().sum());
      g.backward(x.mul(3).sum());
    })));
    cases.add(Case.of("gradient/rule: backward twice of the same", m -> collect(m, (x, g) -> {
      NDArray y = x.square().sum();
      g.backward(y);
      g.backward(y);
    })));
    cases.add(Case.of("gradient/rule: backward twice of a sum", m -> collect(m, (x, g) -> {
      NDArray y = x.add(1).sum();
      g.backward(y);
      g.backward(y);
    })));
    cases.add(Case.of("gradient/rule: two collectors", m -> {
      NDArray x = leaf(m);
      for (int i = 0; i < 2; i++) {
        try (GradientCollector g = collector(m)) {
          g.backward(x.square().sum());
        }
      }
      return x.getGradient();
    }));
    cases.add(Case.list("gradient/rule: two collectors, looked at between", m -> {
      NDArray x = leaf(m);
      NDList seen = new NDList();
      for (int i = 0; i < 2; i++) {
        try (GradientCollector g = collector(m)) {
          g.backward(x.square().sum());
        }
        seen.add(x.getGradient().duplicate());
      }
      return seen;
    }));
    cases.add(Case.of("gradient/rule: a collector inside another", m -> collect(m, (x, g) -> {
      try (GradientCollector inner = collector(m)) {
        inner.backward(x.square().sum());
      }
    })));
    cases.add(Case.of("gradient/rule: cleared by zeroGradients", m -> collect(m, (x, g) -> {
      g.backward(x.square().sum());
      g.zeroGradients();
      g.backward(x.sum());
    })));
    cases.add(Case.of("gradient/rule: cleared in place", m -> {
      NDArray x = leaf(m);
      try (GradientCollector g = collector(m)) {
        g.backward(x.square().sum());
      }
      x.getGradient().muli(0);
      try (GradientCollector g = collector(m)) {
        g.backward(x.mul(5).sum());
      }
      return x.getGradient();
    }));
    cases.add(Case.of("gradient/rule: no longer asked for", m -> {
      NDArray x = leaf(m);
      x.setRequiresGradient(false);
      return x.mul(2);
    }));
    cases.add(Case.of("gradient/rule: of one that is no longer asked for", m -> {
      NDArray x = leaf(m);
      try (GradientCollector g = collector(m)) {
        g.backward(x.square().sum());
      }
      x.setRequiresGradient(false);
      return x.getGradient();
    }));
    cases.add(Case.of("gradient/rule: stopGradient", m -> collect(m, (x, g) -> g.backward(
        x.stopGradient().mul(x).sum()))));
    cases.add(Case.of("gradient/rule: only stopped ones", m -> collect(m, (x, g) -> g.backward(
        x.stopGradient().square().sum()))));
    cases.add(Case.of("gradient/rule: scaleGradient", m -> collect(m, (x, g) -> g.backward(
        x.scaleGradient(0.1).square().sum()))));
    cases.add(Case.of("gradient/rule: a constant", m -> collect(m, (x, g) -> g.backward(m.create(3f)))));
    cases.add(Case.of("gradient/rule: a leaf written in place", m -> collect(m, (x, g) -> {
      x.addi(1);
      g.backward(x.square().sum());
    })));
    cases.add(Case.list("gradient/rule: a leaf written outside", m -> {
      NDArray x = leaf(m);
      x.subi(0.5f);
      try (GradientCollector g = collector(m)) {
        g.backward(x.square().sum());
      }
      return new NDList(x.stopGradient(), x.getGradient());
    }));
    cases.add(Case.of("gradient/rule: hasGradient", m -> {
      NDArray x = leaf(m);
      NDArray y = Inputs.normal(m, 82, 3);
      return m.create(new boolean[] {x.hasGradient(), y.hasGradient()});
    }));
    cases.add(Case.of("gradient/rule: of integers", m -> {
      NDArray x = m.create(new int[] {1, 2});
      x.setRequiresGradient(true);
      return x.getGradient();
    }));
    cases.add(Case.of("gradient/rule: through integers", m -> collect(m, (x, g) -> g.backward(
        x.toType(DataType.INT32, true).toType(DataType.FLOAT32, true).mul(x).sum()))));
    cases.add(Case.of("gradient/rule: through a comparison", m -> collect(m, (x, g) -> g.backward(
        x.gt(0).toType(DataType.FLOAT32, true).mul(x).sum()))));
    cases.add(Case.of("gradient/rule: only through comparisons", m -> collect(m, (x, g) -> g.backward(
        x.gt(0).toType(DataType.FLOAT32, true).sum()))));
    cases.add(Case.of("gradient/rule: computed before", m -> {
      NDArray x = leaf(m);
      NDArray y = x.square();
      try (GradientCollector g = collector(m)) {
        g.backward(y.mul(x).sum());
      }
      return x.getGradient();
    }));
  }

  private interface Collect {
    void run(NDArray x, GradientCollector g);
  }

  private static NDArray leaf(NDManager m) {
    NDArray x = Inputs.normal(m, 80, 4);
    x.setRequiresGradient(true);
    return x;
  }

  private static NDArray collect(NDManager m, Collect work) {
    NDArray x = leaf(m);
    try (GradientCollector g = collector(m)) {
      work.run(x, g);
    }
    return x.getGradient();
  }
}
