package dev.orthant.bench;

import dev.orthant.bench.BenchRow.Status;
import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.op.Call;
import dev.orthant.op.Random;
import dev.orthant.parity.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs rows: computes, compares with float64, and only then takes times. */
public final class BenchRunner {
  /** Enough to be slower than any cache, and to allocate soon. */
  private static final int MAX_SETS = 256;
  /** On its queue a GPU must not run dry between the first launch of a sample and the wait that ends it. */
  private static final double LONG_SAMPLE = 0.01;

  private final long seed;
  private final long rotate;

  /**
   * A runner.
   *
   * @param rotate how many bytes are worked on before the first of them are again; 0 for the same buffers each time
   */
  public BenchRunner(long seed, long rotate) {
    this.seed = seed;
    this.rotate = rotate;
  }

  /** One row on one device, in about {@code seconds}. Throws for nothing that a device does. */
  public BenchRow run(Device device, BenchCase test, double seconds) {
    Call call = test.fused(device.name());
    String missing = missing(device, call);
    if (!missing.isEmpty()) {
      return BenchRow.without(device.name(), test, call, Status.SKIPPED, missing);
    }
    try (Work work = new Work(device, test, call)) {
      Precision p = work.check();
      if (!p.withinBound()) {
        return new BenchRow(device.name(), test, call, Status.FAILED, "wrong: " + p.worst(), p, 0, null, null);
      }
      List<Runnable> forms = test.tail().isEmpty() ? List.of(work::fused) : List.of(work::fused, work::unfused);
      List<Samples> times = rotate > 0
          ? Stopwatch.compare(device, seconds, LONG_SAMPLE, forms)
          : Stopwatch.compare(device, seconds, forms);
      return new BenchRow(device.name(), test, call, Status.OK, "", p, work.sets(), times.getFirst(),
          times.size() == 2 ? times.getLast() : null);
    } catch (OutOfDeviceMemoryException | InvalidInputException e) {
      return BenchRow.without(device.name(), test, call, Status.SKIPPED, String.valueOf(e.getMessage()));
    } catch (DeviceException e) {
      return BenchRow.without(device.name(), test, call, Status.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static String missing(Device device, Call call) {
    for (TensorSpec s : Stream.concat(call.inputs().stream(), call.outputs().stream()).toList()) {
      if (!device.info().dtypes().contains(s.dtype())) {
        return device.name() + " has no " + s.dtype();
      }
      if (s.bytes() > device.info().maxAllocation()) {
        return s + " is larger than the largest buffer of " + device.name();
      }
    }
    return "";
  }

  /** The buffers of a row, several sets of them where caches are to be of no help, and its two forms. */
  private final class Work implements AutoCloseable {
    private final Device device;
    private final BenchCase test;
    private final Call call;
    private final Call first;
    private final List<Call> rest;
    private final List<Random> data = new ArrayList<>();
    private final List<Buffers> sets = new ArrayList<>();
    private int turn;

    /** What one run works on. */
    private record Buffers(List<Buffer> inputs, List<Buffer> outputs) {
      void close() {
        inputs.forEach(Buffer::close);
        outputs.forEach(Buffer::close);
      }
    }

    Work(Device device, BenchCase test, Call call) {
      this.device = device;
      this.test = test;
      this.call = call;
      this.first = test.unfusedFirst(device.name());
      this.rest = test.unfusedRest(device.name());
      for (TensorSpec s : call.inputs()) {
        data.add(BenchData.normal(s, seed + data.size()));
      }
      long bytes = Stream.concat(call.inputs().stream(), call.outputs().stream()).mapToLong(TensorSpec::bytes).sum();
      try {
        for (long n = Math.clamp((rotate + bytes - 1) / bytes, 1, MAX_SETS); n > 0; n--) {
          sets.add(new Buffers(new ArrayList<>(), new ArrayList<>()));
          fill(sets.getLast());
        }
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    private void fill(Buffers set) {
      data.forEach(r -> set.inputs.add(BenchData.fill(device, r)));
      for (int i = 0; i < (rest.isEmpty() ? 1 : 2); i++) {
        set.outputs.add(device.allocate(call.output().bytes()));
      }
    }

    int sets() {
      return sets.size();
    }

    private Buffers next() {
      turn = (turn + 1) % sets.size();
      return sets.get(turn);
    }

    void fused() {
      fused(next());
    }

    private void fused(Buffers on) {
      device.execute(call, on.inputs, on.outputs.subList(0, 1));
    }

    /** Op by op, each reading what the one before wrote. */
    void unfused() {
      Buffers on = next();
      device.execute(first, on.inputs.subList(0, first.inputs().size()), on.outputs.subList(0, 1));
      for (int i = 0; i < rest.size(); i++) {
        int operand = test.tail().get(i).operand();
        Buffer from = on.outputs.get(i % 2);
        device.execute(rest.get(i), operand < 0 ? List.of(from) : List.of(from, on.inputs.get(operand)),
            List.of(on.outputs.get((i + 1) % 2)));
      }
    }

    Precision check() {
      Buffers on = sets.getFirst();
      BenchData.poison(device, on.outputs.getFirst());
      fused(on);
      return BenchData.check(call, data, on.outputs.getFirst(), seed);
    }

    @Override
    public void close() {
      sets.forEach(Buffers::close);
    }
  }
}
