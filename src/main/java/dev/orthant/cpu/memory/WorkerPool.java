package dev.orthant.cpu.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of daemon threads that help the calling thread through numbered tasks.
 *
 * <p>Tasks are claimed one by one from a counter, by the caller too. The caller waits only for tasks that a worker has
 * claimed: a worker that the system has not scheduled yet holds nothing up, it finds nothing left to do. (A barrier
 * over all workers fell to a quarter of the speed when a neighbour held a core.) Idle workers spin briefly, so that
 * the phases of one matrix product follow without a wake-up, then park.
 *
 * <p>May be used by several threads at once; a task may itself call {@link #parallel}.
 */
public final class WorkerPool implements AutoCloseable {
  private static final int SPINS_BEFORE_PARK = 10_000;
  private static final int SPINS_BEFORE_YIELD = 1_000;

  /** One task; {@code scratch} belongs to the executing thread for the length of the call. */
  @FunctionalInterface
  public interface Task {
    void run(long index, Scratch scratch);
  }

  private final ConcurrentLinkedQueue<Job> jobs = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedDeque<Scratch> free = new ConcurrentLinkedDeque<>();
  private final List<Worker> workers = new ArrayList<>();
  private volatile boolean closed;

  /** A pool in which {@code threads} threads compute, the caller counted: it starts {@code threads - 1}. */
  public WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, got " + threads);
    }
    for (int i = 1; i < threads; i++) {
      Worker worker = new Worker("orthant-cpu-" + i);
      workers.add(worker);
      worker.start();
    }
  }

  /** One thread for each available processor. */
  static WorkerPool ofAvailableProcessors() {
    return new WorkerPool(Runtime.getRuntime().availableProcessors());
  }

  /** How many threads compute, the caller counted. */
  public int threads() {
    return workers.size() + 1;
  }

  /**
   * Runs {@code task} for each index in {@code [0, count)}, on this thread and on idle workers, and returns when all
   * are done. What they wrote is visible afterwards. Should tasks throw, no more are started and the first exception
   * is thrown here.
   */
  public void parallel(long count, Task task) {
    Scratch scratch = borrow();
    try {
      if (count <= 1 || workers.isEmpty()) {
        for (long i = 0; i < count; i++) {
          task.run(i, scratch);
        }
      } else {
        share(new Job(count, task), scratch);
      }
    } finally {
      giveBack(scratch);
    }
  }

  private void share(Job job, Scratch scratch) {
    jobs.add(job);
    long wanted = job.count - 1;
    for (Worker worker : workers) {
      if (wanted-- > 0 && worker.parked) {
        LockSupport.unpark(worker);
      }
    }
    job.work(scratch);
    jobs.remove(job);
    job.awaitClaimed();
    job.rethrow();
  }

  /** Work memory for the calling thread, to be given back. */
  public Scratch borrow() {
    if (closed) {
      throw new IllegalStateException("the worker pool is closed");
    }
    Scratch scratch = free.pollFirst();
    return scratch != null ? scratch : new Scratch();
  }

  public void giveBack(Scratch scratch) {
    scratch.holds(null);
    free.addFirst(scratch);
  }

  /** Ends the workers and frees all work memory. The caller ensures that no {@link #parallel} is under way. */
  @Override
  public void close() {
    closed = true;
    workers.forEach(LockSupport::unpark);
    boolean interrupted = false;
    for (Worker worker : workers) {
      interrupted |= worker.joinUninterruptibly();
    }
    for (Scratch scratch = free.pollFirst(); scratch != null; scratch = free.pollFirst()) {
      scratch.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tasks 0 … count−1: claimed once each, counted when finished. */
  private static final class Job {
    final long count;
    private final Task task;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private volatile @Nullable Throwable failure;

    Job(long count, Task task) {
      this.count = count;
      this.task = task;
    }

    boolean hasUnclaimed() {
      return next.get() < count;
    }

    /** Claims and runs tasks until none is left; remembers the first failure and then skips what remains. */
    void work(Scratch scratch) {
      for (long i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        try {
          if (failure == null) {
            task.run(i, scratch);
          }
        } catch (Throwable e) {
          failure = e;
        } finally {
          done.incrementAndGet();
        }
      }
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint is what is wanted: the worker may need this very core
    void awaitClaimed() {
      for (int spins = 0; done.get() < count; spins++) {
        if (spins < SPINS_BEFORE_YIELD) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    }

    void rethrow() {
      Throwable e = failure;
      if (e instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (e instanceof Error error) {
        throw error;
      }
      if (e != null) {
        throw new IllegalStateException(e); // cannot happen: a task declares no checked exception
      }
    }
  }

  private final class Worker extends Thread {
    volatile boolean parked;

    Worker(String name) {
      super(name);
      setDaemon(true);
    }

    @Override
    public void run() {
      int idle = 0;
      while (!closed) {
        Job job = jobs.peek();
        if (job != null && job.hasUnclaimed()) {
          idle = 0;
          help(job);
        } else if (++idle < SPINS_BEFORE_PARK) {
          Thread.onSpinWait();
        } else {
          sleep();
        }
      }
    }

    private void help(Job job) {
      Scratch scratch = free.pollFirst();
      if (scratch == null) {
        scratch = new Scratch();
      }
      try {
        job.work(scratch);
      } finally {
        jobs.remove(job);
        giveBack(scratch);
      }
    }

    /** Parks, unless a job came in between: the caller looks at {@code parked} after it has published the job. */
    private void sleep() {
      parked = true;
      if (jobs.isEmpty() && !closed) {
        LockSupport.park(WorkerPool.this);
      }
      parked = false;
    }

    boolean joinUninterruptibly() {
      boolean interrupted = false;
      while (isAlive()) {
        try {
          join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return interrupted;
    }
  }
}
