package dev.orthant.train;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.io.Checkpoint;
import dev.orthant.io.HostTensor;
import dev.orthant.nn.Sequential;
import dev.orthant.optim.Optimizer;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A saved run: what is in its file, and how that gets into a network again. */
public final class Snapshot {
  /** Nothing saved yet. */
  static final Snapshot START = new Snapshot("", null, new History());

  private static final String OPTIMIZER = "optimizer/";
  private static final String STEPS = "history/steps";
  private static final String EPOCHS = "history/epochs";
  /** An object of a step or an epoch, and its place in a list. */
  private static final long BYTES_OF_A_ROW = 72;

  private final String file;
  private final @Nullable Checkpoint checkpoint;
  private final History history;

  private Snapshot(String file, @Nullable Checkpoint checkpoint, History history) {
    this.file = file;
    this.checkpoint = checkpoint;
    this.history = history;
  }

  /**
   * Reads all of a file, whose tensors live as long as the arena.
   *
   * @throws InvalidInputException when it is damaged, holds numbers that are not finite, or is no training run
   */
  public static Snapshot read(Path file, Arena arena) {
    Checkpoint c = Checkpoint.read(file, arena).requireFinite();
    return new Snapshot(file.toString(), c, history(file, c));
  }

  private static History history(Path file, Checkpoint c) {
    HostTensor steps = matrix(file, c, STEPS, 2);
    HostTensor epochs = matrix(file, c, EPOCHS, EpochResult.NUMBERS);
    History history = new History();
    requireRoom(file, STEPS, steps);
    requireRoom(file, EPOCHS, epochs);
    for (long i = 0; i < steps.shape().dim(0); i++) {
      history.add(new History.Step(steps.get(2 * i), (int) steps.get(2 * i + 1)));
    }
    for (long i = 0; i < epochs.shape().dim(0); i++) {
      double[] numbers = new double[EpochResult.NUMBERS];
      for (int j = 0; j < numbers.length; j++) {
        numbers[j] = epochs.get(i * numbers.length + j);
      }
      if (numbers[0] != i + 1) {
        throw new InvalidInputException(
            file + ": entry '" + EPOCHS + "' has epoch " + numbers[0] + " as its number " + (i + 1));
      }
      history.add(EpochResult.of(numbers));
    }
    return history;
  }

  /** Before a list is made of it: a file may claim any number of rows that it has bytes for. */
  private static void requireRoom(Path file, String name, HostTensor t) {
    long most = Math.min(Integer.MAX_VALUE / 2, Runtime.getRuntime().maxMemory() / (4 * BYTES_OF_A_ROW));
    if (t.shape().dim(0) > most) {
      throw new InvalidInputException(file + ": entry '" + name + "' has " + t.shape().dim(0)
          + " rows; this process has memory for " + most + " (more with -Xmx, ORTHANT_JAVA_OPTS=-Xmx… for ./orthant)");
    }
  }

  private static HostTensor matrix(Path file, Checkpoint c, String name, int columns) {
    HostTensor t = c.tensor(name);
    if (t.dtype() != DType.F64 || t.shape().rank() != 2 || t.shape().dim(1) != columns) {
      throw new InvalidInputException(
          file + ": entry '" + name + "' is " + t.spec() + ", expected (n, " + columns + ") f64");
    }
    return t;
  }

  /**
   * The settings that the run had.
   *
   * @throws InvalidInputException when they cannot be, or do not go with the history
   */
  public Settings settings() {
    Checkpoint c = whole();
    Settings s = new Settings(chosen(Data.class, "data"), chosen(Net.class, "net"),
        Activations.named(c.text("activation")), count("examples"), count("batch"), chosen(Method.class, "optimizer"),
        c.real("lr"), c.real("decay"), c.real("clip"), c.whole("seed"));
    if (randomOffset() < 0) {
      throw new InvalidInputException(file + ": entry 'random.offset' is " + randomOffset() + ", expected at least 0");
    }
    long steps = history.steps().size();
    if (steps != c.whole("step") || steps / s.stepsPerEpoch() != history.epochs().size()) {
      throw new InvalidInputException(file + ": tells of " + c.whole("step") + " steps and holds " + steps + " and "
          + history.epochs().size() + " epochs of " + s.stepsPerEpoch());
    }
    return s;
  }

  private Checkpoint whole() {
    if (checkpoint == null) {
      throw new IllegalStateException("nothing was saved");
    }
    return checkpoint;
  }

  private <E extends Enum<E>> E chosen(Class<E> type, String name) {
    String text = whole().text(name);
    for (E value : type.getEnumConstants()) {
      if (Settings.name(value).equals(text.toLowerCase(Locale.ROOT))) {
        return value;
      }
    }
    throw new InvalidInputException(file + ": entry '" + name + "' is '" + text + "', which is not known here");
  }

  private int count(String name) {
    return Math.clamp(whole().whole(name), 0, Integer.MAX_VALUE);
  }

  /** Epochs gone through to their end. */
  public int epochs() {
    return history.epochs().size();
  }

  boolean isStart() {
    return checkpoint == null;
  }

  History history() {
    return history;
  }

  long randomOffset() {
    return whole().whole("random.offset");
  }

  /** Fills network and optimizer; checks everything before it changes anything. */
  void restore(Sequential network, Optimizer optimizer) {
    if (checkpoint == null) {
      return;
    }
    checkpoint.requireNetwork(network);
    List<Tensor> learned = network.parameters();
    try (Scope _ = Scope.open()) {
      Map<String, Tensor> state = new LinkedHashMap<>();
      checkpoint.tensors(OPTIMIZER).forEach((name, t) -> state.put(name.substring(OPTIMIZER.length()),
          Tensor.of(network.variables().getFirst().tensor().device(), t.spec(), t.memory())));
      optimizer.restore(learned, checkpoint.whole("step"), state);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(file + ": belongs to another run: " + e.getMessage(), e);
    }
    checkpoint.restore(network);
  }

  /** All of a run, in memory of the arena. */
  static Checkpoint of(Settings s, Sequential network, Optimizer optimizer, long randomOffset, History history,
      Arena arena) {
    Checkpoint.Builder b = Checkpoint.builder();
    b.text("data", Settings.name(s.data())).text("net", Settings.name(s.net()))
        .text("activation", s.activation().name()).text("optimizer", Settings.name(s.method()))
        .whole("examples", s.examples()).whole("batch", s.batch()).whole("seed", s.seed())
        .real("lr", s.rate()).real("decay", s.decay()).real("clip", s.clip())
        .whole("step", history.steps().size()).whole("random.offset", randomOffset);
    b.network(network, arena);
    optimizer.state().forEach((name, t) -> b.tensor(OPTIMIZER + name, HostTensor.of(t, arena)));
    b.tensor(STEPS, matrix(arena, 2,
        history.steps().stream().map(p -> new double[] {p.loss(), p.right()}).toList()));
    b.tensor(EPOCHS, matrix(arena, EpochResult.NUMBERS,
        history.epochs().stream().map(EpochResult::toArray).toList()));
    return b.build();
  }

  private static HostTensor matrix(Arena arena, int columns, List<double[]> rows) {
    HostTensor t = HostTensor.allocate(new TensorSpec(DType.F64, Shape.of(rows.size(), columns)), arena);
    for (int i = 0; i < rows.size(); i++) {
      for (int j = 0; j < columns; j++) {
        t.set((long) i * columns + j, rows.get(i)[j]);
      }
    }
    return t;
  }
}
