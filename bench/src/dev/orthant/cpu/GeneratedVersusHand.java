package dev.orthant.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * Generated loops and hand-written ones in turn, so that a noisy neighbour slows both: prints the medians in nanoseconds per element
 * and the median of the ratios (to be at most 1.1), and the ratio of the least times.
 */
public final class GeneratedVersusHand {
  private static final int ROUNDS = 401;
  private static final int CALLS = 50;
  private static final int COUNT = VectorCompilerBenchmark.COUNT;

  private GeneratedVersusHand() {}

  private interface Hand {
    void run(long x, long y, int count);
  }

  public static void main(String[] args) {
    try (Arena arena = Arena.ofConfined(); VectorCompiler compiler = new VectorCompiler(true)) {
      MemorySegment x = arena.allocate(4L * COUNT, 64);
      Random random = new Random(1);
      for (int i = 0; i < COUNT; i++) {
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian() * 2);
      }
      compare(compiler, "relu", HandWritten::relu, x, arena);
      compare(compiler, "gelu", HandWritten::gelu, x, arena);
      compare(compiler, "mish", HandWritten::mish, x, arena);
    }
  }

  private static void compare(VectorCompiler compiler, String name, Hand hand, MemorySegment x, Arena arena) {
    long y = arena.allocate(4L * COUNT, 64).address();
    Kernel kernel = VectorCompilerBenchmark.kernel(compiler, name);
    boolean warm = compiler.warmUpNow(kernel);
    long[] addresses = {x.address(), y};
    long[] strides = new long[2];
    double[] none = new double[0];
    double[] generated = new double[ROUNDS];
    double[] byHand = new double[ROUNDS];
    double[] ratio = new double[ROUNDS];
    for (int round = -ROUNDS; round < ROUNDS; round++) { // the first half warms up
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        kernel.run(1, COUNT, addresses, strides, none);
      }
      long middle = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        hand.run(x.address(), y, COUNT);
      }
      long end = System.nanoTime();
      if (round >= 0) {
        generated[round] = (double) (middle - start) / CALLS / COUNT;
        byHand[round] = (double) (end - middle) / CALLS / COUNT;
        ratio[round] = generated[round] / byHand[round];
      }
    }
    System.out.printf(
        "%-5s vector code %s  generated %.3f  by hand %.3f ns per element  ratio %.3f  of the least %.3f%n",
        name, warm, median(generated), median(byHand), median(ratio), generated[0] / byHand[0]);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
