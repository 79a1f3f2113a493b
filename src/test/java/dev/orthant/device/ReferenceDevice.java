package dev.orthant.device;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DeviceException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * A device for tests: every call is the op's own float64 reference, rounded once to the output's type. Slow, right,
 * and strict about what callers owe a device. Fresh memory is all ones (NaN in every floating type), so that reading
 * what nobody wrote shows.
 */
public final class ReferenceDevice extends CheckedDevice<ReferenceDevice.Memory> {
  private static final long MEMORY = 1L << 32;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final String name;
  private final DeviceInfo info;
  private final Predicate<Call> wrong;
  private final Predicate<Call> failing;
  private final AtomicLong launches = new AtomicLong();
  private final AtomicLong liveBuffers = new AtomicLong();
  private final AtomicLong liveBytes = new AtomicLong();
  /** What failed and was not yet reported: like a queue, this device tells at the next wait. */
  private final AtomicReference<DeviceException> pending = new AtomicReference<>();
  private volatile boolean closed;

  private ReferenceDevice(String name, Set<DType> dtypes, Predicate<Call> wrong, Predicate<Call> failing) {
    super(Memory.class);
    this.name = name;
    this.wrong = wrong;
    this.failing = failing;
    this.info = new DeviceInfo("Reference double", "Op.reference", 1, MEMORY, MEMORY, dtypes, true, List.of());
  }

  /** A device that does everything right. */
  public static ReferenceDevice named(String name) {
    return new ReferenceDevice(name, EnumSet.allOf(DType.class), c -> false, c -> false);
  }

  /** A device that has only these types. */
  public static ReferenceDevice having(String name, Set<DType> dtypes) {
    return new ReferenceDevice(name, dtypes, c -> false, c -> false);
  }

  /** A device whose results of these calls have their last element wrong by an eighth and a bit. */
  public static ReferenceDevice broken(String name, Predicate<Call> which) {
    return new ReferenceDevice(name, EnumSet.allOf(DType.class), which, c -> false);
  }

  /** A device that fails in these calls: a {@link DeviceException} at the next wait. */
  public static ReferenceDevice failing(String name, Predicate<Call> which) {
    return new ReferenceDevice(name, EnumSet.allOf(DType.class), c -> false, which);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  protected Memory allocated(long bytes) {
    requireOpen();
    if (liveBytes.get() + bytes > MEMORY) {
      throw new OutOfDeviceMemoryException(name, bytes, liveBytes.get() + " bytes are live");
    }
    return new Memory(bytes);
  }

  @Override
  protected void written(Memory target, long offset, MemorySegment source) {
    requireOpen();
    open(target).asSlice(offset, source.byteSize()).copyFrom(source);
  }

  @Override
  protected void fill(MemorySegment target, Memory source, long offset) {
    finish();
    target.copyFrom(open(source).asSlice(offset, target.byteSize()));
  }

  @Override
  protected void executed(Call call, List<Memory> operands) {
    requireOpen();
    List<Memory> inputs = operands.subList(0, call.inputs().size());
    List<Memory> outputs = operands.subList(inputs.size(), operands.size());
    launches.incrementAndGet();
    if (failing.test(call)) {
      pending.compareAndSet(null, new DeviceException(name, "planted failure in " + call));
      return;
    }
    if (call.op().isInIntegers(call.inputs())) {
      integers(call, inputs, outputs);
      return;
    }
    double[][] values = new double[inputs.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = load(call.input(i), open(inputs.get(i)));
    }
    double[][] results = call.op().reference(call.inputs(), values);
    for (int i = 0; i < results.length; i++) {
      store(call, call.outputs().get(i), results[i], open(outputs.get(i)));
    }
  }

  private void integers(Call call, List<Memory> inputs, List<Memory> outputs) {
    long[][] values = new long[inputs.size()][];
    for (int i = 0; i < values.length; i++) {
      DType type = call.input(i).dtype();
      MemorySegment memory = open(inputs.get(i));
      values[i] = LongStream.range(0, call.input(i).shape().elements())
          .map(j -> type == DType.I64 ? memory.get(LONG, j * Long.BYTES) : (long) type.get(memory, j)).toArray();
    }
    long[][] results = call.op().referenceOfIntegers(call.inputs(), values);
    for (int o = 0; o < results.length; o++) {
      DType type = call.outputs().get(o).dtype();
      MemorySegment memory = open(outputs.get(o));
      if (wrong.test(call) && results[o].length > 0) {
        results[o][results[o].length - 1] ^= 1;
      }
      for (int j = 0; j < results[o].length; j++) {
        if (type == DType.I64) {
          memory.set(LONG, j * (long) Long.BYTES, results[o][j]);
        } else {
          type.set(memory, j, (double) results[o][j]);
        }
      }
    }
  }

  private void store(Call call, TensorSpec spec, double[] result, MemorySegment target) {
    if (wrong.test(call) && result.length > 0) {
      int last = result.length - 1;
      result[last] += 0.125 * Math.abs(result[last]) + 0.125;
    }
    for (int i = 0; i < result.length; i++) {
      spec.dtype().set(target, i, result[i]);
    }
  }

  private static double[] load(TensorSpec spec, MemorySegment memory) {
    double[] values = new double[Math.toIntExact(spec.shape().elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = spec.dtype().get(memory, i);
    }
    return values;
  }

  private MemorySegment open(Memory memory) {
    if (memory.closed) {
      throw new ClosedException(name + ": buffer used after it was closed");
    }
    return memory.segment;
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException(name + " is closed");
    }
  }

  @Override
  public void finish() {
    requireOpen();
    DeviceException failure = pending.getAndSet(null);
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public DeviceStats stats() {
    return new DeviceStats(launches.get(), liveBuffers.get(), liveBytes.get(), 0);
  }

  /** Kernels launched so far. */
  public long launches() {
    return launches.get();
  }

  @Override
  public void close() {
    closed = true;
  }

  /** Host memory of its own. */
  final class Memory implements Buffer {
    private final Arena arena = Arena.ofShared();
    private final long bytes;
    private final MemorySegment segment;
    private volatile boolean closed;

    Memory(long bytes) {
      this.bytes = bytes;
      this.segment = arena.allocate(bytes).fill((byte) 0xff);
      liveBuffers.incrementAndGet();
      liveBytes.addAndGet(bytes);
    }

    @Override
    public Device device() {
      return ReferenceDevice.this;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        arena.close();
        liveBuffers.decrementAndGet();
        liveBytes.addAndGet(-bytes);
      }
    }
  }
}
