package dev.orthant.opencl;

import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jocl.CL;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.jspecify.annotations.Nullable;

/** Drivers opened by hand, for tests that need more than a device gives. */
final class Opened {
  private Opened() {}

  /** The first device of the first platform, with the kernels for GPUs. */
  static OpenClDriver first() {
    if (OpenCl.fault() != null) {
      throw new IllegalStateException(String.valueOf(OpenCl.fault()));
    }
    cl_platform_id[] platform = new cl_platform_id[1];
    CL.clGetPlatformIDs(1, platform, null);
    cl_device_id[] device = new cl_device_id[1];
    CL.clGetDeviceIDs(platform[0], CL.CL_DEVICE_TYPE_ALL, 1, device, null);
    return new OpenClDriver(ClDevice.read(platform[0], device[0], KernelChoice.GPU));
  }

  /** A driver whose sources are changed before they are compiled: how faults are planted. */
  record Meddled(GpuDriver driver, UnaryOperator<String> change) implements GpuDriver {
    @Override
    public dev.orthant.device.DeviceInfo info() {
      return driver.info();
    }

    @Override
    public GpuLimits limits() {
      return driver.limits();
    }

    @Override
    public String dialect() {
      return driver.dialect();
    }

    @Override
    public @Nullable Memory allocate(long bytes) {
      return driver.allocate(bytes);
    }

    @Override
    public void free(Memory memory) {
      driver.free(memory);
    }

    @Override
    public void write(Memory target, long offset, MemorySegment source) {
      driver.write(target, offset, source);
    }

    @Override
    public void read(Memory source, long offset, MemorySegment target) {
      driver.read(source, offset, target);
    }

    @Override
    public Kernel build(String source, String name) {
      String changed = change.apply(source);
      if (changed.equals(source)) {
        throw new IllegalStateException("nothing was planted");
      }
      return driver.build(changed, name);
    }

    @Override
    public void release(Kernel kernel) {
      driver.release(kernel);
    }

    @Override
    public void launch(Kernel kernel, Grid grid, List<Argument> arguments) {
      driver.launch(kernel, grid, arguments);
    }

    @Override
    public void finish() {
      driver.finish();
    }

    @Override
    public void close() {
      driver.close();
    }
  }
}
