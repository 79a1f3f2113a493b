package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;

/** A matrix product as one launch: of {@code matmul.cl}, or of one of {@code cuda/} on its operands. */
final class MatMulPlan {
  private final Planner planner;
  private final Call call;
  private final MatMul op;
  private final MatMulSize size;
  private final DType compute;
  private final boolean wide;
  private final Parameters parameters;
  private final KernelSource source;

  MatMulPlan(Planner planner, Call call, MatMul op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.size = MatMulSize.of(call, op);
    this.compute = op.compute(call.inputs());
    this.wide = Planner.isWide(call, 0);
    this.parameters = new Parameters(wide, compute);
    this.source = planner.source();
  }

  Launch launch() {
    Tile tile = Tile.choose(planner.limits(), size.rows(), size.cols(), size.batch(), compute.size())
        .summing(size.depth(), planner.limits(), compute.size());
    tile.define(source);
    operands();
    long tiles = tile.parameters(parameters, size.rows(), size.cols(), size.batch());
    epilogue();
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("sums.h", "matmul.cl", tile.file()));
  }

  /** The same on matrix units. */
  Launch launch(MmaTile tile, MmaOperand operand) {
    operands();
    source.define("LHS_VECTOR", operand.vector(op.transposeLhs() ? size.rows() : size.depth()));
    source.define("RHS_VECTOR", operand.vector(op.transposeRhs() ? size.depth() : size.cols()));
    Grid grid =
        tile.define(source, parameters, operand, size.rows(), size.cols(), size.depth(), size.batch(),
            planner.limits());
    epilogue();
    return planner.launch(source, "mma_gemm", grid, parameters, wide, compute,
        List.of("sums.h", "matmul.cl", "cuda/mma.h", "cuda/mma_tiles.h", "cuda/mma_matmul.cu", "cuda/mma_gemm.cu"));
  }

  /** The same in true F32, with copies that run ahead: {@code simt_matmul.cu}. */
  Launch launchCopyingAhead() {
    operands();
    source.define("DEEP", SimtMatMul.isDeep(size));
    source.define("LANES_A", SimtMatMul.lanes(size.rows()));
    source.define("LANES_B", SimtMatMul.lanes(size.cols()));
    long tiles = SimtMatMul.TILE.parameters(parameters, size.rows(), size.cols(), size.batch());
    Grid grid = new Grid(Math.min(tiles, planner.limits().groups()), SimtMatMul.TILE.items(), SimtMatMul.SHARED_BYTES,
        1);
    epilogue();
    return planner.launch(source, "gemm", grid, parameters, wide, compute,
        List.of("sums.h", "matmul.cl", "cuda/mma.h", "cuda/simt_matmul.cu"));
  }

  private void operands() {
    source.define("TRANSPOSE_A", op.transposeLhs());
    source.define("TRANSPOSE_B", op.transposeRhs());
    operand("a", "A", 0);
    operand("b", "B", 1);
    parameters.output("y", call.output().dtype(), call.inputs().size());
    source.define("STORE_Y", "STORE_" + call.output().dtype());
    parameters.index("depth", size.depth());
  }

  private void operand(String name, String upper, int index) {
    TensorSpec spec = call.input(index);
    parameters.input(name, spec.dtype(), index);
    source.define("LOAD_" + upper, "LOAD_" + spec.dtype());
    source.define(upper + "_BATCH", size.matrix(spec, name, parameters));
  }

  private void epilogue() {
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    new Formulas(compute, op.scalars(), true, operands, 2, size.coordinates(), parameters).define(
        op.epilogue().formula(),
        source);
  }
}
