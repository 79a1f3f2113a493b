package dev.orthant.gpu.plan;

import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import java.util.List;

/**
 * What a fast path puts in place of the ordinary main loop of a product: the operands' loads and the epilogue stay
 * those of the plan.
 */
public interface MainLoop {
  /** The name of the kernel. */
  String kernel();

  /** The files that follow the plan's own, in their order. */
  List<String> files();

  /** Defines what these read; returns the grid for {@code batch} products of rows×depth by depth×cols. */
  Grid define(KernelSource source, KernelParameters parameters, long rows, long cols, long depth, long batch,
      GpuLimits limits);
}
