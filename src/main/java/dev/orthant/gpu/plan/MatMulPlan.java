package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.GemmTile;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;
import java.util.stream.Stream;

/** A matrix product as one launch: of {@code matmul.cl}, or of one of {@code cuda/} on its operands. */
public final class MatMulPlan {
  private final Planner planner;
  private final Call call;
  private final MatMul op;
  private final MatMulSize size;
  private final DType compute;
  private final boolean wide;
  private final KernelParameters parameters;
  private final KernelSource source;

  public MatMulPlan(Planner planner, Call call, MatMul op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.size = MatMulSize.of(call, op);
    this.compute = op.compute(call.inputs());
    this.wide = Planner.isWide(call, 0);
    this.parameters = new KernelParameters(wide, compute);
    this.source = planner.source();
  }

  public Launch launch() {
    GemmTile tile = GemmTile.choose(planner.limits(), size.rows(), size.cols(), size.batch(), compute.size())
        .summing(size.depth(), planner.limits(), compute.size());
    tile.define(source);
    operands();
    long tiles = tile.parameters(parameters, size.rows(), size.cols(), size.batch());
    epilogue();
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("sums.h", "matmul.cl", tile.file()));
  }

  /** The same by a fast path's main loop. */
  public Launch launch(MainLoop loop) {
    operands();
    Grid grid = loop.define(source, parameters, size.rows(), size.cols(), size.depth(), size.batch(), planner.limits());
    epilogue();
    return planner.launch(source, loop.kernel(), grid, parameters, wide, compute,
        Stream.concat(Stream.of("sums.h", "matmul.cl"), loop.files().stream()).toList());
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
