package dev.orthant.cuda;

import dev.orthant.cuda.compile.Compilers;
import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** One CUDA device: its primary context, with a queue of our own. */
final class CudaDriver implements GpuDriver {
  /** What a launch may take without {@code cuFuncSetAttribute}. */
  private static final int USUAL_SHARED_BYTES = 48 << 10;

  private final DeviceInfo info;
  private final GpuLimits limits;
  private final CudaContext context;
  private final PinnedStaging staging;
  private final KernelLoader loader;
  private final ArgumentBlock block;
  private final ClusterLaunch clusters;

  /**
   * Opens a device.
   *
   * @param version of CUDA and of the driver, in words
   * @throws DriverException when it does not let itself be opened; nothing is left behind
   */
  CudaDriver(CudaInfo found, String version, Compilers compilers) {
    this.limits = found.limits();
    this.context = new CudaContext(found.device());
    try {
      LibCuda library = new LibCuda();
      this.block = new ArgumentBlock(new TensorMaps(library));
      this.clusters = new ClusterLaunch(library);
      this.staging = new PinnedStaging(context);
      this.loader = new KernelLoader(context, found.capability(), compilers);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
    String able = ", compute capability " + found.major() + "." + found.minor() + "; kernels: " + loader.ways();
    this.info = new DeviceInfo(found.name(), version + able, found.units(), found.memoryBytes(), found.memoryBytes(),
        CudaInfo.TYPES, found.emulated(), loader.notes());
  }

  /** Why nothing can be run on this device, or null. */
  @Nullable
  String compilerFault() {
    return loader.fault();
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public GpuLimits limits() {
    return limits;
  }

  @Override
  public String dialect() {
    return "cuda.h";
  }

  // ---- memory ------------------------------------------------------------------------------------------------------

  @Override
  public @Nullable Memory allocate(long bytes) {
    context.current();
    Handles.DeviceMemory memory = new Handles.DeviceMemory();
    int code = JCudaDriver.cuMemAlloc(memory, bytes);
    if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      return null;
    }
    Cuda.check("cuMemAlloc", code);
    return memory;
  }

  @Override
  public void free(Memory memory) {
    context.release("cuMemFree", () -> JCudaDriver.cuMemFree((Handles.DeviceMemory) memory));
  }

  @Override
  public void write(Memory target, long offset, MemorySegment source) {
    staging.write((Handles.DeviceMemory) target, offset, source);
  }

  @Override
  public void read(Memory source, long offset, MemorySegment target) {
    staging.read((Handles.DeviceMemory) source, offset, target);
  }

  // ---- kernels -----------------------------------------------------------------------------------------------------

  @Override
  public Kernel build(String source, String name) {
    context.current();
    return loader.load(source, name);
  }

  @Override
  public void release(Kernel kernel) {
    loader.release((CudaKernel) kernel);
  }

  @Override
  public void launch(Kernel kernel, Grid grid, List<Argument> arguments) {
    CudaKernel k = (CudaKernel) kernel;
    context.current();
    allow(k, grid.sharedBytes());
    Pointer parameters = block.pack(arguments);
    int code = grid.cluster() > 1
        ? clusters.launch(k.function().address(), grid, context.stream().address(), block.memory())
        : JCudaDriver.cuLaunchKernel(k.function(), (int) grid.groups(), 1, 1, grid.items(), 1, 1, grid.sharedBytes(),
            context.stream(), parameters, null);
    if (code != CUresult.CUDA_SUCCESS) {
      throw Cuda.failure("cuLaunchKernel of " + grid.groups() + " groups of " + grid.items(), code);
    }
  }

  /** More shared memory than usual has to be asked for, once for each kernel. */
  private static void allow(CudaKernel kernel, int sharedBytes) {
    if (sharedBytes > USUAL_SHARED_BYTES && sharedBytes > kernel.allowedSharedBytes()) {
      Cuda.check("cuFuncSetAttribute of " + sharedBytes + " bytes of shared memory", JCudaDriver.cuFuncSetAttribute(
          kernel.function(), CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes));
      kernel.allow(sharedBytes);
    }
  }

  @Override
  public void finish() {
    context.current();
    context.synchronize();
  }

  @Override
  public void close() {
    context.close();
  }
}
