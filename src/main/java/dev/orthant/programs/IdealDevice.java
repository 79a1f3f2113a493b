package dev.orthant.programs;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.CheckedDevice;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Computes what each op says in float64 and rounds nothing on the way, whatever the types: what is read was rounded,
 * what is computed with was not. Two ways to the same value, one of them fused, are the same here but for the last bits
 * of a double.
 */
final class IdealDevice extends CheckedDevice<IdealDevice.Memory> {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final DeviceInfo info;
  private final AtomicLong launches = new AtomicLong();
  private final AtomicLong live = new AtomicLong();

  /** @param like whose name and types this has */
  IdealDevice(Device like) {
    super(Memory.class);
    this.info = like.info();
  }

  /** Elements as stored, and as computed if they were and are of a floating type. */
  final class Memory implements Buffer {
    private final byte[] stored;
    private double @Nullable [] computed;
    private boolean closed;

    Memory(long bytes) {
      stored = new byte[Math.toIntExact(bytes)];
      live.incrementAndGet();
    }

    MemorySegment segment() {
      return MemorySegment.ofArray(stored);
    }

    @Override
    public Device device() {
      return IdealDevice.this;
    }

    @Override
    public long bytes() {
      return stored.length;
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        live.decrementAndGet();
      }
    }
  }

  @Override
  public String name() {
    return "ideal";
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  protected Memory allocated(long bytes) {
    return new Memory(bytes);
  }

  private static Memory open(Memory m) {
    if (m.closed) {
      throw new ClosedException("a buffer of the ideal device was used after it was closed");
    }
    return m;
  }

  @Override
  protected void written(Memory target, long offset, MemorySegment source) {
    Memory m = open(target);
    m.computed = null;
    m.segment().asSlice(offset, source.byteSize()).copyFrom(source);
  }

  @Override
  protected void fill(MemorySegment target, Memory source, long offset) {
    target.copyFrom(open(source).segment().asSlice(offset, target.byteSize()));
  }

  @Override
  protected void executed(Call call, List<Memory> operands) {
    List<Memory> inputs = operands.subList(0, call.inputs().size());
    List<Memory> outputs = operands.subList(inputs.size(), operands.size());
    launches.incrementAndGet();
    if (call.op().isInIntegers(call.inputs())) {
      integers(call, inputs, outputs);
      return;
    }
    double[][] values = new double[inputs.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = values(call.input(i), open(inputs.get(i)));
    }
    double[][] results = call.op().reference(call.inputs(), values);
    for (int o = 0; o < results.length; o++) {
      TensorSpec spec = call.outputs().get(o);
      Memory m = open(outputs.get(o));
      for (int i = 0; i < results[o].length; i++) {
        spec.dtype().set(m.segment(), i, results[o][i]);
      }
      m.computed = spec.dtype().isFloating() ? results[o].clone() : null;
    }
  }

  private static double[] values(TensorSpec spec, Memory m) {
    double[] computed = m.computed;
    int n = Math.toIntExact(spec.shape().elements());
    if (spec.dtype().isFloating() && computed != null && computed.length == n) {
      return computed;
    }
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      v[i] = spec.dtype().get(m.segment(), i);
    }
    return v;
  }

  private static void integers(Call call, List<Memory> inputs, List<Memory> outputs) {
    long[][] values = new long[inputs.size()][];
    for (int i = 0; i < values.length; i++) {
      DType type = call.input(i).dtype();
      MemorySegment memory = open(inputs.get(i)).segment();
      values[i] = new long[Math.toIntExact(call.input(i).shape().elements())];
      for (int j = 0; j < values[i].length; j++) {
        values[i][j] = type == DType.I64 ? memory.get(LONG, (long) j * Long.BYTES) : (long) type.get(memory, j);
      }
    }
    long[][] results = call.op().referenceOfIntegers(call.inputs(), values);
    for (int o = 0; o < results.length; o++) {
      DType type = call.outputs().get(o).dtype();
      MemorySegment memory = open(outputs.get(o)).segment();
      for (int j = 0; j < results[o].length; j++) {
        if (type == DType.I64) {
          memory.set(LONG, (long) j * Long.BYTES, results[o][j]);
        } else {
          type.set(memory, j, (double) results[o][j]);
        }
      }
    }
  }

  @Override
  public void finish() {}

  @Override
  public DeviceStats stats() {
    return new DeviceStats(launches.get(), live.get(), 0, 0);
  }

  @Override
  public void close() {}
}
