package dev.orthant.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The CPU device's fused matmul + bias + ReLU, launched as users do, against OpenBLAS's sgemm, in one process, call by
 * call in turn, so that a noisy machine hits both. Prints the median of the ratios of neighbouring calls, and the ratio
 * of the 5 % quantiles ("quiet"), which a busy machine distorts least. Above 1 we are faster.
 *
 * <p>Usage: {@code ./orthant peer openblas [threads] [m,n,k …]}.
 */
@SuppressWarnings("restricted") // calls the peer natively
public final class OpenBlasPeer {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;

  private final MethodHandle sgemm;
  private final Device device = Devices.named("cpu");

  private OpenBlasPeer(SymbolLookup library, int threads) throws Throwable {
    Linker linker = Linker.nativeLinker();
    sgemm = linker.downcallHandle(library.findOrThrow("cblas_sgemm"), FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT,
        JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, ADDRESS,
        JAVA_INT));
    linker.downcallHandle(library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
        .invoke(threads);
  }

  public static void main(String[] args) throws Throwable {
    String path = System.getProperty("openblas", "libopenblas.so.0");
    int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    String[] sizes = args.length > 1 ? Arrays.copyOfRange(args, 1, args.length)
        : new String[] {"256", "512", "1024", "2048", "64,1024,1024", "100,53,37", "1,4096,4096"};
    System.setProperty("orthant.cpu.threads", Integer.toString(threads)); // read when the device is first asked for
    OpenBlasPeer peer = new OpenBlasPeer(SymbolLookup.libraryLookup(path, Arena.global()), threads);
    System.out.println("     m     n     k  ours GF/s sgemm GF/s  ours/sgemm: median   quiet  ours/(sgemm, bias+relu)");
    for (String size : sizes) {
      int[] d = Arrays.stream(size.split(",")).mapToInt(Integer::parseInt).toArray();
      peer.compare(d[0], d[d.length > 1 ? 1 : 0], d[d.length > 1 ? 2 : 0]);
    }
  }

  private void compare(int m, int n, int k) throws Throwable {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment a = random(arena, (long) m * k);
      MemorySegment b = random(arena, (long) k * n);
      MemorySegment bias = random(arena, n);
      MemorySegment ours = random(arena, (long) m * n);
      MemorySegment theirs = random(arena, (long) m * n);
      Call call =
          Call.of(device.name(), MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.RELU)),
              List.of(TensorSpec.of(DType.F32, m, k), TensorSpec.of(DType.F32, k, n), TensorSpec.of(DType.F32, n)));
      List<Buffer> inputs = List.of(upload(a), upload(b), upload(bias));
      List<Buffer> output = List.of(upload(ours));
      int rounds = (int) Math.clamp(3e10 / (2.0 * m * n * k), 9, 2001);
      double[][] times = new double[3][rounds];
      for (int i = -warmups(m, n, k); i < rounds; i++) {
        long t0 = System.nanoTime();
        device.execute(call, inputs, output);
        device.finish();
        long t1 = System.nanoTime();
        sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1f, a, k, b, n, 0f, theirs, n);
        long t2 = System.nanoTime();
        BiasRelu.apply(theirs, bias, m, n);
        long t3 = System.nanoTime();
        if (i >= 0) {
          times[0][i] = t1 - t0;
          times[1][i] = t2 - t1;
          times[2][i] = t3 - t1;
        }
      }
      device.read(output.getFirst(), 0, ours);
      report(m, n, k, times, difference(ours, theirs));
      inputs.forEach(Buffer::close);
      output.forEach(Buffer::close);
    }
  }

  private Buffer upload(MemorySegment values) {
    Buffer buffer = device.allocate(values.byteSize());
    device.write(buffer, 0, values);
    return buffer;
  }

  private static int warmups(int m, int n, int k) {
    return (int) Math.clamp(4e10 / (2.0 * m * n * k), 3, 5000);
  }

  private static void report(int m, int n, int k, double[][] times, double difference) {
    double gigaflop = 2.0 * m * n * k;
    System.out.printf("%6d%6d%6d %10.1f %10.1f %19.3f %7.3f %12.3f   largest difference %.1e%n", m, n, k,
        gigaflop / quantile(times[0], 0.5), gigaflop / quantile(times[1], 0.5),
        quantile(ratios(times[1], times[0]), 0.5), quantile(times[1], 0.05) / quantile(times[0], 0.05),
        quantile(ratios(times[2], times[0]), 0.5), difference);
  }

  private static double[] ratios(double[] over, double[] under) {
    double[] r = new double[over.length];
    Arrays.setAll(r, i -> over[i] / under[i]);
    return r;
  }

  private static double quantile(double[] values, double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (sorted.length * q)];
  }

  private static MemorySegment random(Arena arena, long count) {
    MemorySegment s = arena.allocate(4 * count, 64);
    Random random = new Random(count);
    for (long i = 0; i < count; i++) {
      s.setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
    }
    return s;
  }

  private static double difference(MemorySegment x, MemorySegment y) {
    double worst = 0;
    for (long i = 0; i < x.byteSize() / 4; i++) {
      worst = Math.max(worst, Math.abs(x.getAtIndex(JAVA_FLOAT, i) - y.getAtIndex(JAVA_FLOAT, i)));
    }
    return worst;
  }
}
