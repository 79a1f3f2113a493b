package dev.orthant.cpu.codegen;

import dev.orthant.cpu.memory.Workspace;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiled formulas: y_j = f_j(x_0, x_1, …) over a rectangle of elements. Starts with scalar code, which is fast soon;
 * once it has been used enough, vector code is made and warmed up in the background and then takes over, with the same
 * bits. May be used by several threads at once.
 */
public final class Kernel {
  /** Elements after which vector code is worth its compilation. */
  private static final long HOT = 50_000;

  private final LoopDriver scalar;
  private final VectorCompiler compiler;
  private final VectorCompiler.Key key;
  private final Supplier<Workspace> workspace;
  private final LongAdder seen = new LongAdder();
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile @Nullable LoopDriver vector;

  Kernel(VectorCompiler compiler, VectorCompiler.Key key, LoopDriver scalar) {
    this.compiler = compiler;
    this.key = key;
    this.scalar = scalar;
    this.workspace = compiler::workspace;
  }

  /**
   * Computes a rectangle. Nothing is checked; outputs must not overlap inputs.
   *
   * @param addresses of the first element of each input, then of each output
   * @param rowStrides from one row to the next, in bytes; along the columns operands are contiguous, or constant if
   * compiled so
   * @param scalars the launch-time numbers
   */
  public void run(long rows, long columns, long[] addresses, long[] rowStrides, double[] scalars) {
    LoopDriver v = vector;
    if (v == null && compiler.hasVectors() && !asked.get()) {
      seen.add(rows * columns);
      if (seen.sum() > HOT && asked.compareAndSet(false, true)) {
        compiler.warmUp(this);
      }
    }
    (v == null ? scalar : v).run(rows, columns, addresses, rowStrides, scalars, workspace);
  }

  VectorCompiler.Key key() {
    return key;
  }

  /** The code that serves from the start. */
  LoopDriver scalar() {
    return scalar;
  }

  /** Lets vector code take over. */
  void use(LoopDriver warm) {
    vector = warm;
  }

  boolean usesVectors() {
    return vector != null;
  }
}
