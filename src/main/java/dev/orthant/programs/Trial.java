package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a device makes of a program:
 *
 * <ol>
 * <li>On an ideal device, which rounds nothing, the program as written (values pending, joined, closed early,
 * gradients) gives what it gives when each step is computed at once. This is about what the tensors ask of a device. No
 * tensor is left over.
 * <li>There the gradients of a program of doubles are what differences of its values say ({@link SlopeCheck}).
 * <li>On the device each launch, forward and backward, is lawful for what it read: this is about the device. Its bound
 * is that of its own op on its own operands, so nothing is amplified through the program, and there are no false
 * alarms.
 * <li>Run again without being watched, now, later, and while other threads run other programs, the device gives the
 * same bits.
 * </ol>
 */
final class Trial {
  /** Differences of doubles that were computed in two ways. */
  private static final double DOUBLES = 1e-8;

  private Trial() {}

  /** What became of a program: a fault, or what can be compared later. */
  record Outcome(@Nullable String fault, List<Execution.Value> values) {
    static Outcome wrong(String fault) {
      return new Outcome(fault, List.of());
    }
  }

  /** All of it. */
  static Outcome of(Program p, Device device) {
    String fused = fusion(p, device);
    if (fused != null) {
      return Outcome.wrong(fused);
    }
    try {
      List<Execution.Value> first = Execution.run(p, new JudgedDevice(device), false);
      String again = again(p, device, first);
      return again == null ? new Outcome(null, first) : Outcome.wrong(again);
    } catch (JudgedDevice.Wrong e) {
      return Outcome.wrong(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      return Outcome.wrong("on " + device.name() + ": " + said(e));
    }
  }

  /** What is wrong with the program on an ideal device. */
  private static @Nullable String fusion(Program p, Device like) {
    try {
      List<Execution.Value> stepwise = ideal(p, like, true);
      String difference = difference(stepwise, ideal(p, like, false));
      return difference == null ? SlopeCheck.fault(p, like) : "fused, on an ideal device: " + difference;
    } catch (Left e) {
      return e.getMessage();
    } catch (RuntimeException e) {
      return "on an ideal device: " + said(e);
    }
  }

  /** Tensors that nobody closed. */
  private static final class Left extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    Left(String message) {
      super(message);
    }
  }

  private static List<Execution.Value> ideal(Program p, Device like, boolean stepwise) {
    IdealDevice ideal = new IdealDevice(like);
    List<Execution.Value> values = Execution.run(p, ideal, stepwise);
    if (ideal.stats().liveBuffers() != 0) {
      throw new Left(ideal.stats().liveBuffers() + " buffers are left over when all tensors are closed"
          + (stepwise ? ", each step computed at once" : ""));
    }
    return values;
  }

  /** The difference to what the device gave before, bit by bit; null when there is none. */
  static @Nullable String again(Program p, Device device, List<Execution.Value> before) {
    List<Execution.Value> now;
    try {
      now = Execution.run(p, device, false);
    } catch (RuntimeException e) {
      return "run again on " + device.name() + ": " + said(e);
    }
    for (int v = 0; v < before.size(); v++) {
      Execution.Value a = before.get(v);
      Execution.Value b = now.get(v);
      for (int i = 0; i < a.count(); i++) {
        if (Double.doubleToLongBits(a.at(i)) != Double.doubleToLongBits(b.at(i))) {
          return "run again on " + device.name() + ", " + a.name() + "[" + i + "] " + a.spec() + " is " + b.at(i)
              + ", before it was " + a.at(i);
        }
      }
    }
    return null;
  }

  private static @Nullable String difference(List<Execution.Value> one, List<Execution.Value> other) {
    if (one.size() != other.size()) {
      return "there are " + one.size() + " and " + other.size() + " results";
    }
    for (int v = 0; v < one.size(); v++) {
      Execution.Value a = one.get(v);
      Execution.Value b = other.get(v);
      if (!a.spec().equals(b.spec())) {
        return a.name() + " is " + a.spec() + " or " + b.spec();
      }
      double scale = 1;
      for (int i = 0; i < a.count(); i++) {
        scale = Double.isFinite(a.at(i)) ? Math.max(scale, Math.abs(a.at(i))) : scale;
      }
      for (int i = 0; i < a.count(); i++) {
        double x = a.at(i);
        double y = b.at(i);
        DType type = a.spec().dtype();
        double allowed = 4 * type.unitRoundoff() * Math.abs(x) + type.minSubnormal() + DOUBLES * scale;
        boolean same = x == y || (Double.isNaN(x) && Double.isNaN(y)) || Math.abs(x - y) <= allowed;
        if (!same) {
          return a.name() + "[" + i + "] " + a.spec() + " is " + y + ", step by step " + x;
        }
      }
    }
    return null;
  }

  private static String said(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return e
        + (e instanceof InvalidInputException || e instanceof dev.orthant.core.DeviceException || trace.length == 0 ? ""
            : " at " + trace[0]);
  }
}
