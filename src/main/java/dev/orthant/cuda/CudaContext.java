package dev.orthant.cuda;

import dev.orthant.gpu.driver.DriverException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * A device's primary context, which other libraries in this process share, with one queue, and what must be given back
 * before it goes. Not safe for several threads at once, but any thread may come.
 */
final class CudaContext implements AutoCloseable {
  private static final Logger LOG = System.getLogger(CudaContext.class.getName());

  /** A call that gives something back. */
  private record Release(String function, IntSupplier call) {}

  private final CUdevice device;
  private final CUcontext context = new CUcontext();
  private final Handles.Stream stream = new Handles.Stream();
  /** What lives until the end, the latest first. */
  private final Deque<Release> owned = new ArrayDeque<>();
  /** What the driver would not take back. */
  private final List<Release> refused = new ArrayList<>();

  /**
   * Retains the context and makes a queue, which does not wait for others.
   *
   * @throws DriverException when the device does not let itself be opened; nothing is left behind
   */
  CudaContext(CUdevice device) {
    this.device = device;
    Cuda.check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    try {
      current();
      Cuda.check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    } catch (DriverException e) {
      close();
      throw e;
    }
    own("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(stream));
  }

  Handles.Stream stream() {
    return stream;
  }

  /**
   * Makes the context that of the calling thread; the next call may come from another, and others may have changed it.
   */
  void current() {
    Cuda.check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
  }

  /** Waits for the queue. */
  void synchronize() {
    Cuda.check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(stream));
  }

  /** Has something given back when this is closed. */
  void own(String function, IntSupplier call) {
    owned.push(new Release(function, call));
  }

  /**
   * Gives something back when the queue is empty. When that fails the driver gets another chance at the end; then the
   * context takes along what it holds.
   */
  void release(String function, IntSupplier call) {
    Release release = new Release(function, () -> {
      int code = JCudaDriver.cuCtxSetCurrent(context);
      code = code == CUresult.CUDA_SUCCESS ? JCudaDriver.cuStreamSynchronize(stream) : code;
      return code == CUresult.CUDA_SUCCESS ? call.getAsInt() : code;
    });
    if (release.call.getAsInt() != CUresult.CUDA_SUCCESS) {
      refused.add(release);
    }
  }

  /** Gives everything back, the context last. */
  @Override
  public void close() {
    refused.forEach(CudaContext::twice);
    refused.clear();
    if (JCudaDriver.cuCtxSetCurrent(context) != CUresult.CUDA_SUCCESS) {
      twice(new Release("cuCtxSetCurrent", () -> JCudaDriver.cuCtxSetCurrent(context)));
    }
    owned.forEach(CudaContext::twice);
    owned.clear();
    twice(new Release("cuDevicePrimaryCtxRelease", () -> JCudaDriver.cuDevicePrimaryCtxRelease(device)));
  }

  private static void twice(Release release) {
    int code = release.call.getAsInt();
    if (code != CUresult.CUDA_SUCCESS && release.call.getAsInt() != CUresult.CUDA_SUCCESS && !Cuda.isLost(code)) {
      LOG.log(Level.WARNING, () -> release.function + ": " + Cuda.name(code) + ": it is not given back");
    }
  }
}
