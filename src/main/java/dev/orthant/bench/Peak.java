package dev.orthant.bench;

import dev.orthant.core.DType;
import dev.orthant.core.DeviceException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.expr.Activations;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * The best a device did in this run.
 *
 * @param flops per second, by square products of growing size
 * @param flopsBy which size it was
 * @param bytes per second, by copying growing tensors
 * @param bytesBy which size it was
 */
public record Peak(double flops, String flopsBy, double bytes, String bytesBy) {
  /** Larger ones would only take longer once a run takes this many seconds. */
  private static final double LONG_ENOUGH = 0.03;

  private static final long LARGEST_PRODUCT = 8192;
  private static final long PROBE = 1L << 16;
  private static final long SMALLEST_COPY = 1L << 24;
  private static final long LARGEST_COPY = 1L << 28;

  /** Measures for about {@code seconds}. */
  public static Peak measure(Device device, DType type, double seconds) {
    return new Peak(0, "nothing", 0, "nothing").multiplying(device, type, seconds * 0.7)
        .copying(device, type, seconds * 0.3);
  }

  private Peak multiplying(Device device, DType type, double seconds) {
    Peak peak = this;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    for (long n = 128; n <= LARGEST_PRODUCT && System.nanoTime() < end; n *= 2) {
      TensorSpec square = TensorSpec.of(type, n, n);
      double t = best(device, MatMul.PLAIN, List.of(square, square), seconds / 3);
      peak = peak.with(2.0 * n * n * n / t, 0, "matmul " + n + "^3");
      // The next takes eight times as long.
      if (t > LONG_ENOUGH) {
        break;
      }
    }
    return peak;
  }

  /** Of tensors larger than caches, unless the device is so slow that one copy would take seconds. */
  private Peak copying(Device device, DType type, double seconds) {
    Peak peak = this;
    double perElement = copy(device, type, PROBE, seconds / 5) / PROBE;
    long n = SMALLEST_COPY;
    while (n > PROBE && n * perElement > 10 * LONG_ENOUGH) {
      n /= 4;
    }
    for (double t = 0; t < LONG_ENOUGH / 10 && n <= LARGEST_COPY && n * type.size() <= device.info().maxAllocation();
        n *= 4) {
      t = copy(device, type, n, seconds / 2);
      peak = peak.with(0, 2.0 * n * type.size() / t, "copy of 2^" + Long.numberOfTrailingZeros(n) + " elements");
    }
    return peak;
  }

  private static double copy(Device device, DType type, long n, double seconds) {
    return best(device, Pointwise.of(Activations.IDENTITY), List.of(TensorSpec.of(type, n)), seconds);
  }

  /** The shortest time of an op on the device; infinite when it cannot run it. */
  private static double best(Device device, Op op, List<TensorSpec> inputs, double seconds) {
    List<Buffer> buffers = new ArrayList<>();
    try {
      Call call = Call.of(device.name(), op, inputs);
      for (TensorSpec s : inputs) {
        buffers.add(BenchData.fill(device, BenchData.normal(s, 1)));
      }
      List<Buffer> in = List.copyOf(buffers);
      Buffer out = device.allocate(call.output().bytes());
      buffers.add(out);
      return Stopwatch.measure(device, seconds, () -> device.execute(call, in, List.of(out))).best();
    } catch (DeviceException e) {
      // Too large for its memory, or broken: the rows will say so by name.
      return Double.POSITIVE_INFINITY;
    } finally {
      buffers.forEach(Buffer::close);
    }
  }

  /** With another measurement taken in. */
  Peak with(double flopsSeen, double bytesSeen, String by) {
    return new Peak(Math.max(flops, flopsSeen), flopsSeen > flops ? by : flopsBy, Math.max(bytes, bytesSeen),
        bytesSeen > bytes ? by : bytesBy);
  }
}
