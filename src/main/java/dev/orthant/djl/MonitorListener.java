package dev.orthant.djl;

import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import ai.djl.util.Pair;
import dev.orthant.monitor.Monitor;
import dev.orthant.monitor.Report;
import dev.orthant.nn.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Tells, while DJL trains, how many units of each activation are dead (never positive in the batches seen), its share
 * of zeros, mean and deviation, and the norm of each parameter and of its gradient. All is computed on the device; only
 * the numbers of a report are copied to the host.
 *
 * <pre>{@code
 * var monitor = new MonitorListener(100, report -> report.lines().forEach(System.out::println));
 * var config = new DefaultTrainingConfig(loss).addTrainingListeners(monitor);
 * }</pre>
 *
 * <p>Activations are named in the order in which the network calls them: {@code relu 1}, {@code relu 2}, … A network
 * that is trained on several devices at once is watched on all of them together. One listener watches at a time.
 */
public final class MonitorListener extends TrainingListenerAdapter {
  private final int every;
  private final Consumer<Report> reports;
  private final Monitor monitor = new Monitor();
  private final AtomicInteger calls = new AtomicInteger();
  private long batches;

  /**
   * A listener that reports now and then.
   *
   * @param every so many batches; what is reported was seen since the report before
   * @param reports takes the report; called by the thread that trains
   */
  public MonitorListener(int every, Consumer<Report> reports) {
    if (every < 1) {
      throw new IllegalArgumentException("MonitorListener: reports every 1 or more batches, not " + every);
    }
    this.every = every;
    this.reports = reports;
  }

  @Override
  public void onTrainingBegin(Trainer trainer) {
    begin();
  }

  /** Starts watching: what {@link #onTrainingBegin} does, for training loops that call no listeners. */
  public void begin() {
    OrthantEngine.instance().observe((name, y) -> {
      synchronized (monitor) {
        monitor.accept(name + " " + calls.incrementAndGet(), y);
      }
    });
  }

  /** Called after the backward pass and before the step. */
  @Override
  public void onTrainingBatch(Trainer trainer, BatchData batchData) {
    calls.set(0);
    if (++batches % every != 0) {
      return;
    }
    List<Variable> variables = new ArrayList<>();
    for (Pair<String, Parameter> p : trainer.getModel().getBlock().getParameters()) {
      if (p.getValue().requiresGradient() && p.getValue().isInitialized()) {
        variables.add(new Variable(p.getKey(), ManagerCore.own(p.getValue().getArray()).tensor(), true));
      }
    }
    synchronized (monitor) {
      monitor.watch(variables);
      reports.accept(monitor.report());
      monitor.reset();
    }
  }

  @Override
  public void onTrainingEnd(Trainer trainer) {
    end();
  }

  /** Stops watching. */
  public void end() {
    OrthantEngine.instance().observe(null);
    synchronized (monitor) {
      monitor.reset();
    }
  }
}
