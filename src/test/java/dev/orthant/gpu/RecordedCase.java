package dev.orthant.gpu;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.TensorMap;
import dev.orthant.op.Call;
import dev.orthant.parity.Case;
import dev.orthant.parity.Inputs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Collectors;

/**
 * A call's launches on the CUDA device with their buffers and what they may lawfully give, written for
 * {@code native-tests}, whose {@code cases/recorded.h} reads it: {@code case.txt} says what {@code data.bin} (inputs,
 * then three doubles for each output element: lower and upper end and whether NaN is lawful) contains.
 */
final class RecordedCase {
  private static final long SEED = 4;

  private final Case test;
  private final Call call;
  private final List<Launch> plan;
  private final List<String> lines = new ArrayList<>();

  RecordedCase(Case test, Call call, List<Launch> plan) {
    this.test = test;
    this.call = call;
    this.plan = List.copyOf(plan);
  }

  /**
   * Writes the case.
   *
   * @param folder becomes the case's own
   * @param kernels gets the sources, each under its hash
   */
  void write(Path folder, Path kernels) throws IOException {
    Files.createDirectories(folder);
    lines.add("name " + test.id());
    try (Arena arena = Arena.ofConfined();
        SeekableByteChannel data = Files.newByteChannel(folder.resolve("data.bin"), StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
      List<MemorySegment> inputs = Inputs.of(test, SEED, arena);
      for (MemorySegment m : inputs) {
        lines.add("input " + m.byteSize() + " " + data.position());
        put(data, m.asByteBuffer());
      }
      call.outputs().forEach(o -> lines.add("buffer " + o.bytes()));
      Launch.scratch(plan).forEach(bytes -> lines.add("buffer " + bytes));
      for (Launch l : plan) {
        launch(l, kernels);
      }
      expected(inputs, data);
    }
    Files.write(folder.resolve("case.txt"), lines);
  }

  private void launch(Launch l, Path kernels) throws IOException {
    String hash = Integer.toHexString(l.source().hashCode()) + "-" + l.source().length();
    Path file = kernels.resolve(l.kernel() + "-" + hash + ".cu");
    if (Files.exists(file) && !Files.readString(file).equals(l.source())) {
      throw new IllegalStateException("two kernels with one hash: " + file);
    }
    Files.writeString(file, l.source());
    Grid g = l.grid();
    lines.add("launch " + file.getFileName().toString().replace(".cu", "") + " " + l.kernel() + " " + g.groups() + " "
        + g.items() + " " + g.sharedBytes() + " " + g.cluster());
    for (Launch.Slot slot : l.slots()) {
      lines.add("argument " + switch (slot) {
        case Launch.Slot.Tensor t -> "pointer " + t.index();
        case Launch.Slot.Scratch s -> "pointer " + (call.inputs().size() + call.outputs().size() + s.index());
        case Launch.Slot.Map m -> "map " + m.index() + " " + map(m.map());
        case Launch.Slot.Value v -> number(v.value());
        case Launch.Slot.OfOp o -> number(o.of(call.op()));
      });
    }
  }

  private static String number(GpuDriver.Argument argument) {
    return switch (argument) {
      case GpuDriver.Argument.I32(int v) -> "4 " + v;
      case GpuDriver.Argument.I64(long v) -> "8 " + v;
      case GpuDriver.Argument.F32(float v) -> "4 " + Float.floatToRawIntBits(v);
      case GpuDriver.Argument.F64(double v) -> "8 " + Double.doubleToRawLongBits(v);
      case GpuDriver.Argument.Pointer _,GpuDriver.Argument.Map _ -> throw new IllegalArgumentException("no number");
    };
  }

  /** Type, rank, swizzle; extents, strides, element strides, box; for im2col its corners, channels and pixels. */
  private static String map(TensorMap m) {
    List<Object> all = new ArrayList<>(List.of(m.type().shortName(), m.extents().size(), m.swizzleBytes()));
    all.addAll(m.extents());
    all.addAll(m.strides());
    all.addAll(m.elementStrides());
    TensorMap.Im2col window = m.im2col();
    if (window == null) {
      all.add("tiled");
      all.addAll(m.box());
    } else {
      all.add("im2col");
      all.addAll(window.lowerCorner());
      all.addAll(window.upperCorner());
      all.add(window.channels());
      all.add(window.pixels());
    }
    return all.stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  private void expected(List<MemorySegment> inputs, SeekableByteChannel data) throws IOException {
    List<LongToDoubleFunction> values = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      DType type = call.input(i).dtype();
      MemorySegment m = inputs.get(i);
      values.add(at -> type.get(m, at));
    }
    Bounds bounds = new Bounds(call, values);
    for (int o = 0; o < call.outputs().size(); o++) {
      TensorSpec spec = call.outputs().get(o);
      long count = spec.shape().elements();
      lines.add(
          "expected " + (inputs.size() + o) + " " + spec.dtype().shortName() + " " + count + " " + data.position());
      ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(3 * Double.BYTES * count)).order(ByteOrder.LITTLE_ENDIAN);
      for (long i = 0; i < count; i++) {
        Bounds.Expected e = bounds.expected(o, i);
        all.putDouble(e.lawful().lo()).putDouble(e.lawful().hi()).putDouble(e.lawful().nan() ? 1 : 0);
      }
      put(data, all.flip());
    }
  }

  private static void put(SeekableByteChannel data, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      data.write(bytes);
    }
  }
}
