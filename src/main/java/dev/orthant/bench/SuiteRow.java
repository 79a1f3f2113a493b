package dev.orthant.bench;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Quantities;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** One row of a suite's file, in one type and for one batch size. */
final class SuiteRow {
  private static final Set<String> COMMON = Set.of("name", "op", "count", "dtypes");
  private static final Set<String> EPILOGUE = Set.of("alpha", "bias", "residual", "activation", "math");

  /** More than any device has. */
  private static final long MAX_BYTES = 1L << 40;
  private static final int MAX_RANK = 32;

  private final JsonNode node;
  private final DType dtype;
  private final long batch;

  SuiteRow(JsonNode node, DType dtype, long batch) {
    this.node = node;
    this.dtype = dtype;
    this.batch = batch;
  }

  /** A typing error in a key would silently measure something else. */
  private void allow(Set<String> first, Set<String> second) {
    Set<String> unknown = new HashSet<>(node.propertyNames());
    unknown.removeAll(COMMON);
    unknown.removeAll(first);
    unknown.removeAll(second);
    if (!unknown.isEmpty()) {
      throw new InvalidInputException("unknown " + String.join(", ", unknown.stream().sorted().toList()));
    }
  }

  String text(String key) {
    return node.path(key).asString("");
  }

  private int number(String key, int otherwise) {
    JsonNode n = node.path(key);
    if (!n.isMissingNode() && !n.isInt()) {
      throw new InvalidInputException(key + " is not an integer: " + n);
    }
    return n.asInt(otherwise);
  }

  /** False when it is not there. */
  private boolean flag(String key) {
    JsonNode n = node.path(key);
    if (!n.isMissingNode() && !n.isBoolean()) {
      throw new InvalidInputException(key + " is neither true nor false: " + n);
    }
    return n.asBoolean(false);
  }

  private int count() {
    int count = number("count", 1);
    if (count < 1) {
      throw new InvalidInputException("count is not positive: " + count);
    }
    return count;
  }

  private double alpha() {
    JsonNode n = node.path("alpha");
    if (!n.isMissingNode() && !(n.isNumber() && Double.isFinite(n.asDouble()))) {
      throw new InvalidInputException("alpha is not a number: " + n);
    }
    return n.asDouble(1);
  }

  private TensorSpec spec(String key) {
    JsonNode n = node.path(key);
    if (!n.isArray() || n.isEmpty() || n.size() > MAX_RANK) {
      throw new InvalidInputException(key + " is not a list of extents: " + n);
    }
    TensorSpec spec = TensorSpec.of(dtype, n.valueStream().mapToLong(this::extent).toArray());
    if (spec.bytes() > MAX_BYTES) {
      throw new InvalidInputException(
          key + " is " + spec + ", " + Quantities.bytes(spec.bytes()) + "; a benchmark's operand has at most "
              + Quantities.bytes(MAX_BYTES));
    }
    return spec;
  }

