package dev.orthant.bench;

import dev.orthant.device.Device;
import java.util.Arrays;
import java.util.List;

/** Times work on a device, waiting for its end included. */
public final class Stopwatch {
  /** A sample this long hides the clock's steps and one wait; shorter work is repeated within it. */
  private static final double SAMPLE = 2e-3;

  private static final int MAX_INNER = 1000;
  private static final int FEWEST = 5;
  private static final int MOST = 200;
  /** Warm when this many samples in a row brought no better one. */
  private static final int STEADY = 5;
  /** … and this much time has passed: a just-in-time compiler works in steps, and between them times look steady. */
  private static final double WARM_UP = 0.3;

  private final Device device;
  private final double length;
  private final Runnable work;
  private final double[] seconds = new double[MOST];
  private int taken;
  private int inner = 1;
  private long launches;

  private Stopwatch(Device device, double length, Runnable work) {
    this.device = device;
    this.length = length;
    this.work = work;
  }

  /** As {@link #compare} for a single work. */
  static Samples measure(Device device, double budget, Runnable work) {
    return compare(device, budget, List.of(work)).getFirst();
  }

  /**
   * Warms up until the times no longer fall, for half of {@code budget} seconds at most; then takes five samples of
   * each work, or as many as fit into the rest. Works are sampled in turn, so that what else the machine does meets
   * all of them alike. When five do not fit into twice the budget there are as many as do, at least one.
   */
  public static List<Samples> compare(Device device, double budget, List<Runnable> works) {
    return compare(device, budget, SAMPLE, works);
  }

  /** The same with samples of at least {@code length} seconds. */
  public static List<Samples> compare(Device device, double budget, double length, List<Runnable> works) {
    double start = now();
    List<Stopwatch> watches = works.stream().map(w -> new Stopwatch(device, length, w)).toList();
    watches.forEach(w -> w.warmUp(budget / 2 / works.size()));
    int n = 0;
    do {
      watches.forEach(Stopwatch::sample);
      n++;
    } while (n < MOST && now() - start < (n < FEWEST ? 2 * budget : budget));
    return watches.stream().map(Stopwatch::samples).toList();
  }

  /** Finds out how many runs make a sample as well. */
  private void warmUp(double budget) {
    double start = now();
    double best = time();
    int sinceBest = 0;
    while ((sinceBest < STEADY || now() - start < WARM_UP) && now() - start < budget) {
      inner = (int) Math.clamp(Math.ceil(length / Math.max(best, 1e-9)), 1, MAX_INNER);
      double t = time();
      sinceBest = t < 0.98 * best ? 0 : sinceBest + 1;
      best = Math.min(best, t);
    }
  }

  private void sample() {
    long before = device.stats().launches();
    seconds[taken++] = time();
    launches += device.stats().launches() - before;
  }

  /** Seconds of one run, the wait for its end included. */
  private double time() {
    double start = now();
    for (int i = 0; i < inner; i++) {
      work.run();
    }
    device.finish();
    return (now() - start) / inner;
  }

  private Samples samples() {
    return new Samples(Arrays.copyOf(seconds, taken), inner, launches / ((double) taken * inner));
  }

  private static double now() {
    return System.nanoTime() * 1e-9;
  }
}
