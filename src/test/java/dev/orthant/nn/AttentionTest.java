package dev.orthant.nn;

import static dev.orthant.nn.LayerCheck.CPU;
import static dev.orthant.nn.LayerCheck.SEED;
import static dev.orthant.nn.LayerCheck.drawn;
import static dev.orthant.nn.LayerCheck.parameters;
import static dev.orthant.nn.LayerCheck.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activations;
import dev.orthant.tensor.GradientCheck;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionTest {
  /** One head written out: rows of q, k, v; {@code seen[i][j]} whether query i sees key j. */
  private static double[][] attend(double[][] q, double[][] k, double[][] v, boolean[][] seen) {
    double[][] y = new double[q.length][v[0].length];
    for (int i = 0; i < q.length; i++) {
      double[] weight = new double[k.length];
      double sum = 0;
      for (int j = 0; j < k.length; j++) {
        double dot = 0;
        for (int d = 0; d < q[i].length; d++) {
          dot += q[i][d] * k[j][d];
        }
        weight[j] = seen[i][j] ? Math.exp(dot / Math.sqrt(q[i].length)) : 0;
        sum += weight[j];
      }
      for (int j = 0; j < k.length && sum > 0; j++) {
        for (int d = 0; d < y[i].length; d++) {
          y[i][d] += weight[j] / sum * v[j][d];
        }
      }
    }
    return y;
  }

  private static double[][] rows(double[] flat, int from, int count, int columns) {
    double[][] rows = new double[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(flat, (from + i) * columns, (from + i + 1) * columns);
    }
    return rows;
  }

  private static double[] flat(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double[][] linear(double[][] x, Linear layer) {
    double[] w = layer.weight().toDoubleArray();
    int out = (int) layer.weight().shape().dim(1);
    Tensor bias = java.util.Objects.requireNonNull(layer.bias());
    double[][] y = new double[x.length][];
    for (int r = 0; r < x.length; r++) {
      y[r] = bias.toDoubleArray();
      for (int i = 0; i < x[r].length; i++) {
        for (int j = 0; j < out; j++) {
          y[r][j] += x[r][i] * w[i * out + j];
        }
      }
    }
    return y;
  }

  private static boolean[][] all(int queries, int keys) {
    boolean[][] seen = new boolean[queries][keys];
    for (boolean[] row : seen) {
      Arrays.fill(row, true);
    }
    return seen;
  }

  private static final int B = 2;
  private static final int Q = 3;
  private static final int K = 5;
  private static final int D = 4;

  /** Batch 0: query 1 sees nothing; batch 1: the last two keys are padding. */
  private static boolean[][] seen(int batch, boolean causal) {
    boolean[][] seen = all(Q, K);
    for (int i = 0; i < Q; i++) {
      for (int j = 0; j < K; j++) {
        seen[i][j] = (batch == 0 ? i != 1 : j < 3) && (!causal || j <= i);
      }
    }
    return seen;
  }

  private static Tensor mask() {
    double[] flags = new double[B * Q * K];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = seen(i / (Q * K), false)[i / K % Q][i % K] ? 1 : 0;
    }
    return Tensor.of(CPU, DType.BOOL, Shape.of(B, Q, K), flags);
  }

  private static void check(boolean causal, boolean masked) {
    double[] q = drawn(SEED, B * Q * D);
    double[] k = drawn(SEED + 1, B * K * D);
    double[] v = drawn(SEED + 2, B * K * 2);
    double[][] expected = new double[B][];
    for (int b = 0; b < B; b++) {
      boolean[][] seen = all(Q, K);
      for (int i = 0; i < Q; i++) {
        for (int j = 0; j < K; j++) {
          seen[i][j] = masked ? seen(b, causal)[i][j] : !causal || j <= i;
        }
      }
      expected[b] = flat(attend(rows(q, b * Q, Q, D), rows(k, b * K, K, D), rows(v, b * K, K, 2), seen));
    }
    try (Scope _ = Scope.open()) {
      Tensor y = new Attention(causal, 0).apply(tensor(q, B, Q, D), tensor(k, B, K, D), tensor(v, B, K, 2),
          masked ? mask() : null, Pass.inference());
      LayerCheck.close("attention, causal " + causal + ", masked " + masked, y, flat(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isAsWrittenOut(boolean causal) {
    check(causal, false);
    check(causal, true);
  }

  @Test
  void aQueryThatSeesNothingGivesZerosInEveryType() {
    for (DType type : new DType[] {DType.F32, DType.F64, DType.F16}) {
      try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
        Tensor q = tensor(drawn(SEED, 6), 3, 2).cast(type).requireGradient();
        Tensor v = tensor(drawn(SEED, 6), 3, 2).cast(type).requireGradient();
        Tensor none = Tensor.full(CPU, DType.BOOL, Shape.of(), 0);
        Tensor y = Attention.FULL.apply(q, q, v, none, Pass.inference());
        assertThat(y.toDoubleArray()).as(type.toString()).containsOnly(0);
        tape.backward(y);
        assertThat(q.gradient().toDoubleArray()).as(type.toString()).containsOnly(0);
        assertThat(v.gradient().toDoubleArray()).as(type.toString()).containsOnly(0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradients(boolean causal) {
    Shape[] shapes = {Shape.of(B, Q, D), Shape.of(B, K, D), Shape.of(B, K, 2)};
    GradientCheck.check(CPU, "attention", SEED, in -> new Attention(causal, 0).apply(in.get(0), in.get(1), in.get(2),
        null, LayerCheck.training()), shapes);
    GradientCheck.check(CPU, "attention masked, dropout", SEED, in -> new Attention(causal, 0.3).apply(in.get(0),
        in.get(1), in.get(2), mask(), LayerCheck.training()), shapes);
  }

  /** Self- or cross-attention of several heads written out, for one sample. */
  private static double[][] heads(MultiHeadAttention a, double[][] x, double[][] memory, boolean causal) {
    double[][] q = linear(x, a.query());
    double[][] k = linear(memory, a.key());
    double[][] v = linear(memory, a.value());
    int d = q[0].length / a.heads();
    double[][] joined = new double[x.length][q[0].length];
    boolean[][] seen = all(x.length, memory.length);
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < memory.length; j++) {
        seen[i][j] = !causal || j <= i;
      }
    }
    for (int h = 0; h < a.heads(); h++) {
      double[][] y = attend(columns(q, h * d, d), columns(k, h * d, d), columns(v, h * d, d), seen);
      for (int i = 0; i < x.length; i++) {
        System.arraycopy(y[i], 0, joined[i], h * d, d);
      }
    }
    return linear(joined, a.output());
  }

  private static double[][] columns(double[][] x, int from, int count) {
    return Arrays.stream(x).map(r -> Arrays.copyOfRange(r, from, from + count)).toArray(double[][]::new);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void severalHeadsAreAsWrittenOut(boolean causal) {
    Attention core = new Attention(causal, 0);
    try (MultiHeadAttention self = LayerCheck.stirred(MultiHeadAttention.of(parameters(), D, 2, core));
        MultiHeadAttention cross = LayerCheck.stirred(MultiHeadAttention.of(parameters(), D, 3, 2, core));
        Scope _ = Scope.open()) {
      double[] x = drawn(SEED, B * Q * D);
      double[] memory = drawn(SEED + 1, B * K * 3);
      double[][] bySelf = new double[B][];
      double[][] byCross = new double[B][];
      for (int b = 0; b < B; b++) {
        double[][] rows = rows(x, b * Q, Q, D);
        bySelf[b] = flat(heads(self, rows, rows, causal));
        byCross[b] = flat(heads(cross, rows, rows(memory, b * K, K, 3), causal));
      }
      Tensor in = tensor(x, B, Q, D);
      LayerCheck.close("self", self.forward(in, Pass.inference()), flat(bySelf));
      LayerCheck.close("cross", cross.attend(in, tensor(memory, B, K, 3), null, Pass.inference()), flat(byCross));
    }
  }

  @Test
  void gradientsOfSeveralHeads() {
    Tensor mask = Tensor.of(CPU, DType.BOOL, Shape.of(2, 1, 1, 3), 1, 0, 1, 1, 1, 1);
    try (mask;
        MultiHeadAttention cross =
            LayerCheck.stirred(MultiHeadAttention.of(parameters(), 4, 3, 2, new Attention(false, 0.2)))) {
      LayerCheck.gradients("cross-attention", cross,
          in -> cross.attend(in.get(0), in.get(1), mask, LayerCheck.training()), Shape.of(2, 2, 4), Shape.of(2, 3, 3));
    }
  }

  // ---- the transformer's block -------------------------------------------------------------------------------------

  private static double[][] norm(double[][] x, Layer layer) {
    LayerNorm n = (LayerNorm) layer;
    double[] gamma = n.gamma().toDoubleArray();
    double[] beta = n.beta().toDoubleArray();
    return Arrays.stream(x).map(row -> {
      double mean = Arrays.stream(row).average().orElseThrow();
      double variance = Arrays.stream(row).map(e -> (e - mean) * (e - mean)).average().orElseThrow();
      double[] y = new double[row.length];
      for (int i = 0; i < y.length; i++) {
        y[i] = (row[i] - mean) / Math.sqrt(variance + 1e-5) * gamma[i] + beta[i];
      }
      return y;
    }).toArray(double[][]::new);
  }

  private static double[][] feedForward(double[][] x, Sequential layer) {
    double[][] h = linear(x, (Linear) layer.layers().getFirst());
    for (double[] row : h) {
      for (int i = 0; i < row.length; i++) {
        row[i] = Activations.GELU.value().evaluate(new double[] {row[i]}, new double[0]);
      }
    }
    return linear(h, (Linear) layer.layers().getLast());
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] y = new double[a.length][a[0].length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < y[i].length; j++) {
        y[i][j] = a[i][j] + b[i][j];
      }
    }
    return y;
  }

  private static TransformerBlock block(boolean preNorm, double dropout) {
    return LayerCheck.stirred(TransformerBlock.of(parameters(), 4, 2, 5, Activations.GELU, preNorm, dropout));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTransformerBlockIsAsWrittenOut(boolean preNorm) {
    try (TransformerBlock block = block(preNorm, 0.5); Scope scope = Scope.open()) {
      double[] flat = drawn(SEED, Q * D);
      double[][] x = rows(flat, 0, Q, D);
      double[][] a = preNorm ? norm(x, block.norm1()) : x;
      double[][] attended = sum(x, heads(block.attention(), a, a, false));
      double[][] h = preNorm ? attended : norm(attended, block.norm1());
      double[][] y = sum(h, feedForward(preNorm ? norm(h, block.norm2()) : h, (Sequential) block.feedForward()));
      Tensor in = tensor(flat, 1, Q, D);
      int before = scope.size();
      Tensor found = block.forward(in, Pass.inference());
      assertThat(scope.size()).as("what was made on the way is closed").isEqualTo(before + 1);
      LayerCheck.close("block", found, flat(preNorm ? y : norm(y, block.norm2())));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsOfATransformerBlock(boolean preNorm) {
    try (TransformerBlock block = block(preNorm, 0.3)) {
      LayerCheck.gradients("block", block, in -> block.forward(in.getFirst(), LayerCheck.training()),
          Shape.of(1, 3, 4));
    }
  }

  @Test
  void badShapesAreRefused() {
    try (Scope _ = Scope.open()) {
      Tensor q = tensor(drawn(SEED, 6), 3, 2);
      assertRefused(q, q, tensor(drawn(SEED, 4), 2, 2), null, "keys (…, tk, d)");
      assertRefused(q, q, q, Tensor.full(CPU, DType.BOOL, Shape.of(4), 1), "mask");
    }
    assertThatThrownBy(() -> MultiHeadAttention.of(parameters(), 4, 3, Attention.FULL))
        .isInstanceOf(ShapeException.class).hasMessageContaining("3 heads do not divide 4");
  }

  private static void assertRefused(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, String why) {
    assertThatThrownBy(() -> Attention.FULL.apply(q, k, v, mask, Pass.inference())).isInstanceOf(ShapeException.class)
        .hasMessageContaining(why);
  }
}
