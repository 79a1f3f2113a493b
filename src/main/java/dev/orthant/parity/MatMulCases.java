package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/** Matrix products: sizes around the tiles, transposes, batches, every epilogue. */
final class MatMulCases {
  /** m, n, k. */
  private static final int[][] SIZES =
      {{1, 1, 1}, {1, 17, 5}, {17, 1, 5}, {5, 7, 1}, {3, 4, 0}, {0, 4, 3}, {4, 0, 3}, {6, 16, 4}, {7, 33, 9},
          {64, 64, 64}, {65, 63, 66}, {127, 31, 129}, {1, 130, 257}, {150, 40, 520}};

  private MatMulCases() {}

  static Case activation(Activation f, DType type) {
    return new Case("matmul/bias+" + f.name() + "/" + type, "matmul " + f.name(),
        new MatMul(false, false, Catalogue.biased(f)),
        List.of(spec(type, 19, 37), spec(type, 37, 45), spec(type, 45)), Data.NORMAL);
  }

  static List<Case> shapes(DType type) {
    List<Case> cases = new ArrayList<>();
    for (int[] s : SIZES) {
      cases.add(plain(type, s, false, false, Data.NORMAL));
    }
    for (int[] s : List.of(new int[] {7, 33, 9}, new int[] {65, 63, 66}, new int[] {1, 19, 37},
        new int[] {19, 1, 37}, new int[] {136, 72, 200}, new int[] {16, 264, 72})) {
      cases.add(plain(type, s, true, false, Data.NORMAL));
      cases.add(plain(type, s, false, true, Data.NORMAL));
      cases.add(plain(type, s, true, true, Data.NORMAL));
    }
    // Large enough for the widest tiles of GPUs; extents that suit copies of 16 bytes, of 4, and neither.
    for (int[] s : List.of(new int[] {264, 392, 72}, new int[] {260, 388, 36}, new int[] {257, 385, 35})) {
      cases.add(plain(type, s, false, false, Data.NORMAL));
      cases.add(plain(type, s, true, true, Data.NORMAL));
    }
    cases.add(plain(type, new int[] {67, 35, 41}, false, false, Data.PLANTED));
    cases.add(plain(type, new int[] {5, 3, 7}, true, true, Data.PLANTED));
    cases.addAll(batches(type));
    cases.addAll(epilogues(type));
    return cases;
  }

  private static Case plain(DType type, int[] s, boolean ta, boolean tb, Data data) {
    TensorSpec a = ta ? spec(type, s[2], s[0]) : spec(type, s[0], s[2]);
    TensorSpec b = tb ? spec(type, s[1], s[2]) : spec(type, s[2], s[1]);
    String id = "matmul/" + s[0] + "x" + s[1] + "x" + s[2] + "/" + (ta ? "t" : "n") + (tb ? "t" : "n") + "/" + type
        + "/" + data;
    return new Case(id, "matmul", new MatMul(ta, tb, Epilogue.NONE), List.of(a, b), data);
  }

  private static List<Case> batches(DType type) {
    long[][][] pairs = {{{3, 5, 7}, {3, 7, 9}}, {{3, 5, 7}, {7, 9}}, {{5, 7}, {2, 3, 7, 9}}, {{2, 1, 5, 7}, {3, 7, 9}},
        {{0, 5, 7}, {7, 9}},
        {{4, 33, 65}, {1, 65, 17}}, {{3, 24, 40}, {3, 40, 16}}};
    List<Case> cases = new ArrayList<>();
    for (long[][] p : pairs) {
      TensorSpec a = spec(type, p[0]);
      TensorSpec b = spec(type, p[1]);
      TensorSpec bias = spec(type, b.shape().dim(-1));
      cases.add(new Case("matmul/batch/" + a.shape() + b.shape() + "/" + type, "matmul batched",
          new MatMul(false, false, Catalogue.biased(Activations.SILU)), List.of(a, b, bias), Data.NORMAL));
    }
    return cases;
  }

  private static List<Case> epilogues(DType type) {
    TensorSpec a = spec(type, 21, 34);
    TensorSpec b = spec(type, 34, 55);
    TensorSpec full = spec(type, 21, 55);
    Epilogue residual = Epilogue.NONE.scale(0.5).plusOperand().plusOperand().activation(Activations.GELU);
    return List.of(epilogue("row-bias", Epilogue.NONE.plusOperand(), List.of(a, b, spec(type, 21, 1))),
        epilogue("scalar-bias", Epilogue.NONE.plusOperand().activation(Activations.RELU), List.of(a, b, spec(type))),
        epilogue("scale+bias+residual+gelu", residual, List.of(a, b, spec(type, 55), full)),
        epilogue("residual-after-activation", Epilogue.NONE.activation(Activations.TANH).plusOperand(),
            List.of(a, b, full)));
  }

  private static Case epilogue(String name, Epilogue e, List<TensorSpec> inputs) {
    return new Case("matmul/" + name + "/" + inputs.getFirst().dtype(), "matmul epilogues", new MatMul(false, false, e),
        inputs, Data.NORMAL);
  }
}
