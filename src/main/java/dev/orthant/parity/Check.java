package dev.orthant.parity;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.DeviceException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.op.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs one case on one device: outputs poisoned first and followed by a canary tail, executed twice (the bits must
 * repeat), inputs read back (they must be untouched), every output judged against its bound.
 */
public final class Check {
  /** The poison reads as a NaN or an absurd number in every type, so an output that was never written is seen. */
  private static final byte POISON = (byte) 0xFD;

  private static final int TAIL = 512;

  private final Device device;
  private final long seed;

  /** Inputs are drawn from {@code seed}: the same on every device. */
  public Check(Device device, long seed) {
    this.device = device;
    this.seed = seed;
  }

  /** Runs the case. Never throws for what the device does: that is the verdict. */
  public Verdict run(Case test) {
    Call call = Call.of(device.name(), test.op(), test.inputs());
    if (!device.info().dtypes().containsAll(call.types())) {
      return new Verdict(device.name(), test, seed, Verdict.Status.UNSUPPORTED, null, null);
    }
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> inputs = Inputs.of(test, seed, arena);
      return judge(test, call, inputs, execute(call, inputs, arena));
    } catch (DeviceException e) {
      return new Verdict(device.name(), test, seed, Verdict.Status.FAILED, null, e.toString());
    } catch (Mismatch e) {
      return new Verdict(device.name(), test, seed, Verdict.Status.FAILED, null, e.getMessage());
    }
  }

  /** What the device may never do: its message is the failure. */
  private static final class Mismatch extends Exception {
    private static final long serialVersionUID = 1L;

    Mismatch(String message) {
      super(message);
    }
  }

  private List<MemorySegment> execute(Call call, List<MemorySegment> inputs, Arena arena) throws Mismatch {
    List<Buffer> in = new ArrayList<>();
    List<Buffer> out = new ArrayList<>();
    try {
      for (MemorySegment m : inputs) {
        Buffer b = device.allocate(m.byteSize());
        in.add(b);
        device.write(b, 0, m);
      }
      for (TensorSpec spec : call.outputs()) {
        out.add(device.allocate(spec.bytes() + TAIL));
      }
      List<MemorySegment> first = once(call, in, out, arena);
      List<MemorySegment> second = once(call, in, out, arena);
      for (int i = 0; i < first.size(); i++) {
        if (first.get(i).mismatch(second.get(i)) >= 0) {
          throw new Mismatch("two runs gave different bits in output " + i);
        }
      }
      for (int i = 0; i < inputs.size(); i++) {
        MemorySegment after = arena.allocate(inputs.get(i).byteSize());
        device.read(in.get(i), 0, after);
        if (after.mismatch(inputs.get(i)) >= 0) {
          throw new Mismatch("input " + i + " was overwritten");
        }
      }
      return first;
    } finally {
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
    }
  }

  private List<MemorySegment> once(Call call, List<Buffer> in, List<Buffer> out, Arena arena) throws Mismatch {
    for (Buffer b : out) {
      device.write(b, 0, arena.allocate(b.bytes()).fill(POISON));
    }
    device.execute(call, in, out);
    List<MemorySegment> results = new ArrayList<>();
    for (int i = 0; i < out.size(); i++) {
      long bytes = call.outputs().get(i).bytes();
      MemorySegment all = arena.allocate(bytes + TAIL);
      device.read(out.get(i), 0, all);
      for (long t = bytes; t < all.byteSize(); t++) {
        if (all.get(ValueLayout.JAVA_BYTE, t) != POISON) {
          throw new Mismatch("wrote " + (t - bytes) + " bytes behind the end of output " + i);
        }
      }
      results.add(all.asSlice(0, bytes));
    }
    return results;
  }

  private Verdict judge(Case test, Call call, List<MemorySegment> inputs, List<MemorySegment> outputs) {
    Precision p = tally(call, inputs, outputs, Long.MAX_VALUE).result();
    String bits = Exact.wrong(call, inputs, outputs);
    if (bits != null) {
      return new Verdict(device.name(), test, seed, Verdict.Status.FAILED, p, bits);
    }
    Verdict.Status status =
        !p.withinBound() ? Verdict.Status.FAILED : p.mistrusted() ? Verdict.Status.MISTRUSTED : Verdict.Status.PASSED;
    String failure = switch (status) {
      case FAILED -> error(p);
      case MISTRUSTED -> p.zeros() + " of " + p.count() + " outputs are zero";
      case PASSED, UNSUPPORTED -> null;
    };
    return new Verdict(device.name(), test, seed, status, p, failure);
  }

  private static String error(Precision p) {
    return "error is " + p.fraction() + " of the bound at " + p.worst();
  }

  /**
   * What is wrong with the outputs that a device computed, or null when they are lawful.
   *
   * @param inputs the elements that it read, as stored
   * @param most how many elements of each output are judged at the most, evenly spread
   */
  public static @Nullable String fault(Call call, List<MemorySegment> inputs, List<MemorySegment> outputs, long most) {
    Precision p = tally(call, inputs, outputs, most).result();
    return p.withinBound() ? Exact.wrong(call, inputs, outputs) : error(p);
  }

  private static Tally tally(Call call, List<MemorySegment> inputs, List<MemorySegment> outputs, long most) {
    List<LongToDoubleFunction> values = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      TensorSpec spec = call.input(i);
      MemorySegment m = inputs.get(i);
      values.add(at -> spec.dtype().get(m, at));
    }
    Bounds bounds = new Bounds(call, values);
    // A double does not tell all integers apart: what they are to be is known, to the bit.
    long[][] integers = call.op().isInIntegers(call.inputs()) ? Exact.integers(call, inputs) : new long[0][];
    Tally tally = new Tally(call.output().dtype());
    for (int o = 0; o < outputs.size(); o++) {
      TensorSpec spec = call.outputs().get(o);
      long step = Math.max(1, spec.shape().elements() / most);
      for (long i = 0; i < spec.shape().elements(); i += step) {
        Bounds.Expected expected =
            integers.length > 0 ? Bounds.exactly((double) integers[o][(int) i]) : bounds.expected(o, i);
        tally.add(expected, spec.dtype().get(outputs.get(o), i), spec.dtype(),
            "output " + o + "[" + i + "]");
      }
    }
    return tally;
  }
}
