package dev.orthant.tensor;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Gather;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The table of gradients: for each op its vector-Jacobian product and what that needs to keep. Formulas and reductions
 * are not here: their gradients follow from their {@code Expr} ({@link ElementwiseGradient}, {@link ReduceGradient}).
 */
final class Gradients {
  /** A product of two operands: the gradient with respect to one reads the other. */
  private interface Bilinear {
    Tensor by(Tensor dy, Tensor other);
  }

  private Gradients() {}

  /** The row of {@code op}; null when nothing can be differentiated by its inputs. */
  static @Nullable Vjp of(Tape tape, Op op, List<Node> in, List<Node> out) {
    return switch (op) {
      case MatMul m -> bilinear(tape, m, in, (dy, b) -> byLhs(m, dy, b, in.get(0).spec().shape()),
          (dy, a) -> byRhs(m, dy, a, in.get(1).spec().shape()));
      case Conv2d c -> bilinear(tape, c, in, (dy, w) -> dy.product(data(c, in.get(0).spec()), w),
          (dy, x) -> x.product(weights(c, in.get(1).spec()), dy));
      case Conv2dBackwardData c -> bilinear(tape, c, in, (dx, w) -> dx.product(plain(c.forward()), w),
          (dx, y) -> dx.product(weights(c.forward(), in.get(1).spec()), y));
      case Conv2dBackwardWeights c ->
          bilinear(tape, c, in, (dw, y) -> y.product(data(c.forward(), in.get(0).spec()), dw),
              (dw, x) -> x.product(plain(c.forward()), dw));
      case Pool2d p -> pool(tape, p, in.getFirst(), out.getFirst());
      case Copy c -> unary(dy -> CopyGradient.of(c, in.getFirst().spec().shape(), dy));
      case Concat c -> concat(c, in.stream().map(Node::spec).toList());
      case Cast c -> in.getFirst().spec().dtype().isFloating() && c.to().isFloating()
          ? unary(dy -> dy.cast(in.getFirst().spec().dtype())) : null;
      case Gather g -> byIndex(tape, g, in, (dy, i) -> only(
          Launcher.run("gather backward",
              new ScatterAdd(g.axis(), g.elementwise(), in.getFirst().spec().shape().dim(g.axis())), List.of(dy, i))));
      case ScatterAdd s -> byIndex(tape, s, in,
          (dy, i) -> only(Launcher.run("scatter_add backward", s.gather(), List.of(dy, i))));
      case CumSum c -> unary(dy -> only(
          Launcher.run("cumsum backward", new CumSum(c.axis(), c.exclusive(), !c.reverse()), List.of(dy))));
      case Sort s -> sort(tape, s, in.getFirst().spec().shape(), out.get(1));
      case Random r -> null;
      // Recorded by their own classes, or never called by a tensor's method.
      case Pointwise p -> throw new IllegalStateException("formulas are recorded by ElementwiseGradient");
      case Reduce r -> throw new IllegalStateException("reductions are recorded by ReduceGradient");
      case Pool2dBackward p -> throw new IllegalStateException("a backward pass is not recorded");
    };
  }

  static Tensor only(List<Tensor> results) {
    return results.getFirst();
  }

  private static Vjp unary(java.util.function.UnaryOperator<Tensor> by) {
    return (dy, wanted) -> Arrays.<@Nullable Tensor>asList(by.apply(Objects.requireNonNull(dy.getFirst())));
  }

  private static Vjp bilinear(Tape tape, Op op, List<Node> in, Bilinear byLhs, Bilinear byRhs) {
    Tape.Saved rhs = tape.tracks(in.get(0)) ? tape.save(op.name(), in.get(1)) : null;
    Tape.Saved lhs = tape.tracks(in.get(1)) ? tape.save(op.name(), in.get(0)) : null;
    return (dys, wanted) -> {
      Tensor dy = Objects.requireNonNull(dys.getFirst());
      return Arrays.<@Nullable Tensor>asList(rhs == null ? null : byLhs.by(dy, rhs.tensor()),
          lhs == null ? null : byRhs.by(dy, lhs.tensor()));
    };
  }

  // ---- products ----------------------------------------------------------------------------------------------------

