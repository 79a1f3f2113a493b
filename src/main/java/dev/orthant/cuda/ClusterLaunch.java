package dev.orthant.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.orthant.gpu.driver.Grid;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Launches whose groups come in clusters: {@code cuLaunchKernelEx} of the CUDA driver API, which drivers have since
 * CUDA 11.8 and JCuda has not. Not safe for several threads at once.
 */
final class ClusterLaunch {
  private static final FunctionDescriptor LAUNCH = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  /** {@code CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION}. */
  private static final int CLUSTER_DIMENSION = 4;
  /** {@code CUlaunchConfig}. */
  private static final MemoryLayout CONFIG = MemoryLayout.structLayout(
      MemoryLayout.sequenceLayout(3, JAVA_INT).withName("grid"),
      MemoryLayout.sequenceLayout(3, JAVA_INT).withName("block"), JAVA_INT.withName("sharedBytes"),
      MemoryLayout.paddingLayout(Integer.BYTES), JAVA_LONG.withName("stream"), ADDRESS.withName("attributes"),
      JAVA_INT.withName("count"), MemoryLayout.paddingLayout(Integer.BYTES));
  /** {@code CUlaunchAttribute} with a value of 64 bytes, of which a cluster's extents are the first. */
  private static final MemoryLayout ATTRIBUTE = MemoryLayout.structLayout(JAVA_INT.withName("id"),
      MemoryLayout.paddingLayout(Integer.BYTES), MemoryLayout.sequenceLayout(16, JAVA_INT).withName("value"));
  private static final VarHandle GRID = CONFIG.varHandle(path("grid"), PathElement.sequenceElement());
  private static final VarHandle BLOCK = CONFIG.varHandle(path("block"), PathElement.sequenceElement());
  private static final VarHandle SHARED_BYTES = CONFIG.varHandle(path("sharedBytes"));
  private static final VarHandle STREAM = CONFIG.varHandle(path("stream"));
  private static final VarHandle ATTRIBUTES = CONFIG.varHandle(path("attributes"));
  private static final VarHandle COUNT = CONFIG.varHandle(path("count"));
  private static final VarHandle ID = ATTRIBUTE.varHandle(path("id"));
  private static final VarHandle VALUE = ATTRIBUTE.varHandle(path("value"), PathElement.sequenceElement());

  private final LibCuda library;
  private final MemorySegment config = Arena.ofAuto().allocate(CONFIG);
  private final MemorySegment attribute = Arena.ofAuto().allocate(ATTRIBUTE);
  private @Nullable MethodHandle function;

  ClusterLaunch(LibCuda library) {
    this.library = library;
    ID.set(attribute, 0L, CLUSTER_DIMENSION);
    ATTRIBUTES.set(config, 0L, attribute);
    COUNT.set(config, 0L, 1);
    for (long axis = 0; axis < 3; axis++) {
      GRID.set(config, 0L, axis, 1);
      BLOCK.set(config, 0L, axis, 1);
      VALUE.set(attribute, 0L, axis, 1);
    }
  }

  private static PathElement path(String name) {
    return PathElement.groupElement(name);
  }

  /**
   * Enqueues a kernel.
   *
   * @param kernel a {@code CUfunction}
   * @param stream a {@code CUstream}
   * @param arguments an array of pointers to the arguments
   * @return the {@code CUresult}
   * @throws dev.orthant.gpu.driver.DriverException when the driver has no clusters
   */
  int launch(long kernel, Grid grid, long stream, MemorySegment arguments) {
    GRID.set(config, 0L, 0L, Math.toIntExact(grid.groups()));
    BLOCK.set(config, 0L, 0L, grid.items());
    SHARED_BYTES.set(config, 0L, grid.sharedBytes());
    STREAM.set(config, 0L, stream);
    VALUE.set(attribute, 0L, 0L, grid.cluster());
    MethodHandle launch = function == null ? library.function("cuLaunchKernelEx", LAUNCH) : function;
    function = launch;
    try {
      return (int) launch.invokeExact(config, MemorySegment.ofAddress(kernel), arguments, MemorySegment.NULL);
    } catch (Throwable e) {
      throw TensorMaps.unexpected(e);
    }
  }
}
