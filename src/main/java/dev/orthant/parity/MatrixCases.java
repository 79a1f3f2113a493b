package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/**
 * Products and convolutions large enough for matrix units, in every mode of F32: edges, transposes, batches, planted
 * values.
 */
final class MatrixCases {
  private record Kind(DType type, MathMode math) {
    String label() {
      return type + (math == MathMode.IEEE ? "" : "/" + math.label());
    }
  }

  private static final List<Kind> KINDS = List.of(new Kind(DType.BF16, MathMode.IEEE),
      new Kind(DType.F16, MathMode.IEEE), new Kind(DType.F32, MathMode.TF32), new Kind(DType.F32, MathMode.TF32X3));

  private MatrixCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (Kind kind : KINDS) {
      cases.addAll(products(kind));
      cases.addAll(convolutions(kind));
    }
    return cases;
  }

  private static List<Case> products(Kind kind) {
    List<Case> cases = new ArrayList<>();
    for (int transposed = 0; transposed < 4; transposed++) {
      cases.add(product(kind, 66, 104, 72, transposed, Data.NORMAL));
      cases.add(product(kind, 131, 70, 37, transposed, Data.NORMAL));
    }
    cases.add(product(kind, 250, 252, 40, 0, Data.NORMAL));
    cases.add(product(kind, 67, 72, 48, 2, Data.PLANTED));
    cases.add(product(kind, 65, 72, 33, 1, Data.LARGE));
    TensorSpec a = spec(kind.type, 3, 1, 34, 40);
    TensorSpec b = spec(kind.type, 2, 40, 66);
    cases.add(new Case("matrix/batch/" + kind.label(), "matmul batched", new MatMul(false, false,
        Catalogue.biased(Activations.SILU), kind.math), List.of(a, b, spec(kind.type, 66)), Data.NORMAL));
    return cases;
  }

  private static Case product(Kind kind, long m, long n, long k, int transposed, Data data) {
    boolean ta = (transposed & 1) != 0;
    boolean tb = (transposed & 2) != 0;
    TensorSpec a = ta ? spec(kind.type, k, m) : spec(kind.type, m, k);
    TensorSpec b = tb ? spec(kind.type, n, k) : spec(kind.type, k, n);
    return new Case("matrix/" + m + "x" + n + "x" + k + "/" + (ta ? "t" : "n") + (tb ? "t" : "n") + "/" + kind.label()
        + "/" + data, "matmul", new MatMul(ta, tb, Epilogue.NONE, kind.math), List.of(a, b), data);
  }

  private static List<Case> convolutions(Kind kind) {
    Conv2d same = Conv2d.PLAIN.padding(1);
    return List.of(convolution(kind, "same", same, new long[] {2, 9, 11, 16}, new long[] {72, 3, 3, 16}, Data.NORMAL),
        convolution(kind, "same", same, new long[] {1, 9, 11, 16}, new long[] {20, 3, 3, 16}, Data.PLANTED),
        convolution(kind, "groups-strided-dilated", Conv2d.stride(2).padding(2, 1, 0, 3).dilation(1, 2).groups(2),
            new long[] {1, 14, 15, 48}, new long[] {70, 3, 2, 24}, Data.NORMAL),
        convolution(kind, "1x1", Conv2d.PLAIN, new long[] {3, 5, 7, 40}, new long[] {64, 1, 1, 40}, Data.NORMAL));
  }

  private static Case convolution(Kind kind, String name, Conv2d how, long[] x, long[] w, Data data) {
    Conv2d op = how.layout(Layout.NHWC).math(kind.math).withEpilogue(Catalogue.biased(Activations.RELU));
    return new Case("matrix/conv2d/" + name + "/" + kind.label() + "/" + data, "conv2d NHWC", op,
        List.of(spec(kind.type, x), spec(kind.type, w), spec(kind.type, w[0])), data);
  }
}
