package dev.orthant.nn;

import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017): queries, keys and values are projected, cut into heads along the
 * features, each head attends on its own, and the results, behind each other, are projected once more.
 *
 * @param query from (n, tq, features) to (n, tq, d); d is a multiple of heads
 * @param key from (n, tk, features of the memory) to (n, tk, d)
 * @param value likewise
 * @param output from (n, tq, d)
 * @param core causal or not, dropout
 */
public record MultiHeadAttention(Linear query, Linear key, Linear value, Linear output, int heads, Attention core)
    implements Layer {
  public MultiHeadAttention {
    check(query.weight().shape().dim(1), heads);
    check(value.weight().shape().dim(1), heads);
  }

  private static void check(long d, int heads) {
    if (heads < 1 || d % heads != 0) {
      throw new ShapeException("attention: " + heads + " heads do not divide " + d + " features");
    }
  }

  /** Of d features throughout. */
  public static MultiHeadAttention of(Parameters p, long d, int heads, Attention core) {
    return of(p, d, d, heads, core);
  }

  /** From d features, attending to others, to d features; weights as {@link Initializer#xavier}, uniform. */
  public static MultiHeadAttention of(Parameters p, long d, long memory, int heads, Attention core) {
    check(d, heads);
    Initializer xavier = Initializer.xavier().uniform();
    return p.whole(q -> new MultiHeadAttention(Linear.of(q, d, d, xavier), Linear.of(q, memory, d, xavier),
        Linear.of(q, memory, d, xavier), Linear.of(q, d, d, xavier), heads, core));
  }

  /** Self-attention. */
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return attend(x, x, null, pass);
  }

  /**
   * Attention of {@code x} (n, tq, features) to {@code memory} (n, tk, features).
   *
   * @param mask BOOL, which places of the memory are seen; broadcasts to (n, heads, tq, tk). Null for all
   */
  public Tensor attend(Tensor x, Tensor memory, @Nullable Tensor mask, Pass pass) {
    if (x.shape().rank() != 3 || memory.shape().rank() != 3) {
      throw new ShapeException("attention: takes (n, t, features), got " + x + " and " + memory);
    }
    try (Scope scope = Scope.open()) {
      Tensor q = split(query.forward(x, pass));
      Tensor k = split(key.forward(memory, pass));
      Tensor v = split(value.forward(memory, pass));
      Tensor y = core.apply(q, k, v, mask, pass).transpose(0, 2, 1, 3);
      Tensor joined = y.reshape(y.shape().dim(0), y.shape().dim(1), y.shape().dim(2) * y.shape().dim(3));
      return scope.keep(output.forward(joined, pass));
    }
  }

  /** From (n, t, d) to (n, heads, t, d/heads). */
  private Tensor split(Tensor x) {
    return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, x.shape().dim(2) / heads).transpose(0, 2, 1, 3);
  }

  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>(Variable.within("query", query.variables()));
    all.addAll(Variable.within("key", key.variables()));
    all.addAll(Variable.within("value", value.variables()));
    all.addAll(Variable.within("output", output.variables()));
    return all;
  }
}
