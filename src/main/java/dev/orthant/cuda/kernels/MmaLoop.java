package dev.orthant.cuda.kernels;

import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.plan.MainLoop;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import java.util.List;

/**
 * The main loop by {@code mma.sync}: {@code mma_gemm.cu}.
 *
 * @param file how slices of the operands are copied
 * @param loads defines what that file reads besides
 */
record MmaLoop(MmaTile tile, MmaOperand operand, String file, Loads loads) implements MainLoop {
  /** What copies depend on. */
  interface Loads {
    /** No definitions of their own. */
    Loads SAME = (source, rows, cols, depth) -> {};

    /** Defines it for a product of rows×depth by depth×cols. */
    void define(KernelSource source, long rows, long cols, long depth);
  }

  @Override
  public String kernel() {
    return "mma_gemm";
  }

  @Override
  public List<String> files() {
    return List.of("cuda/mma.h", "cuda/mma_tiles.h", file, "cuda/mma_gemm.cu");
  }

  @Override
  public Grid define(KernelSource source, KernelParameters parameters, long rows, long cols, long depth, long batch,
      GpuLimits limits) {
    loads.define(source, rows, cols, depth);
    return tile.define(source, parameters, operand, rows, cols, depth, batch, limits);
  }
}
