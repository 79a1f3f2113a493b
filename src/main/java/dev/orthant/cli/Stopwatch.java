package dev.orthant.cli;

import dev.orthant.device.Device;
import java.util.Arrays;

/** Times work on a device, waiting for its end included. */
final class Stopwatch {
  /** A sample this long hides the clock's steps and one wait; shorter work is repeated within it. */
  private static final double SAMPLE = 2e-3;

  private static final int MOST_INNER = 1000;
  private static final int FEWEST = 5;
  private static final int MOST = 200;
  /** Warm when this many samples in a row brought no better one. */
  private static final int STEADY = 5;

  private final Device device;
  private final Runnable work;

  private Stopwatch(Device device, Runnable work) {
    this.device = device;
    this.work = work;
  }

  /**
   * Warms up until the times no longer fall, for half of {@code budget} seconds at most; then takes five samples, or as many as fit
   * into the rest. Work so long that five do not fit into twice the budget is measured as often as does, at least once.
   */
  static Samples measure(Device device, Runnable work, double budget) {
    Stopwatch s = new Stopwatch(device, work);
    double start = now();
    int inner = s.warmUp(start, budget);
    long launches = device.stats().launches();
    double[] seconds = new double[MOST];
    int n = 0;
    do {
      seconds[n++] = s.sample(inner);
    } while (n < MOST && now() - start < (n < FEWEST ? 2 * budget : budget));
    double perRun = (device.stats().launches() - launches) / ((double) n * inner);
    return new Samples(Arrays.copyOf(seconds, n), inner, perRun);
  }

  /** Gives the number of runs in a sample. */
  private int warmUp(double start, double budget) {
    double best = sample(1);
    int inner = inner(best);
    int sinceBest = 0;
    while (sinceBest < STEADY && now() - start < budget / 2) {
      double t = sample(inner);
      sinceBest = t < 0.98 * best ? 0 : sinceBest + 1;
      best = Math.min(best, t);
      inner = inner(best);
    }
    return inner;
  }

  private static int inner(double seconds) {
    return (int) Math.clamp(Math.ceil(SAMPLE / Math.max(seconds, 1e-9)), 1, MOST_INNER);
  }

  private double sample(int inner) {
    double start = now();
    for (int i = 0; i < inner; i++) {
      work.run();
    }
    device.finish();
    return (now() - start) / inner;
  }

  private static double now() {
    return System.nanoTime() * 1e-9;
  }
}
