package dev.orthant.nn;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.op.MatMul;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention (Vaswani et al. 2017): softmax(q·kᵀ/√d)·v, for q (…, tq, d), k (…, tk, d), v (…, tk, e)
 * the result (…, tq, e).
 *
 * <p>A query that may look at no key at all gives 0, with gradients of 0: masked scores are the lowest finite number
 * rather than −∞, and what softmax makes of them is put to 0. What the masked keys hold does not matter, unless v is
 * NaN or infinite there.
 *
 * @param causal whether query i sees only the keys 0 … i
 * @param dropout of the probabilities, in training
 */
public record Attention(boolean causal, double dropout) {
  /** Everything is seen, nothing dropped. */
  public static final Attention FULL = new Attention(false, 0);

  public Attention {
    Dropout.requireRate("attention", dropout);
  }

  /**
   * Applies this.
   *
   * @param mask BOOL, which keys a query sees; broadcasts to (…, tq, tk). Null for all
   */
  public Tensor apply(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask, Pass pass) {
    if (q.shape().rank() < 2 || k.shape().rank() < 2 || v.shape().rank() < 2
        || k.shape().dim(-2) != v.shape().dim(-2)) {
      throw new ShapeException("attention: takes queries (…, tq, d), keys (…, tk, d) and values (…, tk, e), got "
          + q.shape() + ", " + k.shape() + ", " + v.shape());
    }
    try (Scope scope = Scope.open()) {
      Tensor p = masked(q.matMul(k, MatMul.PLAIN.rhsTransposed()), mask, 1 / Math.sqrt((double) q.shape().dim(-1)))
          .softmax(-1);
      if (mask != null) {
        p = p.where(mask, 0);
      }
      return scope.keep(new Dropout(dropout).forward(p, pass).matMul(v));
    }
  }

  /** The product times {@code scale} where it counts. */
  private Tensor masked(Tensor product, @Nullable Tensor mask, double scale) {
    // Scaled before it is stored: √d is what may lie between a score and the largest number of F16.
    Tensor scores = product.apply("attention", Expr.input(0).times(Expr.scalar(0)), List.of(), scale);
    Expr value = Expr.input(0);
    Expr lowest = Expr.scalar(0);
    List<Tensor> others = new ArrayList<>();
    if (mask != null) {
      if (!mask.shape().broadcastsTo(scores.shape())) {
        throw new ShapeException("attention: the mask " + mask + " does not broadcast to the scores " + scores);
      }
      others.add(mask);
      value = Expr.where(Expr.input(1).ne(Expr.constant(0)), value, lowest);
    }
    if (causal) {
      long rows = scores.shape().dim(-2);
      long columns = scores.shape().dim(-1);
      Condition seen = Expr.input(others.size() + 2).le(Expr.input(others.size() + 1));
      others.add(numbers(scores, rows, Shape.of(rows, 1)));
      others.add(numbers(scores, columns, Shape.of(columns)));
      value = Expr.where(seen, value, lowest);
    }
    if (others.isEmpty()) {
      return scores;
    }
    // The product cannot read masks, but softmax can.
    return scores.evaluate().apply("attention", value, others, -scores.dtype().maxFinite());
  }

  /** 0, 1, … */
  private static Tensor numbers(Tensor like, long count, Shape shape) {
    return Tensor.of(like.device(), DType.I32, shape, LongStream.range(0, count).asDoubleStream().toArray());
  }
}
