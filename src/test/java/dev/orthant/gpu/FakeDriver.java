package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Grid;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A driver that computes only what a test tells it, keeps account of everything, and fails in the call it is told to.
 */
final class FakeDriver implements GpuDriver {
  private static final class Block implements Memory {
    final byte[] bytes;

    Block(long size) {
      bytes = new byte[Math.toIntExact(size)];
    }
  }

  private record Compiled(String source, String name) implements Kernel {}

  /** A launch that was asked for. */
  record Launched(String source, Grid grid, List<Argument> arguments) {}

  final List<Launched> launched = new ArrayList<>();
  final List<String> built = new ArrayList<>();
  final List<Memory> live = new ArrayList<>();
  final List<Kernel> kernels = new ArrayList<>();
  GpuLimits limits = new GpuLimits(256, 1L << 22, 48 << 10, 2, false);
  long memory = Long.MAX_VALUE;
  boolean closed;
  /** Which of the calls to come fails; 0: none. */
  int failAfter;
  boolean loseDevice;
  /** What kernels do: is given the source and the memory of the pointers among the arguments. */
  BiConsumer<String, List<byte[]>> work = (source, memory) -> {
  };
  private final AtomicBoolean inUse = new AtomicBoolean();

  private void enter(String function) {
    // The contract: one thread at a time.
    if (!inUse.compareAndSet(false, true)) {
      throw new IllegalStateException("two threads in the driver");
    }
    try {
      if (closed) {
        throw new IllegalStateException(function + " after close");
      }
      if (failAfter > 0 && --failAfter == 0) {
        throw new DriverException(function + ": FAKE_FAILURE", loseDevice);
      }
    } finally {
      inUse.set(false);
    }
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo("Fake", "none", 2, 1L << 30, 1L << 29, EnumSet.of(DType.F32, DType.F64), true, List.of());
  }

  @Override
  public GpuLimits limits() {
    return limits;
  }

  @Override
  public String dialect() {
    return "opencl.h";
  }

  @Override
  public @Nullable Memory allocate(long bytes) {
    enter("allocate");
    if (bytes > memory) {
      return null;
    }
    Memory m = new Block(bytes);
    live.add(m);
    return m;
  }

  @Override
  public void free(Memory m) {
    if (closed || !live.remove(m)) {
      throw new IllegalStateException("freed twice, or after close");
    }
  }

  @Override
  public void write(Memory target, long offset, MemorySegment source) {
    enter("write");
    MemorySegment.copy(source, 0, MemorySegment.ofArray(((Block) target).bytes), offset, source.byteSize());
  }

  @Override
  public void read(Memory source, long offset, MemorySegment target) {
    enter("read");
    MemorySegment.copy(MemorySegment.ofArray(((Block) source).bytes), offset, target, 0, target.byteSize());
  }

  @Override
  public Kernel build(String source, String name) {
    enter("build");
    built.add(source);
    Kernel k = new Compiled(source, name);
    kernels.add(k);
    return k;
  }

  @Override
  public void release(Kernel kernel) {
    if (closed || !kernels.remove(kernel)) {
      throw new IllegalStateException("released twice, or after close");
    }
  }

  @Override
  public void launch(Kernel kernel, Grid grid, List<Argument> arguments) {
    enter("launch");
    for (Argument a : arguments) {
      if (a instanceof Argument.Pointer p && !live.contains(p.memory())) {
        throw new IllegalStateException("launched with freed memory");
      }
    }
    String source = ((Compiled) kernel).source();
    launched.add(new Launched(source, grid, arguments));
    work.accept(source, arguments.stream().filter(Argument.Pointer.class::isInstance)
        .map(a -> ((Block) ((Argument.Pointer) a).memory()).bytes).toList());
  }

  @Override
  public void finish() {
    enter("finish");
  }

  @Override
  public void close() {
    closed = true;
  }
}
