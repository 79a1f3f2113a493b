package dev.orthant.opencl;

import static dev.orthant.opencl.OpenCl.call;

import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jocl.cl_program;
import org.jspecify.annotations.Nullable;

/** One OpenCL device: a context and an in-order queue of its own. */
final class OpenClDriver implements GpuDriver {
  /** A {@link ByteBuffer} ends at 2 GiB, and what is not off-heap passes through a piece of memory that is. */
  private static final long CHUNK = 1L << 30;
  private static final long STAGED_CHUNK = 1L << 24;

  private static final Set<Integer> NO_MEMORY = Set.of(CL.CL_MEM_OBJECT_ALLOCATION_FAILURE, CL.CL_INVALID_BUFFER_SIZE,
      CL.CL_OUT_OF_RESOURCES, CL.CL_OUT_OF_HOST_MEMORY);

  private record ClMemory(cl_mem handle) implements Memory {}

  private record ClKernel(cl_program program, cl_kernel handle) implements Kernel {}

  /** Copies between a piece of host memory and the device. */
  private interface Copy {
    void run(long offset, ByteBuffer host);
  }

  private final cl_device_id device;
  private final DeviceInfo info;
  private final GpuLimits limits;
  private final String options;
  private final cl_context context;
  private final cl_command_queue queue;

