package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;

/** A matrix product as one launch of {@code matmul.cl}, with a loop of ordinary arithmetic. */
final class MatMulPlan {
  private final Planner planner;
  private final Call call;
  private final MatMul op;
  private final DType compute;
  private final Product product;
  private final boolean wide;
  private final Parameters parameters;
  private final KernelSource source;

  MatMulPlan(Planner planner, Call call, MatMul op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.compute = op.compute(call.inputs());
    this.product = Product.of(call, op);
    this.wide = Planner.isWide(call, 0);
    this.parameters = new Parameters(wide, compute);
    this.source = planner.source();
  }

  /** The loop of {@code gemm.cl} or {@code gemm_serial.cl}. */
  Launch launch() {
    Tile tile = Tile.choose(planner.limits(), product.rows(), product.cols(), product.batch(), compute.size());
    tile.define(source);
    long tiles = compose(tile);
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("matmul.cl", tile.file()));
  }

  /** The loop of {@code cuda/simt_matmul.cu}, in true F32, with copies that run ahead. */
  Launch launchCopyingAhead() {
    long tiles = compose(SimtMatMul.TILE);
    source.define("LANES_A", SimtMatMul.lanes(product.rows()));
    source.define("LANES_B", SimtMatMul.lanes(product.cols()));
    Grid grid = new Grid(Math.min(tiles, planner.limits().groups()), SimtMatMul.TILE.items(), SimtMatMul.SHARED_BYTES,
        1);
    return planner.launch(source, "gemm", grid, parameters, wide, compute,
        List.of("matmul.cl", "cuda/mma.h", "cuda/simt_matmul.cu"));
  }

  /** What every loop needs to know; returns how many tiles there are. */
  private long compose(Tile tile) {
    source.define("TRANSPOSE_A", op.transposeLhs());
    source.define("TRANSPOSE_B", op.transposeRhs());
    operand("a", "A", 0);
    operand("b", "B", 1);
    parameters.output("y", call.output().dtype(), call.inputs().size());
    source.define("STORE_Y", "STORE_" + call.output().dtype());
    parameters.index("depth", product.depth());
    long tiles = tile.parameters(parameters, product.rows(), product.cols(), product.batch());
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    new Formulas(compute, op.scalars(), true, operands, 2, product.coordinates(), parameters)
        .define(op.epilogue().formula(), source);
    return tiles;
  }

  private void operand(String name, String upper, int index) {
    TensorSpec spec = call.input(index);
    parameters.input(name, spec.dtype(), index);
    source.define("LOAD_" + upper, "LOAD_" + spec.dtype());
    source.define(upper + "_BATCH", product.matrix(spec, name, parameters));
  }
}