  /** An integer, or a product of integers and N, the batch size: {@code "N*128"}. */
  private long extent(JsonNode n) {
    long product = 1;
    try {
      for (String factor : n.asString("").split("\\*", -1)) {
        product = Math.multiplyExact(product, factor.equals("N") ? batch : Long.parseLong(factor));
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InvalidInputException("not an extent: " + n, e);
    }
    return product;
  }

  private MathMode math() {
    return node.has("math") ? MathMode.named(text("math")) : MathMode.standard();
  }

  BenchCase matmul() {
    allow(Set.of("a", "b", "transpose_a", "transpose_b"), EPILOGUE);
    MatMul op = new MatMul(flag("transpose_a"), flag("transpose_b"),
        Epilogue.NONE, math());
    TensorSpec a = spec("a");
    TensorSpec b = spec("b");
    TensorSpec out = op.product(a, b);
    MatMul.Extents e = op.extents(a, b);
    long products = MatMul.batch(out).elements();
    String marks = (op.transposeLhs() ? " aT" : "") + (op.transposeRhs() ? " bT" : "");
    String shape = (products == 1 ? "" : products + "*") + SuiteReader.extents(e.m(), e.n(), e.k()) + marks;
    return contraction(op, a, b, TensorSpec.of(dtype, e.n()), out, shape);
  }

  BenchCase conv2d() {
    allow(Set.of("x", "w", "stride", "padding", "dilation", "groups", "layout"), EPILOGUE);
    int stride = number("stride", 1);
    int padding = number("padding", 0);
    int dilation = number("dilation", 1);
    int groups = number("groups", 1);
    Layout layout = switch (node.path("layout").asString("NCHW")) {
      case "NCHW" -> Layout.NCHW;
      case "NHWC" -> Layout.NHWC;
      default -> throw new InvalidInputException("layout is neither NCHW nor NHWC: " + node.path("layout"));
    };
    Conv2d op = Conv2d.stride(stride).padding(padding).dilation(dilation, dilation).groups(groups).layout(layout)
        .math(math());
    TensorSpec x = spec("x");
    TensorSpec w = spec("w");
    TensorSpec out = op.product(x, w);
    Conv2d.Extents e = op.extents(x, w);
    String shape = SuiteReader.extents(x.shape().dims()) + " k" + e.k() + " " + e.r() + "x" + e.s()
        + (stride == 1 ? "" : " s" + stride) + (dilation == 1 ? "" : " d" + dilation)
        + (groups == 1 ? "" : " g" + groups)
        + (layout == Layout.NCHW ? "" : " NHWC");
    TensorSpec bias = layout == Layout.NCHW ? TensorSpec.of(dtype, e.k(), 1, 1) : TensorSpec.of(dtype, e.k());
    return contraction(op, x, w, bias, out, shape);
  }

  private BenchCase contraction(Contraction op, TensorSpec lhs, TensorSpec rhs, TensorSpec bias, TensorSpec out,
      String shape) {
    List<TensorSpec> inputs = new ArrayList<>(List.of(lhs, rhs));
    List<BenchCase.Tail> tail = new ArrayList<>();
    StringBuilder title = new StringBuilder(op.name());
    if (dtype == DType.F32 && op.math() != MathMode.IEEE) {
      title.append(' ').append(op.math().label());
    }
    Epilogue e = Epilogue.NONE;
    double alpha = alpha();
    if (alpha != 1) {
      e = e.scale(alpha);
      tail.add(BenchCase.Tail.scale(alpha));
      title.append("*a");
    }
    for (String operand : List.of("bias", "residual")) {
      if (flag(operand)) {
        tail.add(BenchCase.Tail.add(inputs.size()));
        inputs.add(operand.equals("bias") ? bias : out);
        e = e.plusOperand();
        title.append('+').append(operand.equals("bias") ? "bias" : "res");
      }
    }
    if (node.has("activation")) {
      Activation f = Activations.named(text("activation"));
      e = e.activation(f);
      tail.add(new BenchCase.Tail(Pointwise.of(f), -1));
      title.append('+').append(f.name());
    }
    return new BenchCase(text("name"), title.toString(), shape, op.withEpilogue(e), inputs, op, tail,
        count());
  }

  BenchCase activation(Activation f) {
    allow(Set.of("x", "bias"), Set.of());
    TensorSpec x = spec("x");
    if (flag("bias")) {
      return biased(f, x);
    }
    // A learned parameter at its initial value is a number here: the traffic is that of one input.
    Pointwise op = Pointwise.of(f);
    return new BenchCase(text("name"), f.name(), SuiteReader.extents(x.shape().dims()), op, List.of(x), op, List.of(),
        count());
  }

  /** f(x + b), b along the last axis. */
  private BenchCase biased(Activation f, TensorSpec x) {
    TensorSpec b = TensorSpec.of(dtype, x.shape().dim(x.shape().rank() - 1));
    Epilogue e = Epilogue.NONE.plusOperand();
    Epilogue all = e.activation(f);
    return new BenchCase(text("name"), "bias+" + f.name(), SuiteReader.extents(x.shape().dims()),
        new Pointwise(List.of(all.formula()), 2, all.scalars()), List.of(x, b), Pointwise.of(e.formula(), 2),
        List.of(new BenchCase.Tail(Pointwise.of(f), -1)), count());
  }
}