  /** Y = op(A)·op(B): dA = dY·op(B)ᵀ, transposed if A is. */
  private static Tensor byLhs(MatMul m, Tensor dy, Tensor b, Shape shape) {
    Tensor da = m.transposeLhs() ? product(m, b, m.transposeRhs(), dy, true)
        : product(m, dy, false, b, !m.transposeRhs());
    return da.sumTo(shape);
  }

  /** dB = op(A)ᵀ·dY, transposed if B is. One B for a whole batch of A meets them as one tall matrix. */
  private static Tensor byRhs(MatMul m, Tensor dy, Tensor a, Shape shape) {
    Tensor left = a;
    Tensor right = dy;
    boolean shared = shape.slice(0, shape.rank() - 2).elements() == 1 && !m.transposeLhs()
        && a.shape().slice(0, a.shape().rank() - 2).elements() == dy.shape().slice(0, dy.shape().rank() - 2).elements();
    if (shared) {
      left = tall(a);
      right = tall(dy);
    }
    Tensor db =
        m.transposeRhs() ? product(m, right, true, left, m.transposeLhs())
            : product(m, left, !m.transposeLhs(), right, false);
    return db.sumTo(shape);
  }

  /** Multiplied as {@code m} was, either operand taken as transposed. */
  private static Tensor product(MatMul m, Tensor a, boolean transposeA, Tensor b, boolean transposeB) {
    return new MatrixProduct(MatMul.PLAIN.math(m.math()).lhsTransposed(transposeA).rhsTransposed(transposeB)).of(a, b);
  }

  private static Tensor tall(Tensor x) {
    long columns = x.shape().dim(-1);
    return x.shape().rank() == 2 ? x : x.reshape(x.shape().slice(0, x.shape().rank() - 1).elements(), columns);
  }

  private static Conv2d plain(Conv2d c) {
    return c.withEpilogue(Epilogue.NONE);
  }

  private static Conv2dBackwardData data(Conv2d c, TensorSpec images) {
    int h = c.layout().heightAxis();
    return new Conv2dBackwardData(plain(c), images.shape().dim(h), images.shape().dim(h + 1), Epilogue.NONE);
  }

  private static Conv2dBackwardWeights weights(Conv2d c, TensorSpec filters) {
    int h = c.layout().heightAxis();
    return new Conv2dBackwardWeights(plain(c), filters.shape().dim(h), filters.shape().dim(h + 1), Epilogue.NONE);
  }

  // ---- others ------------------------------------------------------------------------------------------------------

  private static Vjp pool(Tape tape, Pool2d p, Node x, Node y) {
    Pool2dBackward op = new Pool2dBackward(p, x.spec().shape());
    List<Tape.Saved> kept = op.operands() == 1 ? List.of() : List.of(tape.save(p.name(), x), tape.save(p.name(), y));
    return unary(dy -> {
      List<Tensor> operands = new ArrayList<>(List.of(dy));
      kept.forEach(s -> operands.add(s.tensor()));
      return only(Launcher.run(op.name(), op, operands));
    });
  }

  private static Vjp concat(Concat c, List<TensorSpec> specs) {
    return (dys, wanted) -> {
      Tensor dy = Objects.requireNonNull(dys.getFirst());
      @Nullable Tensor[] results = new Tensor[specs.size()];
      long start = 0;
      for (int i = 0; i < results.length; i++) {
        long length = specs.get(i).shape().dim(c.axis());
        if (wanted[i]) {
          results[i] = dy.slice(c.axis(), start, start + length);
        }
        start += length;
      }
      return Arrays.asList(results);
    };
  }

  private static Vjp byIndex(Tape tape, Op op, List<Node> in, Bilinear by) {
    Tape.Saved indices = tape.save(op.name(), in.get(1));
    return (dys, wanted) -> Arrays.<@Nullable Tensor>asList(
        by.by(Objects.requireNonNull(dys.getFirst()), indices.tensor()), null);
  }

  /** The gradient with respect to the values goes back where they came from; the indices have none. */
  private static @Nullable Vjp sort(Tape tape, Sort s, Shape shape, Node indices) {
    Tape.Saved kept = tape.save(s.name(), indices);
    return (dys, wanted) -> {
      Tensor dy = dys.getFirst();
      return Arrays.<@Nullable Tensor>asList(dy == null ? null : only(Launcher.run("sort backward",
          new ScatterAdd(s.axis(), true, shape.dim(s.axis())), List.of(dy, kept.tensor()))));
    };
  }
}
