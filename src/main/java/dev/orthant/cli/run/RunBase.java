package dev.orthant.cli.run;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.StandardOutput;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Quantities;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.io.HostMemory;
import dev.orthant.io.HostTensor;
import dev.orthant.io.Npy;
import dev.orthant.io.OutputFile;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import java.lang.foreign.Arena;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What running any op has in common: inputs from files, everything checked before the device is touched, the output
 * to a file.
 */
abstract class RunBase implements Runnable {
  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = {"-o", "--output"}, required = true, paramLabel = "FILE",
      description = "Where the result goes (.npy).")
  private @Nullable Path output;

  @Option(names = "--device", paramLabel = "NAME",
      description = "Where to compute: a name from 'orthant devices'.")
  private @Nullable String deviceName;

  @Option(names = "--dtype", paramLabel = "TYPE",
      description = "f16, bf16, f32 or f64: the inputs are converted to it. Default: that of the first input.")
  private @Nullable DType dtype;

  RunBase(DeviceSource devices) {
    this.devices = devices;
  }

  /** The command as it was parsed. */
  final CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  /** Reads the inputs and decides what to do with them. */
  abstract Plan plan(Loader loader);

  @Override
  public final void run() {
    Path target = Objects.requireNonNull(output);
    Device device = deviceName == null ? devices.best() : devices.named(deviceName);
    OutputFile.requireWritable(target);
    try (Arena arena = Arena.ofConfined()) {
      Plan plan = plan(new Loader(dtype));
      Call call = checked(device, plan);
      HostTensor result = HostTensor.allocate(call.output(), arena);
      double seconds = execute(device, call, plan.inputs().stream().map(o -> o.read(arena)).toList(), result);
      Npy.write(target, result);
      StandardOutput.beside(spec().commandLine(), target).println(plan.title() + ": "
          + String.join(", ", call.inputs().stream().map(i -> i.shape().toString()).toList()) + " -> "
          + call.output().shape() + " " + call.output().dtype() + " on " + device.name() + " in "
          + Quantities.seconds(seconds) + " (first call, compiling included) -> " + target);
    }
  }

  private static Call checked(Device device, Plan plan) {
    try {
      return check(device, plan);
    } catch (InvalidInputException e) {
      // An activation is a pointwise op inside; the user said its name.
      throw plan.op() instanceof Pointwise p ? e.in(p.name(), plan.title()) : e;
    }
  }

  /** Everything that can be wrong is found here, before the device has been asked for anything. */
  private static Call check(Device device, Plan plan) {
    Call call = Call.of(device.name(), plan.op(), plan.inputs().stream().map(Operand::spec).toList());
    try {
      device.requireTypes(call);
    } catch (DTypeException e) {
      throw new DTypeException(e.getMessage() + "; --dtype converts");
    }
    List<TensorSpec> all = new ArrayList<>(call.inputs());
    all.addAll(call.outputs());
    for (TensorSpec s : all) {
      if (s.bytes() > device.info().maxAllocation()) {
        throw new InvalidInputException(
            call + ": " + s + " is " + Quantities.bytes(s.bytes()) + ", the largest buffer of "
                + device.name() + " is " + Quantities.bytes(device.info().maxAllocation()));
      }
    }
    requireMemory(device, plan, call);
    return call;
  }

  /** All that the command will hold at the same time, against what is free, before a byte of it is read. */
  private static void requireMemory(Device device, Plan plan, Call call) {
    var inputs = BigInteger.ZERO;
    var passing = BigInteger.ZERO;
    for (Operand o : plan.inputs()) {
      inputs = inputs.add(BigInteger.valueOf(o.spec().bytes()));
      passing = passing.max(BigInteger.valueOf(o.passing()));
    }
    BigInteger onDevice = inputs.add(BigInteger.valueOf(call.output().bytes()));
    boolean own = !device.usesHostMemory();
    // While the last file is read the device holds nothing yet; then the device's copies are made.
    BigInteger host = onDevice.add(own ? passing : passing.max(onDevice));
    requireMemory(call, "memory of " + device.name(), onDevice, device.info().memoryBytes(),
        "a narrower --dtype, or a part of the input at a time");
    requireMemory(call, "memory of this machine" + (own ? "" : ", " + device.name() + "'s copies included"), host,
        HostMemory.available(), "a narrower --dtype, a part of the input at a time, or ending what else takes memory");
  }

  private static void requireMemory(Call call, String what, BigInteger needed, long free, String cure) {
    if (needed.compareTo(BigInteger.valueOf(free)) > 0) {
      throw new InvalidInputException(
          call + ": needs " + bytes(needed) + " of " + what + ", there are " + Quantities.bytes(free)
              + "; what helps: " + cure);
    }
  }

  private static String bytes(BigInteger n) {
    return Quantities.bytes(n.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue());
  }

  /** Copies in, computes, copies out; gives the seconds that computing took. */
  private static double execute(Device device, Call call, List<HostTensor> inputs, HostTensor result) {
    List<Buffer> buffers = new ArrayList<>();
    try {
      for (HostTensor in : inputs) {
        Buffer b = device.allocate(in.spec().bytes());
        buffers.add(b);
        device.write(b, 0, in.memory());
      }
      List<Buffer> in = List.copyOf(buffers);
      Buffer out = device.allocate(result.spec().bytes());
      buffers.add(out);
      device.finish();
      long start = System.nanoTime();
      device.execute(call, in, List.of(out));
      device.finish();
      double seconds = (System.nanoTime() - start) * 1e-9;
      device.read(out, 0, result.memory());
      return seconds;
    } finally {
      buffers.forEach(Buffer::close);
    }
  }
}
