package dev.orthant.gpu;

import java.util.LinkedHashMap;
import java.util.Map;

/** The compiled kernels of one device by their source; those unused for longest are released. Used under the device's lock. */
final class KernelCache {
  private static final int MOST = 512;

  private final GpuDriver driver;
  private final Map<String, GpuDriver.Kernel> kernels = new LinkedHashMap<>(16, 0.75f, true);

  KernelCache(GpuDriver driver) {
    this.driver = driver;
  }

  /** The kernel of that launch, compiled when it is new. A failure to compile leaves nothing behind. */
  GpuDriver.Kernel get(Launch launch) {
    GpuDriver.Kernel known = kernels.get(launch.source());
    if (known != null) {
      return known;
    }
    GpuDriver.Kernel built = driver.build(launch.source(), launch.kernel());
    kernels.put(launch.source(), built);
    if (kernels.size() > MOST) {
      var eldest = kernels.entrySet().iterator();
      GpuDriver.Kernel old = eldest.next().getValue();
      eldest.remove();
      driver.release(old);
    }
    return built;
  }

  int size() {
    return kernels.size();
  }

  void close() {
    kernels.values().forEach(driver::release);
    kernels.clear();
  }
}
