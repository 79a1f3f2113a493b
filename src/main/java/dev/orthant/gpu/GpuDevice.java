package dev.orthant.gpu;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DeviceException;
import dev.orthant.core.DeviceLostException;
import dev.orthant.core.Setting;
import dev.orthant.device.BufferPool;
import dev.orthant.device.CheckedDevice;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.device.FirstUse;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.gpu.plan.Recent;
import dev.orthant.op.Call;
import java.lang.System.Logger;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A device behind a {@link GpuDriver}. All driver calls are made under one lock, which is innermost: the pool may be
 * holding its own when it asks for memory, so nothing here calls the pool while holding this one.
 */
public final class GpuDevice extends CheckedDevice<GpuBuffer> {
  private static final Logger LOG = System.getLogger(GpuDevice.class.getName());
  private static final int BREADCRUMBS = 16;
  private static final int KERNELS = 512;

  private final String name;
  private final GpuDriver driver;
  private final FirstUse firstUse;
  private final boolean sync;
  private final Guard guard;
  /** Compiled kernels by their source. */
  private final Recent<String, GpuDriver.Kernel> kernels;
  private final TrackedAllocator memories;
  private final BufferPool<GpuDriver.Memory> pool;
  private final ReentrantLock lock = new ReentrantLock();
  /** The latest ops given since the queue was last known to be empty. */
  private final Deque<Call> breadcrumbs = new ArrayDeque<>();
  private final AtomicLong launches = new AtomicLong();
  private boolean closed;
  private @Nullable DeviceLostException lost;

  /**
   * A device.
   *
   * @param name what users call it
   * @param driver owned by this device from now on
   */
  public GpuDevice(String name, GpuDriver driver) {
    this(name, driver, List.of());
  }

  /**
   * A device with faster ways for some calls.
   *
   * @param fastPaths those that the driver's devices can use, the preferred ones first; each is guarded
   */
  public GpuDevice(String name, GpuDriver driver, List<FastPath> fastPaths) {
    this(name, driver, Setting.SYNC.isOn(), fastPaths,
        message -> LOG.log(Logger.Level.WARNING, message));
  }

