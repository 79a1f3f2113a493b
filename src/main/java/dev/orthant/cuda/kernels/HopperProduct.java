package dev.orthant.cuda.kernels;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.TensorMap;
import dev.orthant.gpu.plan.MatMulSize;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.gpu.source.Formulas;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.util.List;
import java.util.Optional;

/** A product that {@code hopper_matmul.cu} can make. */
record HopperProduct(MatMul op, DType type, MatMulSize size) {
  /** The copy engine's unit, in elements of two bytes. */
  static final int UNIT = 8;
  /** Coordinates have 32 bits; tiles overshoot. */
  static final long MAX_EXTENT = Integer.MAX_VALUE - 1024;
  /** Strides of a tensor map have 40 bits. */
  private static final long MAX_STRIDE = 1L << 40;
  static final int SWIZZLE = 128;

  /** The product, or empty when it is not for the kernel. */
  static Optional<HopperProduct> of(Call call, MatMul op) {
    DType type = call.input(0).dtype();
    boolean halves = type == DType.F16 || type == DType.BF16;
    if (!halves || op.depth(call.input(0), call.input(1)) == 0 || call.output().shape().isEmpty()) {
      return Optional.empty();
    }
    HopperProduct p = new HopperProduct(op, type, MatMulSize.of(call, op));
    return p.isAligned() && p.isAddressable() ? Optional.of(p) : Optional.empty();
  }

  long rows() {
    return size.rows();
  }

  long cols() {
    return size.cols();
  }

  /** Slices of the depth. */
  long slices() {
    return Math.ceilDiv(size.depth(), HopperTile.K);
  }

  long batch() {
    return size.batch();
  }

  private boolean isAligned() {
    return (op.transposeLhs() ? rows() : size.depth()) % UNIT == 0
        && (op.transposeRhs() ? size.depth() : cols()) % UNIT == 0;
  }

  private boolean isAddressable() {
    long rows = rows();
    long cols = cols();
    long depth = size.depth();
    double matrix = 2.0 * Math.max((double) rows * depth, Math.max((double) depth * cols, (double) rows * cols));
    return matrix < MAX_STRIDE && Math.max(Math.max(rows, cols), Math.max(depth, batch())) <= MAX_EXTENT;
  }

  /** Whether rows of the output begin at multiples of 16 bytes, so that the copy engine can write it. */
  boolean storesBoxes() {
    return cols() % UNIT == 0;
  }

  Launch launch(Planner planner, Call call, HopperTile tile, int stages, Grid grid) {
    long rows = rows();
    long cols = cols();
    long depth = size.depth();
    DType compute = op.compute(call.inputs());
    boolean wide = Planner.isWide(call, 0);
    KernelParameters parameters = new KernelParameters(wide, compute);
    KernelSource source = planner.source();
    define(source, tile, stages, type, op.transposeLhs(), !op.transposeRhs(), storesBoxes());
    operand("a", call.input(0), 0, op.transposeLhs() ? map(rows, depth, call.input(0), HopperTile.K)
        : map(depth, rows, call.input(0), tile.m()), source, parameters);
    operand("b", call.input(1), 1, op.transposeRhs() ? map(depth, cols, call.input(1), tile.share())
        : map(cols, depth, call.input(1), HopperTile.K), source, parameters);
    if (storesBoxes()) {
      parameters.map("yMap", call.inputs().size(), boxes(cols, rows, batch(), HopperTile.CHUNK));
    } else {
      parameters.output("y", type, call.inputs().size());
    }
    source.define("STORE_Y", "STORE_" + type.shortName());
    parameters.index("rows", rows);
    parameters.index("cols", cols);
    parameters.index("steps", slices());
    source.define("DEEP", HopperTile.isDeep(slices()));
    parameters.index("tiles", tile.tilesM(rows) * tile.tilesN(cols) * batch());
    parameters.index("tilesM", tile.tilesM(rows));
    parameters.index("tilesN", tile.tilesN(cols));
    new Formulas(compute, op.scalars(), true, call.inputs().subList(2, call.inputs().size()), 2, size.coordinates(),
        parameters).define(op.epilogue().formula(), source);
    return planner.launch(source, "hopper_gemm", grid, parameters, wide, compute,
        List.of("sums.h", "cuda/hopper.h", "cuda/hopper_wgmma.h", "cuda/hopper_matmul.cu", "cuda/hopper_gemm.cu"));
  }

  /** What {@code hopper_wgmma.h} and {@code hopper_gemm.cu} are told. */
  static void define(KernelSource source, HopperTile tile, int stages, DType type, boolean rowsFirst,
      boolean colsFirst, boolean storesBoxes) {
    source.define("WGMMA_N", tile.instruction());
    source.define("ACROSS", tile.across());
    source.define("WGMMA_TYPE", "\"" + type.shortName() + "\"");
    source.define("WGMMA_BF16", type == DType.BF16);
    source.define("A_ROWS_FIRST", rowsFirst);
    source.define("B_COLS_FIRST", colsFirst);
    source.define("STAGES", stages);
    source.define("CLUSTER", tile.cluster());
    source.define("STORE_MAP", storesBoxes);
  }

  private void operand(String name, TensorSpec spec, int index, TensorMap map, KernelSource source,
      KernelParameters parameters) {
    parameters.map(name + "Map", index, map);
    source.define(name.equals("a") ? "A_BATCH" : "B_BATCH", size.matrix(spec, name, parameters));
  }

  private TensorMap map(long inner, long outer, TensorSpec spec, int box) {
    return boxes(inner, outer, size.matrices(spec), box);
  }

  /** Boxes of 64×{@code box} elements, of one matrix each. */
  private TensorMap boxes(long inner, long outer, long matrices, int box) {
    long pitch = inner * type.size();
    return new TensorMap(type, List.of(inner, outer, matrices), List.of(pitch, pitch * outer),
        List.of(HopperTile.K, box, 1), List.of(1, 1, 1), SWIZZLE, null);
  }
}
