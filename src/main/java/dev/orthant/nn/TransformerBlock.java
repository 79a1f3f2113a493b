package dev.orthant.nn;

import dev.orthant.expr.Activation;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of a transformer's encoder (Vaswani et al. 2017), on (n, t, d). Post-norm, as there: h = norm1(x +
 * attention(x)), y = norm2(h + feedForward(h)). Pre-norm (Xiong et al. 2020): h = x + attention(norm1(x)), y = h +
 * feedForward(norm2(h)). Dropout is on what is added to x and h.
 */
public record TransformerBlock(MultiHeadAttention attention, Layer norm1, Layer feedForward, Layer norm2,
    boolean preNorm, double dropout) implements Layer {
  public TransformerBlock {
    Dropout.requireRate("transformer block", dropout);
  }

  /** With layer norm and {@link #feedForward} of {@code inner} features. */
  public static TransformerBlock of(Parameters p, long d, int heads, long inner, Activation f, boolean preNorm,
      double dropout) {
    return p.whole(q -> new TransformerBlock(MultiHeadAttention.of(q, d, heads, new Attention(false, dropout)),
        LayerNorm.of(q, d), feedForward(q, d, inner, f, dropout), LayerNorm.of(q, d), preNorm, dropout));
  }

  /** f(x·up + b)·down + c, with dropout behind f: from d features to {@code inner} and back. */
  public static Sequential feedForward(Parameters p, long d, long inner, Activation f, double dropout) {
    return p.whole(q -> new Sequential(List.of("up", "activation", "dropout", "down"),
        List.of(Linear.of(q, d, inner, Initializer.xavier().gain(Initializer.gain(f)).uniform()), Activate.of(f),
            new Dropout(dropout), Linear.of(q, inner, d, Initializer.xavier().uniform()))));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return forward(x, null, pass);
  }

  /** With a mask as {@link MultiHeadAttention#attend} takes it. */
  public Tensor forward(Tensor x, @Nullable Tensor mask, Pass pass) {
    Dropout drop = new Dropout(dropout);
    try (Scope scope = Scope.open()) {
      Tensor a = preNorm ? norm1.forward(x, pass) : x;
      Tensor attended = x.add(drop.forward(attention.attend(a, a, mask, pass), pass));
      Tensor h = preNorm ? attended : norm1.forward(attended, pass);
      Tensor b = preNorm ? norm2.forward(h, pass) : h;
      Tensor y = h.add(drop.forward(feedForward.forward(b, pass), pass));
      return scope.keep(preNorm ? y : norm2.forward(y, pass));
    }
  }

  @Override
  public List<Variable> variables() {
    List<Variable> all = new ArrayList<>(Variable.within("attention", attention.variables()));
    all.addAll(Variable.within("norm1", norm1.variables()));
    all.addAll(Variable.within("feed_forward", feedForward.variables()));
    all.addAll(Variable.within("norm2", norm2.variables()));
    return all;
  }
}
