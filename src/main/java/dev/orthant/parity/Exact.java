package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Gather;
import dev.orthant.op.Op;
import dev.orthant.op.Sort;
import dev.orthant.op.walk.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Outputs that must have certain bits: what was moved is the very element, and integers of 64 bits are more than a
 * double tells.
 */
final class Exact {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Call call;
  private final List<MemorySegment> inputs;
  private final List<MemorySegment> outputs;

  private Exact(Call call, List<MemorySegment> inputs, List<MemorySegment> outputs) {
    this.call = call;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** What is wrong with the bits of the outputs, or null. */
  static @Nullable String wrong(Call call, List<MemorySegment> inputs, List<MemorySegment> outputs) {
    Exact exact = new Exact(call, inputs, outputs);
    return switch (call.op()) {
      case Op op when op.isInIntegers(call.inputs()) -> exact.computed(integers(call, inputs));
      case Copy op -> exact.moved(new Copy(op.axes(), 0), bits(call.output().dtype(), op.fill()));
      case Concat op -> exact.moved(op, 0);
      case Gather op -> exact.moved(op, 0);
      case Sort op -> exact.sorted(op);
      case Cast _ when !call.input(0).dtype().isFloating() -> exact.converted();
      default -> null;
    };
  }

  /** The outputs of work in integers. */
  static long[][] integers(Call call, List<MemorySegment> inputs) {
    long[][] values = new long[inputs.size()][];
    for (int i = 0; i < values.length; i++) {
      TensorSpec spec = call.input(i);
      values[i] = new long[Math.toIntExact(spec.shape().elements())];
      for (int j = 0; j < values[i].length; j++) {
        values[i][j] = integer(spec.dtype(), inputs.get(i), j);
      }
    }
    return call.op().referenceOfIntegers(call.inputs(), values);
  }

  private static long integer(DType type, MemorySegment memory, long index) {
    return type == DType.I64 ? memory.get(LONG, index * Long.BYTES) : (long) type.get(memory, index);
  }

  private @Nullable String computed(long[][] expected) {
    for (int o = 0; o < expected.length; o++) {
      DType type = call.outputs().get(o).dtype();
      for (int i = 0; i < expected[o].length; i++) {
        String wrong = differs(type, o, i, type.size() == Long.BYTES ? expected[o][i]
            : expected[o][i] & ((1L << (Byte.SIZE * type.size())) - 1));
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  private static long bits(DType type, double value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(Long.BYTES);
      type.set(memory, 0, value);
      return memory.get(LONG, 0);
    }
  }

  private static long bits(DType type, MemorySegment memory, long index) {
    long at = index * type.size();
    long bits = 0;
    for (int i = 0; i < type.size(); i++) {
      bits |= (memory.get(ValueLayout.JAVA_BYTE, at + i) & 0xffL) << (8 * i);
    }
    return bits;
  }

  /** The reference moves the elements' own numbers, from 1: that tells which one belongs where. */
  private @Nullable String moved(Op op, long fill) {
    double[][] numbers = new double[inputs.size()][];
    long before = 1;
    for (int i = 0; i < numbers.length; i++) {
      TensorSpec spec = call.input(i);
      boolean indices = i == 1 && op instanceof Gather;
      numbers[i] = new double[Math.toIntExact(spec.shape().elements())];
      for (int j = 0; j < numbers[i].length; j++) {
        numbers[i][j] = indices ? spec.dtype().get(inputs.get(i), j) : before + j;
      }
      before += numbers[i].length;
    }
    double[] from = op.reference(call.inputs(), numbers)[0];
    DType type = call.output().dtype();
    for (int i = 0; i < from.length; i++) {
      long expected = from[i] == 0 ? fill : element(type, (long) from[i] - 1);
      String wrong = differs(type, 0, i, expected);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  /** Element {@code number}, counted through all inputs. */
  private long element(DType type, long number) {
    long rest = number;
    int i = 0;
    while (rest >= call.input(i).shape().elements()) {
      rest -= call.input(i++).shape().elements();
    }
    return bits(type, inputs.get(i), rest);
  }

  private @Nullable String sorted(Sort op) {
    DType type = call.output().dtype();
    Rows rows = new Rows(call.output().shape(), List.of(op.axis()));
    for (long r = 0; r < rows.count(); r++) {
      for (long p = 0; p < rows.length(); p++) {
        long at = rows.element(r, p);
        long from = outputs.get(1).get(LONG, at * Long.BYTES);
        String wrong = from < 0 || from >= rows.length() ? "output 1[" + at + "] is " + from
            : differs(type, 0, at, bits(type, inputs.getFirst(), rows.element(r, from)));
        if (wrong != null) {
          return wrong;
        }
      }
    }
    return null;
  }

  /** Integers converted: their low bits, or one rounding. */
  private @Nullable String converted() {
    DType from = call.input(0).dtype();
    DType to = call.output().dtype();
    for (long i = 0; i < call.output().shape().elements(); i++) {
      long v = integer(from, inputs.getFirst(), i);
      long expected = switch (to) {
        case I64 -> v;
        case I32 -> v & 0xffffffffL;
        case I8, U8 -> v & 0xff;
        case BOOL -> v != 0 ? 1 : 0;
        case F64 -> Double.doubleToRawLongBits((double) v);
        case F32 -> Float.floatToRawIntBits((float) v) & 0xffffffffL;
        case F16, BF16 -> bits(to, toOdd(v));
      };
      String wrong = differs(to, 0, i, expected);
      if (wrong != null) {
        return wrong;
      }
    }
    return null;
  }

  /**
   * A double from which rounding to 16 bits gives what it gives from {@code v}: the last bit stands for all that were
   * cut off.
   */
  private static double toOdd(long v) {
    return Math.abs((double) v) < 0x1p53 ? v : (double) ((v >> 11 | ((v & 0x7ff) != 0 ? 1 : 0)) << 11);
  }

  private @Nullable String differs(DType type, int output, long index, long expected) {
    long got = bits(type, outputs.get(output), index);
    return got == expected ? null
        : "output " + output + "[" + index + "] has the bits " + Long.toHexString(got) + ", expected "
            + Long.toHexString(expected);
  }
}
