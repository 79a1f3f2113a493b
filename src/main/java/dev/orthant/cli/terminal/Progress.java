package dev.orthant.cli.terminal;

import dev.orthant.core.Setting;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long command has come: a bar where a person watches, now and then a line in a log. */
public interface Progress extends AutoCloseable {
  /** One step is done, or about to begin: {@code what} says which. */
  void step(String what);

  @Override
  void close();

  /** For {@code steps} steps, told on {@code err}. */
  static Progress on(PrintWriter err, String title, int steps) {
    return someoneWatches() ? new Bar(err, title, steps) : new Lines(err, title, steps);
  }

  /** A bar where a person watches, else nothing: for commands that print lines of their own as they go. */
  static Progress barOn(PrintWriter err, String title, int steps) {
    return someoneWatches() ? new Bar(err, title, steps) : new None();
  }

  /** The launcher tells, because standard error leaves it through a pipe. */
  private static boolean someoneWatches() {
    return Setting.TERMINAL.isOn();
  }

  /** For terminals. */
  final class Bar implements Progress {
    /** The last column stays free: some terminals begin a new line behind it. */
    private static final int WIDTH = Terminal.textColumns() - 1;
    private final ProgressBar bar;
    private final PrintWriter err;

    Bar(PrintWriter err, String title, int steps) {
      this.err = Printable.raw(err);
      // The consumer keeps the library from asking the terminal for its width, for which it would start processes.
      bar = new ProgressBarBuilder().setTaskName(title).setInitialMax(steps).setStyle(ProgressBarStyle.ASCII)
          .setUpdateIntervalMillis(200).showSpeed().hideEta()
          .setConsumer(new DelegatingProgressBarConsumer(line -> draw(this.err, line), WIDTH)).build();
    }

    private static void draw(PrintWriter err, String line) {
      err.print("\r" + line);
      err.flush();
    }

    @Override
    public void step(String what) {
      bar.setExtraMessage(" " + Printable.shown(what));
      bar.step();
    }

    @Override
    public void close() {
      bar.close();
      err.print("\r" + " ".repeat(WIDTH) + "\r");
      err.flush();
    }
  }

  /** Says nothing. */
  final class None implements Progress {
    @Override
    public void step(String what) {}

    @Override
    public void close() {}
  }

  /** For logs: some ten lines in all, and one when nothing was said for long. */
  final class Lines implements Progress {
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private final PrintWriter err;
    private final String title;
    private final int steps;
    private int done;
    private long last = System.nanoTime();

    Lines(PrintWriter err, String title, int steps) {
      this.err = err;
      this.title = title;
      this.steps = steps;
    }

    @Override
    public void step(String what) {
      done++;
      if (System.nanoTime() - last > SILENCE.toNanos()) {
        last = System.nanoTime();
        err.println(title + ": " + done + " of " + steps + ", " + what);
        err.flush();
      }
    }

    @Override
    public void close() {
      err.flush();
    }
  }
}
