package dev.orthant.gpu;

import dev.orthant.core.Setting;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The faster ways there are, and whether they are wanted. */
final class Specials {
  private Specials() {}

  /** Those that a device with these limits can use, the newest instructions first; none when {@code -Dorthant.matrix=off}. */
  static List<Special> of(GpuLimits limits) {
    if (!Setting.MATRIX.isOn()) {
      return List.of();
    }
    // Of ways with the same needs the first is preferred.
    return Stream
        .of(new HopperMatMul(), new HopperConv(), new MmaMatMul(limits), new MmaConv2d(limits), new SimtMatMul())
        .filter(s -> limits.matrixUnits().has(s.needs()))
        .sorted(Comparator.comparing(Special::needs).reversed()).toList();
  }
}
