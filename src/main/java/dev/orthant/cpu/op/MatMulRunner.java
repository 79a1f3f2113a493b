package dev.orthant.cpu.op;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.conv.MatrixEngines;
import dev.orthant.cpu.gemm.FusedEpilogue;
import dev.orthant.cpu.gemm.Gemm;
import dev.orthant.cpu.gemm.PanelPacker;
import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.StridedPacker;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.walk.Broadcast;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Matrix products of tensors: which matrices there are and where they lie; {@link Gemm} multiplies them. */
public final class MatMulRunner {
  private final VectorCompiler compiler;
  private final MatrixEngines engines;

  public MatMulRunner(VectorCompiler compiler, MatrixEngines engines) {
    this.compiler = compiler;
    this.engines = engines;
  }

  /** Runs the call; {@code addresses} are those of lhs, rhs, the epilogue's operands and the output */
  public void run(Call call, MatMul op, long[] addresses) {
    TensorSpec lhs = call.input(0);
    TensorSpec rhs = call.input(1);
    MatMul.Extents e = op.extents(lhs, rhs);
    TensorSpec out = call.output();
    DType compute = lhs.dtype().compute();
    Shape batch = out.shape().slice(0, out.shape().rank() - 2);
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    int rank = out.shape().rank();
    boolean direct = op.epilogue().isIdentity() && out.dtype() == compute;

    // One rhs for all of lhs: the rows of all matrices are those of one tall matrix.
    boolean tall = !op.transposeLhs() && batch.elements() > 1 && MatMul.batch(rhs).elements() == 1;
    @Nullable FusedEpilogue epilogue = direct ? null
        : FusedEpilogue.of(compiler, op.epilogue(), compute, out, operands, tall ? 0 : rank - 2, rank - 1).orElse(null);
    if (tall && !direct && epilogue == null) {
      tall = false;
      epilogue = FusedEpilogue.of(compiler, op.epilogue(), compute, out, operands, rank - 2, rank - 1).orElseThrow();
    }
    long[] stored = Arrays.copyOfRange(addresses, 2, addresses.length);
    if (tall) {
      engines.gemm(compute).run(product(op, lhs.dtype(), out, e, e.m() * batch.elements(), addresses[0], addresses[1],
          stored, epilogue, 0));
      return;
    }
    Broadcast walk = Broadcast.of(batch, List.of(MatMul.batch(lhs), MatMul.batch(rhs)));
    int size = lhs.dtype().size();
    FusedEpilogue fused = epilogue;
    engines.gemm(compute).runAll(batch.elements(), i -> product(op, lhs.dtype(), out, e, e.m(),
        addresses[0] + walk.offset(0, i) * e.m() * e.k() * size,
        addresses[1] + walk.offset(1, i) * e.k() * e.n() * size, stored, fused, i));
  }

  /** Matrix {@code index} of the stack. */
  private Gemm.Product product(MatMul op, DType type, TensorSpec out, MatMul.Extents e, long m, long a, long b,
      long[] stored, @Nullable FusedEpilogue epilogue, long index) {
    long size = type.size();
    PanelWriter writer = engines.kernels(type.compute()).writer();
    ElementType storage = ElementTypes.of(type);
    PanelPacker lhs = op.transposeLhs() ? new StridedPacker(writer, storage, a, size, e.m() * size)
        : new StridedPacker(writer, storage, a, e.k() * size, size);
    PanelPacker rhs = op.transposeRhs() ? new StridedPacker(writer, storage, b, e.k() * size, size)
        : new StridedPacker(writer, storage, b, size, e.n() * size);
    // Partial sums may lie in an output of the compute type until the last ones are in.
    Gemm.Output output = out.dtype() == type.compute()
        ? new Gemm.Output(stored[stored.length - 1] + index * m * e.n() * size, e.n() * size)
        : null;
    return new Gemm.Product(m, e.n(), e.k(), lhs, rhs, output,
        epilogue == null ? null : epilogue.of(index, 0, 0, stored));
  }
}