  /**
   * Opens a device.
   *
   * @throws DriverException when it does not let itself be opened; nothing is left behind
   */
  OpenClDriver(ClDevice found) {
    this.device = found.device();
    this.info = found.info();
    this.limits = found.limits();
    this.options = found.buildOptions();
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, found.platform());
    this.context =
        call("clCreateContext",
            () -> CL.clCreateContext(properties, 1, new cl_device_id[] {device}, null, null, null));
    this.queue = openQueue();
  }

  // PoCL and others still speak OpenCL 1.2, which has no other function for it.
  @SuppressWarnings("deprecation")
  private cl_command_queue openQueue() {
    try {
      return call("clCreateCommandQueue", () -> CL.clCreateCommandQueue(context, device, 0, null));
    } catch (DriverException e) {
      CL.clReleaseContext(context);
      throw e;
    }
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
    return "opencl.h";
  }

  // ---- memory ------------------------------------------------------------------------------------------------------

  @Override
  public @Nullable Memory allocate(long bytes) {
    try {
      return new ClMemory(CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, null));
    } catch (CLException e) {
      if (NO_MEMORY.contains(e.getStatus())) {
        return null;
      }
      throw OpenCl.failure("clCreateBuffer", e);
    }
  }

  @Override
  public void free(Memory memory) {
    released(() -> CL.clReleaseMemObject(((ClMemory) memory).handle()));
  }

  @Override
  public void write(Memory target, long offset, MemorySegment source) {
    cl_mem to = ((ClMemory) target).handle();
    Copy copy = (at, host) -> call("clEnqueueWriteBuffer",
        () -> CL.clEnqueueWriteBuffer(queue, to, true, at, host.remaining(), Pointer.to(host), 0, null, null));
    if (source.isNative()) {
      chunks(offset, source, copy);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staging = arena.allocate(Math.min(STAGED_CHUNK, source.byteSize()));
      for (long done = 0; done < source.byteSize(); done += STAGED_CHUNK) {
        long size = Math.min(STAGED_CHUNK, source.byteSize() - done);
        MemorySegment.copy(source, done, staging, 0, size);
        copy.run(offset + done, staging.asSlice(0, size).asByteBuffer());
      }
    }
  }

  @Override
  public void read(Memory source, long offset, MemorySegment target) {
    cl_mem from = ((ClMemory) source).handle();
    Copy copy = (at, host) -> call("clEnqueueReadBuffer",
        () -> CL.clEnqueueReadBuffer(queue, from, true, at, host.remaining(), Pointer.to(host), 0, null, null));
    if (target.isNative()) {
      chunks(offset, target, copy);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment staging = arena.allocate(Math.min(STAGED_CHUNK, target.byteSize()));
      for (long done = 0; done < target.byteSize(); done += STAGED_CHUNK) {
        long size = Math.min(STAGED_CHUNK, target.byteSize() - done);
        copy.run(offset + done, staging.asSlice(0, size).asByteBuffer());
        MemorySegment.copy(staging, 0, target, done, size);
      }
    }
  }

  private static void chunks(long offset, MemorySegment host, Copy copy) {
    for (long done = 0; done < host.byteSize(); done += CHUNK) {
      copy.run(offset + done, host.asSlice(done, Math.min(CHUNK, host.byteSize() - done)).asByteBuffer());
    }
  }

  // ---- kernels -----------------------------------------------------------------------------------------------------

  @Override
  public Kernel build(String source, String name) {
    cl_program program = call("clCreateProgramWithSource",
        () -> CL.clCreateProgramWithSource(context, 1, new String[] {source}, null, null));
    try {
      CL.clBuildProgram(program, 1, new cl_device_id[] {device}, options, null, null);
      return new ClKernel(program, call("clCreateKernel", () -> CL.clCreateKernel(program, name, null)));
    } catch (CLException e) {
      String log = log(program);
      CL.clReleaseProgram(program);
      throw OpenCl.failure(
          "compiling kernel " + name + " with \"" + options + "\" failed:\n" + log + "\nclBuildProgram",
          e);
    } catch (DriverException e) {
      CL.clReleaseProgram(program);
      throw e;
    }
  }

  private String log(cl_program program) {
    try {
      long[] size = new long[1];
      CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, 0, null, size);
      byte[] log = new byte[Math.toIntExact(size[0])];
      CL.clGetProgramBuildInfo(program, device, CL.CL_PROGRAM_BUILD_LOG, log.length, Pointer.to(log), null);
      return new String(log, java.nio.charset.StandardCharsets.UTF_8).replace("\0", "").strip();
    } catch (CLException e) {
      return "(no log: " + OpenCl.name(e.getStatus()) + ")";
    }
  }

  @Override
  public void release(Kernel kernel) {
    ClKernel k = (ClKernel) kernel;
    released(() -> CL.clReleaseKernel(k.handle()));
    released(() -> CL.clReleaseProgram(k.program()));
  }

  @Override
  public void launch(Kernel kernel, Grid grid, List<Argument> arguments) {
    if (grid.sharedBytes() != 0 || grid.cluster() != 1) {
      throw new IllegalStateException("OpenCL has no such launch: " + grid);
    }
    cl_kernel k = ((ClKernel) kernel).handle();
    for (int i = 0; i < arguments.size(); i++) {
      set(k, i, arguments.get(i));
    }
    call("clEnqueueNDRangeKernel", () -> CL.clEnqueueNDRangeKernel(queue, k, 1, null,
        new long[] {grid.groups() * grid.items()}, new long[] {grid.items()}, 0, null, null));
  }

  private static void set(cl_kernel kernel, int index, Argument argument) {
    call("clSetKernelArg " + index, () -> switch (argument) {
      case Argument.Pointer p ->
          CL.clSetKernelArg(kernel, index, Sizeof.cl_mem, Pointer.to(((ClMemory) p.memory()).handle()));
      case Argument.Map m -> throw new IllegalStateException("OpenCL has no tensor maps: " + m.map());
      case Argument.I32 i -> CL.clSetKernelArg(kernel, index, Sizeof.cl_int, Pointer.to(new int[] {i.value()}));
      case Argument.I64 i -> CL.clSetKernelArg(kernel, index, Sizeof.cl_long, Pointer.to(new long[] {i.value()}));
      case Argument.F32 f -> CL.clSetKernelArg(kernel, index, Sizeof.cl_float, Pointer.to(new float[] {f.value()}));
      case Argument.F64 f -> CL.clSetKernelArg(kernel, index, Sizeof.cl_double, Pointer.to(new double[] {f.value()}));
    });
  }

  @Override
  public void finish() {
    call("clFinish", () -> CL.clFinish(queue));
  }

  @Override
  public void close() {
    released(() -> CL.clReleaseCommandQueue(queue));
    released(() -> CL.clReleaseContext(context));
  }

  private static void released(OpenCl.Action<Integer> release) {
    try {
      release.run();
    } catch (CLException deviceIsGone) {
      // And with it what was to be released: the caller can do nothing about it.
    }
  }
}
