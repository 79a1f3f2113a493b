package dev.orthant.gpu;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.DeviceInfo;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.gpu.plan.Recent;
import dev.orthant.op.Call;
import dev.orthant.op.Op;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses between a special way and the ordinary kernels. A special way is proved on this very device before it is
 * first used for a kind of call: what it computes for the trials must be lawful ({@link Bounds}) and must agree with
 * the ordinary kernels, on normal numbers and with a NaN and an infinity among them. One that does not, or whose build
 * or launch fails, is not used for that kind any more, which is said once.
 */
final class Guard {
  private static final int PLANS = 1024;
  private static final long SEED = 4;

  /** Runs launches apart from the device's own work. */
  interface Runner {
    /** Waits for the work given so far, so that its failures are not taken for those of a trial. */
    void settle();

    /**
     * The outputs of a call that is computed by {@code plan}; they were no numbers before.
     *
     * @throws DriverException when the driver refuses something
     */
    List<MemorySegment> outputs(Call call, List<Launch> plan, List<MemorySegment> inputs, Arena arena);
  }

  private final String name;
  private final DeviceInfo info;
  private final Planner planner;
  private final List<FastPath> specials;
  private final Runner runner;
  private final Consumer<String> warn;
  private final Recent<Planner.Key, List<Launch>> plans = new Recent<>(PLANS, plan -> {
  });
  /** The verdict for each kind. */
  private final Map<String, Boolean> proved = new ConcurrentHashMap<>();
  private final List<String> notes = new CopyOnWriteArrayList<>();

  /**
   * A guard to whom nothing is proved yet.
   *
   * @param name the device's
   * @param specials the faster ways that the device has the instructions for, the preferred ones first
   * @param warn is told once of each way that is not used
   */
  Guard(String name, DeviceInfo info, Planner planner, List<FastPath> specials, Runner runner, Consumer<String> warn) {
    this.name = name;
    this.info = info;
    this.planner = planner;
    this.specials = List.copyOf(specials);
    this.runner = runner;
    this.warn = warn;
  }

  /**
   * What is to be launched.
   *
   * @throws DriverException when the device fails, other than by a special way, while one is proved
   */
  List<Launch> plan(Call call) {
    if (specials.isEmpty()) {
      return planner.plan(call);
    }
    Op op = call.op().withoutValues();
    return plans.get(new Planner.Key(op, call.inputs()), k -> choose(new Call(op, call.inputs(), call.outputs())));
  }

  /** What was said about ways that are not used. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  private List<Launch> choose(Call call) {
    if (call.outputs().stream().noneMatch(o -> o.shape().isEmpty())) {
      for (FastPath special : specials) {
        Optional<List<Launch>> plan = special.plan(planner, call);
        if (plan.isPresent() && isProved(special, call)) {
          return plan.get();
        }
      }
    }
    return planner.plan(call);
  }

  private boolean isProved(FastPath special, Call call) {
    String kind = special.name() + " " + special.kind(call);
    Boolean known = proved.get(kind);
    if (known != null) {
      return known;
    }
    runner.settle();
    String fault = prove(special, call);
    proved.put(kind, fault == null);
    if (fault != null) {
      String note = kind + " is not used, ordinary kernels are: " + fault;
      notes.add(note);
      warn.accept(name + " (" + info.description() + ", " + info.driver() + "): " + note);
    }
    return fault == null;
  }

  /** What is wrong with a special way, or null. */
  private @Nullable String prove(FastPath special, Call call) {
    for (Call trial : special.trials(call)) {
      for (boolean planted : new boolean[] {false, true}) {
        String fault = prove(special, call, trial, planted);
        if (fault != null) {
          return trial + (planted ? " with a NaN and an infinity: " : ": ") + fault;
        }
      }
    }
    return null;
  }

  private @Nullable String prove(FastPath special, Call call, Call trial, boolean planted) {
    List<Launch> plan = special.plan(planner, trial, call)
        .orElseThrow(() -> new IllegalStateException(special.name() + " does not take its own trial " + trial));
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> inputs = inputs(trial, planted, arena);
      List<MemorySegment> ordinary = runner.outputs(trial, planner.plan(trial), inputs, arena);
      List<MemorySegment> got;
      try {
        got = runner.outputs(trial, plan, inputs, arena);
      } catch (DriverException e) {
        if (e.isLost()) {
          throw e;
        }
        return String.valueOf(e.getMessage());
      }
      return difference(trial, inputs, ordinary, got);
    }
  }

  private static List<MemorySegment> inputs(Call call, boolean planted, Arena arena) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<MemorySegment> inputs = new ArrayList<>();
    for (int i = 0; i < call.inputs().size(); i++) {
      TensorSpec spec = call.input(i);
      long count = spec.shape().elements();
      MemorySegment memory = arena.allocate(spec.bytes());
      for (long e = 0; e < count; e++) {
        spec.dtype().set(memory, e, random.nextGaussian());
      }
      if (planted && i < 2 && count > 0) {
        spec.dtype().set(memory, random.nextLong(count), i == 0 ? Double.POSITIVE_INFINITY : Double.NaN);
      }
      inputs.add(memory);
    }
    return inputs;
  }

  /**
   * The first output that is not lawful, or not the ordinary kernel's within both their bounds; null when there is
   * none.
   */
  private static @Nullable String difference(Call call, List<MemorySegment> inputs, List<MemorySegment> ordinary,
      List<MemorySegment> got) {
    List<LongToDoubleFunction> values = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      TensorSpec spec = call.input(i);
      MemorySegment memory = inputs.get(i);
      values.add(at -> spec.dtype().get(memory, at));
    }
    Bounds bounds = new Bounds(call, values);
    for (int o = 0; o < got.size(); o++) {
      TensorSpec spec = call.outputs().get(o);
      for (long i = 0; i < spec.shape().elements(); i++) {
        Bounds.Expected expected = bounds.expected(o, i);
        double special = spec.dtype().get(got.get(o), i);
        double other = spec.dtype().get(ordinary.get(o), i);
        boolean same = Double.isNaN(special) ? Double.isNaN(other)
            : special == other || Math.abs(special - other) <= expected.lawful().hi() - expected.lawful().lo();
        if (!same || !(expected.fraction(special) <= 1)) {
          return "element " + i + " is " + special + ", the ordinary kernel has " + other + ", the truth is "
              + expected.truth();
        }
      }
    }
    return null;
  }
}
