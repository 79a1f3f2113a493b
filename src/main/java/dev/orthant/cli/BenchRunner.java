package dev.orthant.cli;

import dev.orthant.cli.BenchRow.Status;
import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.io.HostTensor;
import dev.orthant.op.Call;
import dev.orthant.parity.Precision;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs rows: computes, compares with float64, and only then takes times. */
final class BenchRunner {
  private final long seed;

  BenchRunner(long seed) {
    this.seed = seed;
  }

  /** One row on one device, in about {@code seconds}. Throws for nothing that a device does. */
  BenchRow run(Device device, BenchCase test, double seconds) {
    Call call = test.fused(device.name());
    String missing = missing(device, call);
    if (!missing.isEmpty()) {
      return BenchRow.without(device.name(), test, call, Status.SKIPPED, missing);
    }
    try (Arena arena = Arena.ofConfined(); Work work = new Work(device, test, call, arena)) {
      Precision p = work.check(arena);
      if (!p.withinBound()) {
        return new BenchRow(device.name(), test, call, Status.FAILED, "wrong: " + p.worst(), p, null, null);
      }
      List<Runnable> forms = test.tail().isEmpty() ? List.of(work::fused) : List.of(work::fused, work::unfused);
      List<Samples> times = Stopwatch.compare(device, seconds, forms);
      return new BenchRow(device.name(), test, call, Status.OK, "", p, times.getFirst(),
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

  /** The buffers of a row, and its two forms. */
  private final class Work implements AutoCloseable {
    private final Device device;
    private final BenchCase test;
    private final Call call;
    private final Call first;
    private final List<Call> rest;
    private final List<HostTensor> data = new ArrayList<>();
    private final List<Buffer> inputs = new ArrayList<>();
    private final List<Buffer> outputs = new ArrayList<>();

    Work(Device device, BenchCase test, Call call, Arena arena) {
      this.device = device;
      this.test = test;
      this.call = call;
      this.first = test.unfusedFirst(device.name());
      this.rest = test.unfusedRest(device.name());
      try {
        for (TensorSpec s : call.inputs()) {
          data.add(BenchData.normal(s, seed + data.size(), arena));
          inputs.add(BenchData.upload(device, data.getLast()));
        }
        for (int i = 0; i < (rest.isEmpty() ? 1 : 2); i++) {
          outputs.add(device.allocate(call.output().bytes()));
        }
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }

    void fused() {
      device.execute(call, inputs, outputs.subList(0, 1));
    }

    /** Op by op, each reading what the one before wrote. */
    void unfused() {
      device.execute(first, inputs.subList(0, first.inputs().size()), outputs.subList(0, 1));
      for (int i = 0; i < rest.size(); i++) {
        int operand = test.tail().get(i).operand();
        Buffer from = outputs.get(i % 2);
        device.execute(rest.get(i), operand < 0 ? List.of(from) : List.of(from, inputs.get(operand)),
            List.of(outputs.get((i + 1) % 2)));
      }
    }

    Precision check(Arena arena) {
      BenchData.poison(device, outputs.getFirst());
      fused();
      HostTensor result = HostTensor.allocate(call.output(), arena);
      device.read(outputs.getFirst(), 0, result.memory());
      return BenchData.check(call, data, result, seed);
    }

    @Override
    public void close() {
      inputs.forEach(Buffer::close);
      outputs.forEach(Buffer::close);
    }
  }
}
