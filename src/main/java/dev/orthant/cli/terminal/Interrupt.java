package dev.orthant.cli.terminal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end in order when the process is asked to end (Ctrl-C, SIGTERM): while one is open the process waits for
 * it, a minute at most, and whoever works looks at {@link #asked} now and then.
 */
public final class Interrupt implements AutoCloseable {
  private static final int MAX_SECONDS = 60;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::ask, "orthant-interrupt");
  private volatile boolean asked;

  private Interrupt() {}

  public static Interrupt listen() {
    var interrupt = new Interrupt();
    Runtime.getRuntime().addShutdownHook(interrupt.hook);
    return interrupt;
  }

  /** Waiting: the process ends when its last hook does. */
  private void ask() {
    asked = true;
    try {
      if (!done.await(MAX_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("orthant: the work does not end; giving up on it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public boolean asked() {
    return asked;
  }

  @Override
  public void close() {
    done.countDown();
    if (!asked) {
      forget();
    }
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process began to end a moment ago: the hook finds its work done.
    }
  }
}
