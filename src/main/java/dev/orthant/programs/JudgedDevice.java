package dev.orthant.programs;

import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.op.Call;
import dev.orthant.parity.Check;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Another device whose every launch is judged: what it stored must be lawful for what it read, and what it read must be
 * as before. So a launch answers for its own errors only, however long the program is.
 */
final class JudgedDevice implements Device {
  /** Elements of an output that are judged. */
  private static final long MOST = 3000;

  private final Device device;

  JudgedDevice(Device device) {
    this.device = device;
  }

  /** A launch whose result is wrong. */
  static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Wrong(String message) {
      super(message);
    }
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public DeviceInfo info() {
    return device.info();
  }

  @Override
  public Buffer allocate(long bytes) {
    return device.allocate(bytes);
  }

  @Override
  public void write(Buffer target, long offset, MemorySegment source) {
    device.write(target, offset, source);
  }

  @Override
  public void read(Buffer source, long offset, MemorySegment target) {
    device.read(source, offset, target);
  }

  @Override
  public void execute(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> read = contents(call.inputs(), inputs, arena);
      device.execute(call, inputs, outputs);
      List<MemorySegment> stored = contents(call.outputs(), outputs, arena);
      List<MemorySegment> after = contents(call.inputs(), inputs, arena);
      for (int i = 0; i < read.size(); i++) {
        if (read.get(i).mismatch(after.get(i)) >= 0) {
          throw new Wrong(call + ": input " + i + " was overwritten");
        }
      }
      String fault = Check.fault(call, read, stored, MOST);
      if (fault != null) {
        throw new Wrong(call + " = " + call.outputs() + ": " + fault + "; " + call.op());
      }
    }
  }

  private List<MemorySegment> contents(List<TensorSpec> specs, List<Buffer> buffers, Arena arena) {
    List<MemorySegment> all = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      MemorySegment memory = arena.allocate(specs.get(i).bytes(), Long.BYTES);
      device.read(buffers.get(i), 0, memory);
      all.add(memory);
    }
    return all;
  }

  @Override
  public void finish() {
    device.finish();
  }

  @Override
  public DeviceStats stats() {
    return device.stats();
  }

  /** The other device stays open. */
  @Override
  public void close() {}
}
