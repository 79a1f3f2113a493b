package dev.orthant.device;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What every device checks before it does anything: whose a buffer is, that it is large enough, that no output is
 * another operand, that host memory may be used, that the types are there. A device that extends this only computes.
 *
 * @param <B> its buffers
 */
public abstract class CheckedDevice<B extends Buffer> implements Device {
  private final Class<B> buffers;

  /** A device whose buffers are of that class. */
  protected CheckedDevice(Class<B> buffers) {
    this.buffers = buffers;
  }

  /** Memory of {@code bytes}, from 0 to the largest buffer of this device. */
  protected abstract B allocated(long bytes);

  /** {@link #write} with what was checked. */
  protected abstract void written(B target, long offset, MemorySegment source);

  /** {@link #read} with what was checked. */
  protected abstract void fill(MemorySegment target, B source, long offset);

  /**
   * {@link #execute} with what was checked; whether the buffers are open is not.
   *
   * @param operands the inputs, then the outputs
   */
  protected abstract void executed(Call call, List<B> operands);

  @Override
  public final Buffer allocate(long bytes) {
    if (bytes < 0) {
      throw new InvalidInputException(
          name() + ": a buffer of " + bytes + " bytes was asked for; expected at least 0");
    }
    if (bytes > info().maxAllocation()) {
      throw new OutOfDeviceMemoryException(name(), bytes,
          "the largest buffer of this device has " + info().maxAllocation());
    }
    return allocated(bytes);
  }

  @Override
  public final void write(Buffer target, long offset, MemorySegment source) {
    B own = own("write", target);
    requireInside("write", own, offset, source.byteSize());
    Device.requireUsable(name() + ": write", source, false);
    written(own, offset, source);
  }

  @Override
  public final void read(Buffer source, long offset, MemorySegment target) {
    B own = own("read", source);
    requireInside("read", own, offset, target.byteSize());
    Device.requireUsable(name() + ": read", target, true);
    fill(target, own, offset);
  }

  @Override
  public final void execute(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    requireTypes(call);
    List<B> operands = new ArrayList<>(inputs.size() + outputs.size());
    add(operands, call, "input", call.inputs(), inputs);
    add(operands, call, "output", call.outputs(), outputs);
    for (int i = inputs.size(); i < operands.size(); i++) {
      if (operands.indexOf(operands.get(i)) < i) {
        throw new InvalidInputException(call + ": " + name() + ": output " + (i - inputs.size())
            + " has the buffer of another input or output");
      }
    }
    executed(call, operands);
  }

  private void add(List<B> operands, Call call, String role, List<TensorSpec> specs, List<Buffer> given) {
    if (specs.size() != given.size()) {
      throw new InvalidInputException(
          call + ": " + name() + ": takes " + specs.size() + " " + role + " buffers, got " + given.size());
    }
    for (int i = 0; i < specs.size(); i++) {
      B buffer = own(call + ": " + role + " " + i, given.get(i));
      if (buffer.bytes() < specs.get(i).bytes()) {
        throw new InvalidInputException(call + ": " + name() + ": " + role + " " + i + " has " + buffer.bytes()
            + " bytes, " + specs.get(i) + " needs " + specs.get(i).bytes());
      }
      operands.add(buffer);
    }
  }

  private B own(String what, Buffer buffer) {
    if (buffers.isInstance(buffer) && equals(buffer.device())) {
      return buffers.cast(buffer);
    }
    throw new InvalidInputException(name() + ": " + what + ": the buffer is of " + buffer.device().name()
        + "; copy it to this device first");
  }

  private void requireInside(String what, B buffer, long offset, long bytes) {
    if (offset < 0 || bytes > buffer.bytes() - offset) {
      throw new InvalidInputException(name() + ": " + what + " of " + bytes + " bytes at " + offset
          + " is outside a buffer of " + buffer.bytes());
    }
  }

  /** The name users give. */
  @Override
  public String toString() {
    return name();
  }
}
