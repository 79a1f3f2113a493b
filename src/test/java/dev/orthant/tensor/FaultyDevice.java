package dev.orthant.tensor;

import dev.orthant.core.DeviceException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/** A device one of whose calls fails: an allocation for want of memory, anything else as a device does. */
final class FaultyDevice implements Device {
  private final Device real;
  private long calls;
  private long failing = Long.MAX_VALUE;

  FaultyDevice(Device real) {
    this.real = real;
  }

  /** Fails the {@code n}-th call from here on, once; 0 fails none. */
  void failCall(long n) {
    calls = 0;
    failing = n == 0 ? Long.MAX_VALUE : n;
  }

  /** Whether that call came. */
  boolean fired() {
    return calls >= failing;
  }

  private <T> T counted(Supplier<T> work, Supplier<? extends RuntimeException> failure) {
    if (++calls == failing) {
      throw failure.get();
    }
    return work.get();
  }

  private void counted(String what, Runnable work) {
    counted(() -> {
      work.run();
      return what;
    }, () -> new DeviceException(name(), what + " failed: planted"));
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public DeviceInfo info() {
    return real.info();
  }

  @Override
  public Buffer allocate(long bytes) {
    return counted(() -> real.allocate(bytes), () -> new OutOfDeviceMemoryException(name(), bytes, "planted"));
  }

  @Override
  public void write(Buffer target, long offset, MemorySegment source) {
    counted("write", () -> real.write(target, offset, source));
  }

  @Override
  public void read(Buffer source, long offset, MemorySegment target) {
    counted("read", () -> real.read(source, offset, target));
  }

  @Override
  public void execute(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    counted(call.toString(), () -> real.execute(call, inputs, outputs));
  }

  @Override
  public void finish() {
    real.finish();
  }

  @Override
  public DeviceStats stats() {
    return real.stats();
  }

  @Override
  public void close() {
    real.close();
  }
}
