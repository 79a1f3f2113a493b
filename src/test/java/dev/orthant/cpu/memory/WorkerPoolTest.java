package dev.orthant.cpu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
  @Test
  void runsEachTaskOnce() {
    try (WorkerPool pool = new WorkerPool(4)) {
      for (int count : new int[] {0, 1, 2, 3, 100, 5000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(count, 1));
        pool.parallel(count, (i, _) -> runs.incrementAndGet((int) i));
        for (int i = 0; i < count; i++) {
          assertThat(runs.get(i)).as("task %d of %d", i, count).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void callerDoesNotWaitForWorkersThatClaimedNothing() {
    try (WorkerPool pool = new WorkerPool(64)) {
      AtomicInteger sum = new AtomicInteger();
      for (int i = 0; i < 2000; i++) {
        pool.parallel(2, (_, _) -> sum.incrementAndGet());
      }
      assertThat(sum).hasValue(4000);
    }
  }

  @Test
  void exceptionReachesTheCallerAndThePoolLivesOn() {
    try (WorkerPool pool = new WorkerPool(3)) {
      for (int round = 0; round < 20; round++) {
        assertThatThrownBy(() -> pool.parallel(50, (i, _) -> {
          if (i == 17) {
            throw new IllegalArgumentException("task 17");
          }
        })).isInstanceOf(IllegalArgumentException.class).hasMessage("task 17");
      }
      AtomicInteger sum = new AtomicInteger();
      pool.parallel(10, (_, _) -> sum.incrementAndGet());
      assertThat(sum).hasValue(10);
    }
  }

  @Test
  void nestedAndConcurrentCallsComplete() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(3)) {
      AtomicInteger sum = new AtomicInteger();
      Thread[] callers = new Thread[4];
      for (int t = 0; t < callers.length; t++) {
        callers[t] = new Thread(() -> pool.parallel(20, (_, _) -> pool.parallel(10, (_, _) -> sum.incrementAndGet())));
        callers[t].start();
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(sum).hasValue(800);
    }
  }

  @Test
  void noTwoThreadsShareScratch() {
    try (WorkerPool pool = new WorkerPool(4)) {
      ConcurrentHashMap<Scratch, Thread> users = new ConcurrentHashMap<>();
      pool.parallel(2000, (_, scratch) -> {
        assertThat(users.putIfAbsent(scratch, Thread.currentThread())).isNull();
        long address = scratch.get(Scratch.Slot.A, 100);
        Raw.putFloat(address, 1);
        users.remove(scratch);
      });
    }
  }

  @Test
  void closedPoolRefuses() {
    WorkerPool pool = new WorkerPool(2);
    pool.close();
    assertThatThrownBy(() -> pool.parallel(3, (_, _) -> {})).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new WorkerPool(0)).hasMessage("threads: expected at least 1, got 0");
  }
}
