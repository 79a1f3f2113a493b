package dev.orthant.cli;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Problem;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.io.HostTensor;
import dev.orthant.io.Npy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Runs commands in this process, on test doubles, and keeps what they say. */
final class CommandLineRun {
  /** What a command left behind. */
  record Result(int code, String out, String err) {
    List<String> errLines() {
      return err.lines().toList();
    }

    List<String> outLines() {
      return out.lines().toList();
    }
  }

  private CommandLineRun() {}

  static Result run(DeviceSource devices, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = new Cli(devices, new PrintWriter(out, true), new PrintWriter(err, true)).run(args);
    return new Result(code, out.toString(), err.toString());
  }

  static DeviceSource devices(ReferenceDevice... devices) {
    return new Fixed(List.of(devices), List.of(), List.of());
  }

  /** A fixed set of devices; the first is the default. */
  record Fixed(List<Device> all, List<Problem> problems, List<String> missing) implements DeviceSource {
    @Override
    public Device named(String name) {
      return all.stream().filter(d -> d.name().equals(name)).findFirst().orElseThrow(
          () -> new InvalidInputException("no device '" + name + "'; there are: " + all));
    }

    @Override
    public Device best() {
      return all.getFirst();
    }

    @Override
    public String whyBest() {
      return "the first of the test's";
    }
  }

  /** Saves seeded normal numbers. */
  static Path save(Path file, DType type, long... dims) {
    try (Arena arena = Arena.ofConfined()) {
      HostTensor t = HostTensor.allocate(new TensorSpec(type, Shape.of(dims)), arena);
      Random random = new Random(file.getFileName().toString().hashCode());
      for (long i = 0; i < t.shape().elements(); i++) {
        t.set(i, random.nextGaussian());
      }
      Npy.write(file, t);
    }
    return file;
  }

  static TensorSpec spec(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      return Npy.read(file, arena).spec();
    }
  }

  static double[] load(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      HostTensor t = Npy.read(file, arena);
      return LongStream.range(0, t.shape().elements()).mapToDouble(t::get).toArray();
    }
  }
}
