package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;

/** A matrix product as one launch of {@code matmul.cl}. */
final class MatMulPlan {
  private final Planner planner;
  private final Call call;
  private final MatMul op;
  private final DType compute;
  private final Shape out;
  /** How many of the output's leading axes are counted by {@code batch}; the others but the last are rows. */
  private final int batchAxes;
  private final long batch;
  private final long rows;
  private final long cols;
  private final long depth;

  MatMulPlan(Planner planner, Call call, MatMul op) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.compute = op.compute(call.inputs());
    this.out = call.output().shape();
    MatMul.Extents e = op.extents(call.input(0), call.input(1));
    this.batchAxes = isOneMatrix() ? 0 : out.rank() - 2;
    this.batch = out.slice(0, batchAxes).elements();
    this.rows = out.elements() / (batch * e.n());
    this.cols = e.n();
    this.depth = e.k();
  }

  /** When all of a batch of lhs are multiplied by the same rhs, they are one matrix with more rows. */
  private boolean isOneMatrix() {
    return !op.transposeLhs() && MatMul.batch(call.input(1)).elements() == 1
        && MatMul.batch(call.input(0)).elements() == out.slice(0, out.rank() - 2).elements();
  }

  Launch launch() {
    Tile tile = Tile.choose(planner.limits(), rows, cols, batch, compute.size());
    boolean wide = Planner.isWide(call, 0);
    Parameters parameters = new Parameters(wide, compute);
    KernelSource source = planner.source();
    tile.define(source);
    source.define("TRANSPOSE_A", op.transposeLhs());
    source.define("TRANSPOSE_B", op.transposeRhs());
    operand("a", "A", 0, source, parameters);
    operand("b", "B", 1, source, parameters);
    parameters.output("y", call.output().dtype(), call.inputs().size());
    source.define("STORE_Y", "STORE_" + call.output().dtype());
    parameters.index("depth", depth);
    long tiles = tile.parameters(parameters, rows, cols, batch);
    int last = out.rank() - 1;
    Coordinates coordinates = new Coordinates(out, "at", List.of(new Coordinates.Name("batch", 0, batchAxes),
        new Coordinates.Name("row", batchAxes, last), new Coordinates.Name("col", last, last + 1)));
    List<TensorSpec> operands = call.inputs().subList(2, call.inputs().size());
    new Formulas(compute, op.scalars(), true, operands, 2, coordinates, parameters).define(op.epilogue().formula(),
        source);
    return planner.launch(source, "gemm", tiles, tile.items(), parameters, wide, compute,
        List.of("matmul.cl", tile.file()));
  }

  private void operand(String name, String upper, int index, KernelSource source, Parameters parameters) {
    TensorSpec spec = call.input(index);
    parameters.input(name, spec.dtype(), index);
    source.define("LOAD_" + upper, "LOAD_" + spec.dtype());
    Shape outBatch = out.slice(0, batchAxes);
    Shape batches = batchAxes == 0 ? Shape.of() : MatMul.batch(spec);
    String matrix = Coordinates.flat(outBatch, "batch").index(batches, name, parameters);
    source.define(upper + "_BATCH", matrix);
  }
}
