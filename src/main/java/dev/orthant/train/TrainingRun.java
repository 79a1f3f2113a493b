package dev.orthant.train;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.data.Examples;
import dev.orthant.device.Device;
import dev.orthant.io.Checkpoint;
import dev.orthant.monitor.Dead;
import dev.orthant.monitor.Monitor;
import dev.orthant.monitor.ParameterReport;
import dev.orthant.monitor.Report;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Layout;
import dev.orthant.optim.Clipping;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A network on its way. The same settings on the same device give the same bits, also when the run is ended in between,
 * saved by {@link #save} and made again from there.
 */
public final class TrainingRun implements AutoCloseable {
  /** Inference keeps nothing for a backward pass; a batch can be larger. */
  private static final int HELD_OUT_BATCH = 250;
  /** An output within this is as good as none, where negative ones count too. */
  private static final double FAINT = 1e-3;

  private final Settings settings;
  private final Device device;
  private final Examples train;
  private final Examples heldOut;
  private final Parameters parameters;
  private final Sequential network;
  private final Optimizer optimizer;
  private final History history = new History();
  private Report report = new Report(List.of(), List.of());

  private TrainingRun(Settings settings, Device device, Snapshot snapshot) {
    this.settings = settings;
    this.device = device;
    train = settings.data().train(settings.seed(), settings.examples());
    heldOut = settings.data().heldOut(settings.seed(), settings.examples());
    optimizer = settings.rule().optimizer();
    history.replaceBy(snapshot.history());
    // Weights are drawn also when they are replaced at once: that tells which there must be.
    var drawing = new Parameters(device, DType.F32, new RandomStream(settings.seed()));
    network = Networks.build(settings, train.example(), train.classes(), drawing);
    try {
      parameters = snapshot.isStart() ? drawing
          : new Parameters(device, DType.F32, new RandomStream(settings.seed(), snapshot.randomOffset()));
      snapshot.restore(network, optimizer);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** A new run. The caller closes it. */
  public static TrainingRun start(Settings settings, Device device) {
    return new TrainingRun(settings, device, Snapshot.START);
  }

  /**
   * A run that goes on where another was saved.
   *
   * @throws InvalidInputException when the snapshot's tensors are not this network's
   */
  public static TrainingRun resume(Settings settings, Device device, Snapshot snapshot) {
    return new TrainingRun(settings, device, snapshot);
  }

  /**
   * One pass over all examples from where the run is, then the held-out ones; empty when {@code stop} said so before
   * the last step.
   */
  public Optional<EpochResult> epoch(BooleanSupplier stop, Consumer<History.Step> told) {
    int number = epochs() + 1;
    int done = history.steps().size() - epochs() * settings.stepsPerEpoch();
    Iterator<Examples> batches = train.batches(settings.batch(), order(number)).skip(done).iterator();
    int steps = 0;
    long start = System.nanoTime();
    try (var monitor = new Monitor(Layout.NCHW, _ -> dead())) {
      while (batches.hasNext()) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        Examples batch = batches.next();
        History.Step step = step(batch, batches.hasNext() ? null : monitor);
        history.add(step);
        steps++;
        told.accept(step);
      }
      device.finish();
      double seconds = (System.nanoTime() - start) * 1e-9 / Math.max(1, steps);
      double right = heldOut(monitor);
      report = monitor.report();
      EpochResult result = result(number, right, norm(report), seconds);
      history.add(result);
      return Optional.of(result);
    }
  }

  /** Another order for every epoch and seed. */
  private long order(int epoch) {
    return settings.seed() + 0x9E3779B97F4A7C15L * epoch;
  }

  private History.Step step(Examples batch, @Nullable Monitor monitor) {
    History.Step result;
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor logits = network.forward(features(batch), Pass.training(parameters.random()));
      Tensor loss = logits.crossEntropy(labels(batch));
      result = new History.Step(loss.toFloatArray()[0], right(logits.toFloatArray(), batch));
      if (!Double.isFinite(result.loss())) {
        throw diverged("the loss is " + result.loss(), 1);
      }
      tape.backward(loss);
    }
    if (monitor != null) {
      monitor.watch(network.variables());
    }
    List<Tensor> learned = network.parameters();
    if (settings.clip() < Double.POSITIVE_INFINITY) {
      Clipping.byGlobalNorm(learned, settings.clip()).close();
    }
    optimizer.step(learned);
    return result;
  }

  /**
   * What to say when training has left the finite numbers.
   *
   * @param more steps beyond those done: 1 in the middle of a step
   */
  private DivergedException diverged(String what, int more) {
    int step = history.steps().size() + more;
    String clip = settings.clip() < Double.POSITIVE_INFINITY
        ? ", or --clip, now " + settings.clip()
        : ", or cut large gradients: --clip 1";
    return new DivergedException(what + " in step " + step + " (epoch " + ((step - 1) / settings.stepsPerEpoch() + 1)
        + "): lower --lr, now " + settings.rate() + clip);
  }

  private Tensor features(Examples batch) {
    return Tensor.of(device, batch.shape(), batch.features());
  }

  private Tensor labels(Examples batch) {
    return Tensor.of(device, new TensorSpec(DType.I32, Shape.of(batch.count())), MemorySegment.ofArray(batch.labels()));
  }

  /** How many have their largest logit where the label is. */
  private static int right(float[] values, Examples batch) {
    int classes = batch.classes();
    int right = 0;
    for (int i = 0; i < batch.count(); i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = values[i * classes + c] > values[i * classes + best] ? c : best;
      }
      right += best == batch.labels()[i] ? 1 : 0;
    }
    return right;
  }

  private double heldOut(Monitor monitor) {
    int right = 0;
    Pass pass = Pass.inference().observedBy(monitor);
    for (Examples batch : (Iterable<Examples>) heldOut.batches(HELD_OUT_BATCH)::iterator) {
      try (Scope _ = Scope.open()) {
        float[] logits = network.forward(features(batch), pass).toFloatArray();
        for (float v : logits) {
          if (!Float.isFinite(v)) {
            throw diverged("the weights give " + v + " for an example held out", 0);
          }
        }
        right += right(logits, batch);
      }
    }
    return (double) right / heldOut.count();
  }

  /** ReLU and its like are dead when never positive, the others when never far from 0. */
  private Dead dead() {
    double[] in = new double[settings.activation().parameters().size() + 1];
    for (int i = 1; i < in.length; i++) {
      in[i] = settings.activation().parameters().get(i - 1).initial();
    }
    in[0] = -1;
    return settings.activation().value().evaluate(in, new double[0]) == 0 ? Dead.NEVER_POSITIVE : Dead.within(FAINT);
  }

  private double norm(Report seen) {
    double squares = 0;
    for (ParameterReport p : seen.parameters()) {
      double n = p.gradientNorm().orElse(0);
      squares += n * n;
    }
    if (!Double.isFinite(squares)) {
      throw diverged("the norm of the gradients is " + Math.sqrt(squares), 0);
    }
    return Math.sqrt(squares);
  }

  private EpochResult result(int number, double right, double norm, double seconds) {
    int steps = settings.stepsPerEpoch();
    List<History.Step> mine = history.steps().subList((number - 1) * steps, number * steps);
    return new EpochResult(number, mine.stream().mapToDouble(History.Step::loss).sum() / steps,
        mine.stream().mapToDouble(History.Step::right).sum() / train.count(), right, norm, seconds);
  }

  public Settings settings() {
    return settings;
  }

  /** Epochs gone through to their end. */
  public int epochs() {
    return history.epochs().size();
  }

  public History history() {
    return history;
  }

  /** What the monitor saw in the last epoch: layers over the held-out examples, gradients in the last step. */
  public Report report() {
    return report;
  }

  /** How many examples there are to train on. */
  public int trained() {
    return train.count();
  }

  /** How many examples are held out. */
  public int heldOut() {
    return heldOut.count();
  }

  /** The network's layers. */
  public List<LayerSummary> layers() {
    try (Scope _ = Scope.open()) {
      return Networks.summary(network, features(train.select(0)));
    }
  }

  /**
   * Writes all that a run needs to go on, in the place of what the file held.
   *
   * @throws DivergedException when weights are not finite; the file is then as it was
   * @throws InvalidInputException when it cannot be written
   */
  public void save(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      Checkpoint whole =
          Snapshot.of(settings, network, optimizer, parameters.random().offset(), history, arena);
      try {
        whole.requireFinite();
      } catch (InvalidInputException e) {
        throw diverged("weights are no longer finite (" + e.getMessage() + ")", 0);
      }
      whole.write(file);
    }
  }

  @Override
  public void close() {
    optimizer.close();
    network.close();
  }
}
