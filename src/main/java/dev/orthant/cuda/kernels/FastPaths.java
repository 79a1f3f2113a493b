package dev.orthant.cuda.kernels;

import dev.orthant.core.Setting;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.plan.FastPath;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The faster ways there are, and whether they are wanted. */
public final class FastPaths {
  private FastPaths() {}

  /**
   * Those that a device with these limits can use, the newest instructions first; none when
   * {@code -Dorthant.matrix=off}.
   */
  public static List<FastPath> of(GpuLimits limits) {
    if (!Setting.MATRIX.isOn()) {
      return List.of();
    }
    // Of ways with the same needs the first is preferred.
    return Stream
        .of(new HopperMatMul(), new HopperConv(), new MmaMatMul(limits), new MmaConv2d(limits), new SimtMatMul())
        .filter(s -> limits.matrixUnits().has(s.needs()))
        .sorted(Comparator.comparing(FastPath::needs).reversed()).toList();
  }
}
