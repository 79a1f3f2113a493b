package dev.orthant.cpu;

import dev.orthant.core.DType;
import dev.orthant.core.Setting;
import dev.orthant.device.DeviceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** What this machine's processor is, and whether its vectors can be used. */
final class CpuInfo {
  private static final String MODULE = "jdk.incubator.vector";
  private static final int MIN_BITS = 128;

  private CpuInfo() {}

  /** Whether the vector module is in this process and its vectors are worth using. */
  static boolean hasVectors() {
    return ModuleLayer.boot().findModule(MODULE).isPresent() && Vectors.bits() >= MIN_BITS;
  }

  /** Touches the module, so it is loaded only when that is there. */
  private static final class Vectors {
    static int bits() {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize();
    }
  }

  static DeviceInfo describe(CpuSettings settings, boolean vectors) {
    String java = "Java " + Runtime.version();
    return new DeviceInfo(processor(), vectors ? "Vector API " + Vectors.bits() + " bits, " + java : "scalar, " + java,
        settings.threads(), settings.memoryBytes(), settings.memoryBytes(),
        EnumSet.allOf(DType.class), false,
        vectors ? List.of() : List.of(whyScalar(settings)));
  }

  private static String whyScalar(CpuSettings settings) {
    if (!settings.vectors()) {
      return "scalar code, many times slower than vector code: " + Setting.CPU_VECTOR.flag() + "=off";
    }
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return "scalar code, many times slower than vector code: module " + MODULE
          + " is not loaded; start Java with --add-modules " + MODULE + ", or use ./orthant";
    }
    return "scalar code: this Java sees no vectors of " + MIN_BITS + " bits or more on this processor";
  }

  private static String processor() {
    String arch = System.getProperty("os.arch", "unknown processor");
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(l -> l.startsWith("model name")).findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .orElse(arch);
    } catch (IOException | java.io.UncheckedIOException e) {
      return arch;
    }
  }
}
