package dev.orthant.cpu.codegen;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * Generated loops and hand-written ones in turn, so that a noisy neighbour slows both: prints the medians in
 * nanoseconds per element and the median of the ratios (to be at most 1.1), and the ratio of the least times.
 */
public final class GeneratedVersusHand {
  private static final int ROUNDS = 401;
  private static final int CALLS = 50;
  /** In the first-level cache, in the second, and out of both. */
  private static final int[] COUNTS = {1 << 11, 1 << 14, 1 << 20};

  private GeneratedVersusHand() {}

  private interface Hand {
    void run(long x, long y, int count);
  }

  public static void main(String[] args) {
    try (Arena arena = Arena.ofConfined(); VectorCompiler compiler = new VectorCompiler(true)) {
      for (int count : COUNTS) {
        MemorySegment x = arena.allocate(4L * count, 64);
        Random random = new Random(1);
        for (int i = 0; i < count; i++) {
          x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian() * 2);
        }
        compare(compiler, "relu", HandWritten::relu, x, arena);
        compare(compiler, "gelu", HandWritten::gelu, x, arena);
        compare(compiler, "mish", HandWritten::mish, x, arena);
      }
    }
  }

  private static void compare(VectorCompiler compiler, String name, Hand hand, MemorySegment x, Arena arena) {
    int count = Math.toIntExact(x.byteSize() / 4);
    int calls = Math.max(1, CALLS * 4096 / count);
    long y = arena.allocate(4L * count, 64).address();
    Kernel kernel = VectorCompilerBenchmark.kernel(compiler, name);
    boolean warm = compiler.warmUpNow(kernel);
    long[] addresses = {x.address(), y};
    long[] strides = new long[2];
    double[] none = new double[0];
    Runnable ours = () -> kernel.run(1, count, addresses, strides, none);
    Runnable theirs = () -> hand.run(x.address(), y, count);
    double[] generated = new double[ROUNDS];
    double[] byHand = new double[ROUNDS];
    double[] ratio = new double[ROUNDS];
    for (int round = -ROUNDS; round < ROUNDS; round++) { // the first half warms up
      // Who goes first changes from round to round: what the other leaves in the caches is worth something.
      boolean generatedFirst = (round & 1) == 0;
      long start = System.nanoTime();
      repeat(calls, generatedFirst ? ours : theirs);
      long middle = System.nanoTime();
      repeat(calls, generatedFirst ? theirs : ours);
      long end = System.nanoTime();
      if (round >= 0) {
        generated[round] = (double) (generatedFirst ? middle - start : end - middle) / calls / count;
        byHand[round] = (double) (generatedFirst ? end - middle : middle - start) / calls / count;
        ratio[round] = generated[round] / byHand[round];
      }
    }
    System.out.printf(
        "%-5s %7d elements  vector code %s  generated %.3f  by hand %.3f ns per element  ratio %.3f  of the least "
            + "%.3f%n",
        name, count, warm, median(generated), median(byHand), median(ratio), generated[0] / byHand[0]);
  }

  private static void repeat(int calls, Runnable work) {
    for (int i = 0; i < calls; i++) {
      work.run();
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
