package dev.orthant.kernelbuild;

import dev.orthant.core.DType;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A device that computes nothing and writes down what it was asked for: networks tell by it which calls they make. All
 * it gives is 0.
 */
final class RecordingDevice implements Device {
  private final DeviceInfo info =
      new DeviceInfo("none", "none", 1, Long.MAX_VALUE, Long.MAX_VALUE, EnumSet.allOf(DType.class), true, List.of());
  private final Set<Call> calls = new LinkedHashSet<>();

  /** The calls so far, each once. */
  Set<Call> calls() {
    return calls;
  }

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  public Buffer allocate(long bytes) {
    return new Nothing(bytes);
  }

  @Override
  public void write(Buffer target, long offset, MemorySegment source) {
    // Nothing is kept.
  }

  @Override
  public void read(Buffer source, long offset, MemorySegment target) {
    target.fill((byte) 0);
  }

  @Override
  public void execute(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    calls.add(call);
  }

  @Override
  public void finish() {
    // Nothing is under way.
  }

  @Override
  public DeviceStats stats() {
    return new DeviceStats(calls.size(), 0, 0, 0);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  private final class Nothing implements Buffer {
    private final long bytes;
    private volatile boolean closed;

    Nothing(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public Device device() {
      return RecordingDevice.this;
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
    public void close() {
      closed = true;
    }
  }
}
