package dev.orthant.cpu.memory;

/**
 * Divides work over memory into ranges that threads share; little work wakes no other thread. How it is divided depends
 * on the work alone.
 */
public record Split(WorkerPool pool) {
  /** Bytes below which other threads are not asked: moving them takes as long as waking one. */
  private static final long SERIAL = 1 << 18;
  /** Bytes of a range. */
  private static final long RANGE = 1 << 16;

  /** Part of the work: numbers from {@code first} to before {@code last}. */
  @FunctionalInterface
  public interface Range {
    public void run(long first, long last);
  }

  /**
   * Runs all numbers in {@code [0, count)}.
   *
   * @param cost of one number, in bytes moved or as many simple steps
   */
  public void run(long count, long cost, Range task) {
    if ((double) count * cost < SERIAL) {
      task.run(0, count);
      return;
    }
    long each = Math.clamp(RANGE / Math.max(1, cost), 1, count);
    pool.parallel((count + each - 1) / each, (i, _) -> task.run(i * each, Math.min(count, (i + 1) * each)));
  }
}