  GpuDevice(String name, GpuDriver driver, boolean sync, List<FastPath> specials, Consumer<String> warn) {
    super(GpuBuffer.class);
    this.name = name;
    this.driver = driver;
    this.firstUse = new FirstUse(name, driver.info().notes());
    this.sync = sync;
    this.kernels = new Recent<>(KERNELS, driver::release);
    this.memories = new TrackedAllocator(driver, lock);
    this.pool = new BufferPool<>(name, memories);
    this.guard = new Guard(name, driver.info(), new Planner(driver.limits(), driver.dialect()), specials, new Trials(),
        warn);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceInfo info() {
    return driver.info().with(guard.notes());
  }

  @Override
  public boolean usesHostMemory() {
    return driver.limits().cpuLike() || driver.info().emulated();
  }

  /** What launches on this device keep to. */
  public GpuLimits limits() {
    return driver.limits();
  }

  @Override
  protected GpuBuffer allocated(long bytes) {
    firstUse.tell();
    // Memory may come from the cache: a device that is lost must say so all the same.
    run("allocate", () -> lost);
    try {
      return new GpuBuffer(this, pool.allocate(bytes));
    } catch (DriverException e) {
      throw run("allocate", () -> failure("allocate " + bytes + " bytes", e));
    }
  }

  void release(BufferPool.Block<GpuDriver.Memory> block) {
    pool.release(block);
  }

  @Override
  protected void written(GpuBuffer to, long offset, MemorySegment source) {
    runAndWait("write " + source.byteSize() + " bytes", () -> {
      open("write", to);
      if (source.byteSize() > 0) {
        driver.write(to.memory(), offset, source);
      }
    });
  }

  @Override
  protected void fill(MemorySegment target, GpuBuffer from, long offset) {
    runAndWait("read " + target.byteSize() + " bytes", () -> {
      open("read", from);
      if (target.byteSize() > 0) {
        driver.read(from.memory(), offset, target);
      }
    });
  }

  @Override
  public void finish() {
    runAndWait("finish", driver::finish);
  }

  @Override
  protected void executed(Call call, List<GpuBuffer> buffers) {
    List<Launch> plan = plan(call);
    List<GpuBuffer> scratch = scratch(plan);
    try {
      run(call, () -> {
        buffers.forEach(b -> open(call, b));
        plan.forEach(l -> launch(call, l, buffers, scratch));
        return plan;
      });
    } finally {
      // Whoever gets this memory next is behind these launches in the queue.
      scratch.forEach(GpuBuffer::close);
    }
  }

  /** What {@link #execute} launches; a faster way that it names has been proved. */
  public List<Launch> plan(Call call) {
    try {
      return guard.plan(call);
    } catch (DriverException e) {
      throw run(call, () -> failure(call + ", while a faster way was proved", e));
    }
  }

  /** Trials, which leave no trace. */
  private final class Trials implements Guard.Runner {
    private final TrialRunner sandbox = new TrialRunner(driver, kernels, memories);

    @Override
    public void settle() {
      finish();
    }

    @Override
    public List<MemorySegment> outputs(Call call, List<Launch> plan, List<MemorySegment> inputs, Arena arena) {
      lock.lock();
      try {
        requireUsable();
        return sandbox.outputs(call, plan, inputs, arena);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Memory that a plan needs for itself, by number. */
  private List<GpuBuffer> scratch(List<Launch> plan) {
    List<GpuBuffer> given = new ArrayList<>();
    try {
      Launch.scratch(plan).forEach(bytes -> given.add((GpuBuffer) allocate(bytes)));
      return given;
    } catch (RuntimeException e) {
      given.forEach(GpuBuffer::close);
      throw e;
    }
  }

  private static List<GpuDriver.Memory> memories(List<GpuBuffer> buffers) {
    return buffers.stream().map(GpuBuffer::memory).toList();
  }

  private void launch(Call call, Launch launch, List<GpuBuffer> buffers, List<GpuBuffer> scratch) {
    GpuDriver.Kernel kernel = kernels.get(launch.source(), source -> driver.build(source, launch.kernel()));
    List<GpuDriver.Argument> arguments = launch.arguments(call.op(), memories(buffers), memories(scratch));
    if (breadcrumbs.size() == BREADCRUMBS) {
      breadcrumbs.removeFirst();
    }
    breadcrumbs.addLast(call);
    driver.launch(kernel, launch.grid(), arguments);
    launches.incrementAndGet();
    if (sync) {
      driver.finish();
      breadcrumbs.clear();
    }
  }

  @Override
  public DeviceStats stats() {
    return pool.stats(launches.get());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (lost == null) {
        driver.finish();
      }
    } catch (DriverException e) {
      // Whoever wanted the results has waited for them; what is left is to release.
      breadcrumbs.clear();
    } finally {
      lock.unlock();
    }
    pool.close();
    lock.lock();
    try {
      kernels.clear();
      memories.close();
      driver.close();
    } finally {
      lock.unlock();
    }
  }

  // ---- checks ------------------------------------------------------------------------------------------------------

  private void open(Object what, GpuBuffer buffer) {
    if (buffer.isClosed()) {
      throw new ClosedException(name + ": " + what + ": the buffer is closed");
    }
  }

  // ---- failures ----------------------------------------------------------------------------------------------------

  /** Runs an action under the lock on a device that is there; its failure is named by {@code what}. */
  private <T> T run(Object what, Supplier<T> action) {
    lock.lock();
    try {
      requireUsable();
      return action.get();
    } catch (DriverException e) {
      throw failure(e.isLost() ? what + before(what.toString()) : what.toString(), e);
    } finally {
      lock.unlock();
    }
  }

  /** The fault of a kernel is often told to a later call: the ops that may have caused it, beside {@code what}. */
  private String before(String what) {
    String others = breadcrumbs.stream().map(Call::toString).filter(c -> !c.equals(what)).distinct()
        .collect(Collectors.joining("; "));
    return others.isEmpty() ? "" : ", or before it: " + others;
  }

  /** As {@link #run}, for an action that waits for the queue: its failure may be that of an op given before. */
  private void runAndWait(String what, Runnable action) {
    lock.lock();
    try {
      requireUsable();
      action.run();
    } catch (DriverException e) {
      String given = breadcrumbs.stream().map(Call::toString).collect(Collectors.joining("; "));
      throw failure(given.isEmpty() ? what : what + ", waiting for " + given, e);
    } finally {
      breadcrumbs.clear();
      lock.unlock();
    }
  }

  private void requireUsable() {
    if (lost != null) {
      throw lost;
    }
    if (closed) {
      throw new ClosedException(name + " is closed");
    }
  }

  private DeviceException failure(String what, DriverException e) {
    if (e.isLost()) {
      lost = new DeviceLostException(name, what + ": " + e.getMessage(), e);
      return lost;
    }
    return new DeviceException(name, what + ": " + e.getMessage(), e);
  }

}
