package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Overwrite;
import dev.orthant.programs.ProgramNode.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A program as a JUnit test that anybody can compile: only public API, the expected values beside it. */
final class JavaText {
  /** Values of a tensor that are compared. */
  private static final int MOST = 24;
  private static final int LINE = 110;

  private JavaText() {}

  /**
   * The class's text.
   *
   * @param name of the class
   * @param why what was wrong, and how to repeat it
   * @param device on which
   */
  static String of(Program p, String name, String why, Device device) {
    StringBuilder t = new StringBuilder();
    for (String i : List.of("core.*", "device.*", "expr.*", "op.Conv2d", "op.Layout", "op.MatMul", "op.Philox",
        "op.Pool2d",
        "op.Window", "tensor.*")) {
      t.append("import dev.orthant.").append(i).append(";\n");
    }
    t.append("""
        import java.util.Arrays;
        import java.util.List;
        import java.util.stream.IntStream;
        import org.assertj.core.api.Assertions;
        import org.junit.jupiter.api.Test;

        """);
    why.lines().forEach(l -> t.append("// ").append(l).append('\n'));
    t.append("class ").append(name).append(" {\n  @Test\n  void gives() {\n    Device device = Devices.named(\"")
        .append(device.name()).append("\");\n    try (Scope scope = Scope.open()")
        .append(p.targets().isEmpty() ? "" : "; Tape tape = Tape.open()").append(") {\n");
    List<List<Integer>> closings = p.closings();
    for (int i = 0; i < p.size(); i++) {
      t.append("      Tensor v").append(i).append(" = ").append(expression(p.nodes().get(i))).append(";\n");
      closings.get(i).forEach(c -> t.append("      v").append(c).append(".close();\n"));
    }
    p.targets().forEach(x -> t.append("      tape.backward(v").append(x).append(");\n"));
    expectations(p, device).forEach(e -> t.append("      ").append(e).append('\n'));
    return t.append("    }\n  }\n\n").append(HELPERS).append("}\n").toString();
  }

  private static final String HELPERS = """
      private static double[] numbers(long factor, long first, long modulus, long least, double unit, int count) {
        return IntStream.range(0, count).mapToDouble(i -> (Math.floorMod(factor * i + first, modulus) + least) * unit)
            .toArray();
      }

      private static void check(String what, Tensor t, double within, double... expected) {
        Assertions.assertThat(Arrays.copyOf(t.toDoubleArray(), expected.length)).as(what)
            .containsExactly(expected, Assertions.within(within));
      }
      """.indent(2);

  static String expression(ProgramNode node) {
    return switch (node) {
      case Leaf l -> leaf(l.spec(), l.numbers()) + (l.gradient() ? ".requireGradient()" : "");
      case Step s -> {
        String call = s.text();
        for (int i = 0; i < s.operands().size(); i++) {
          call = call.replace("{" + i + "}", "v" + s.operands().get(i));
        }
        yield call + (s.evaluated() ? ".evaluate()" : "");
      }
      case Overwrite o -> "v" + o.leaf() + ".reshape(v" + o.leaf() + ".shape().dims());\n      v" + o.leaf()
          + ".copyFrom(Tensor.of(device, DType.F32, v" + o.leaf() + ".shape(), " + numbers(o.numbers(), "(int) v"
              + o.leaf() + ".shape().elements()")
          + ").toFloatArray())";
    };
  }

  private static String leaf(TensorSpec spec, Numbers n) {
    String shape = "Shape.of(" + Steps.list(spec.shape().dims()) + ")";
    return n.isConstant() ? "Tensor.full(device, DType." + spec.dtype().name() + ", " + shape + ", " + n.value(0) + ")"
        : "Tensor.of(device, DType." + spec.dtype().name() + ", " + shape + ", "
            + numbers(n, Long.toString(spec.shape().elements())) + ")";
  }

  private static String numbers(Numbers n, String count) {
    return "numbers(" + n.factor() + ", " + n.first() + ", " + n.modulus() + ", " + n.least() + ", " + n.unit() + ", "
        + count + ")";
  }

  private static List<String> expectations(Program p, Device device) {
    List<String> lines = new ArrayList<>();
    for (Execution.Value v : Execution.run(p, new IdealDevice(device), true)) {
      int n = Math.min(MOST, v.count());
      List<String> values = new ArrayList<>();
      double scale = 1;
      for (int i = 0; i < n; i++) {
        scale = Double.isFinite(v.at(i)) ? Math.max(scale, Math.abs(v.at(i))) : scale;
        values.add(number(v.at(i)));
      }
      DType type = v.spec().dtype();
      double within = type.isFloating() ? 64 * type.unitRoundoff() * scale : 0;
      String tensor = v.name().startsWith("the gradient of ")
          ? v.name().substring("the gradient of ".length()) + ".gradient()" : v.name();
      lines.add("check(\"" + v.name() + "\", " + tensor + ", " + number(within)
          + values.stream().map(s -> ", " + s).collect(Collectors.joining()) + ");");
    }
    return lines.stream().map(JavaText::folded).toList();
  }

  private static String number(double v) {
    return Double.isNaN(v) ? "Double.NaN" : Double.isInfinite(v)
        ? (v < 0 ? "Double.NEGATIVE_INFINITY" : "Double.POSITIVE_INFINITY")
        : v == Math.rint(v) && Math.abs(v) < 1e9 ? String.format(Locale.ROOT, "%.0f", v) : Double.toString(v);
  }

  private static String folded(String line) {
    StringBuilder t = new StringBuilder();
    int width = 0;
    for (String word : line.split("(?<=, )", -1)) {
      if (width + word.length() > LINE) {
        t.append("\n          ");
        width = 0;
      }
      t.append(word);
      width += word.length();
    }
    return t.toString();
  }
}
