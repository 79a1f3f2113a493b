package dev.orthant.djl.differential;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.orthant.core.DType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What came of a case: arrays, or an exception. */
sealed interface Outcome {
  /** One array; the bytes as they are stored. */
  record Result(DataType type, List<Long> shape, byte[] bytes) {
    int elements() {
      return shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b) * (type == DataType.COMPLEX64 ? 2 : 1);
    }

    double value(int i) {
      DType stored = switch (type) {
        case FLOAT16 -> DType.F16;
        case BFLOAT16 -> DType.BF16;
        case FLOAT32, COMPLEX64 -> DType.F32;
        case FLOAT64 -> DType.F64;
        case INT8 -> DType.I8;
        case UINT8 -> DType.U8;
        case INT32 -> DType.I32;
        case INT64 -> DType.I64;
        case BOOLEAN -> DType.BOOL;
        default -> throw new IllegalArgumentException(type + " is not compared");
      };
      return stored.get(MemorySegment.ofArray(bytes), i);
    }

    @Override
    public String toString() {
      return type + " " + shape + " "
          + Arrays.toString(
              java.util.stream.IntStream.range(0, Math.min(12, elements())).mapToDouble(this::value).toArray());
    }
  }

  record Made(List<Result> results) implements Outcome {
    @Override
    public String toString() {
      return results.toString();
    }
  }

  record Refused(String type, String message) implements Outcome {}

  /** Runs a case on an engine. */
  static Outcome of(Case c, Engine engine, ai.djl.Device device) {
    try (NDManager manager = engine.newBaseManager(device)) {
      NDList list = c.run().apply(manager);
      List<Result> results = new ArrayList<>();
      for (NDArray a : list) {
        results.add(new Result(a.getDataType(), Arrays.stream(a.getShape().getShape()).boxed().toList(), bytes(a)));
      }
      return new Made(results);
    } catch (RuntimeException | LinkageError e) {
      return new Refused(e.getClass().getSimpleName(), String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static byte[] bytes(NDArray a) {
    ByteBuffer buffer = a.toByteBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /**
   * What differs, in one line; null when nothing does. Refusing what PyTorch refuses is the same, doing it is no fault.
   */
  static @Nullable String difference(Case c, Outcome pytorch, Outcome ours) {
    if (pytorch instanceof Refused) {
      return null;
    }
    if (ours instanceof Refused r) {
      return "refused with " + r.type + ": " + r.message + "; PyTorch gives " + pytorch;
    }
    List<Result> expected = ((Made) pytorch).results;
    List<Result> actual = ((Made) ours).results;
    if (expected.size() != actual.size()) {
      return actual.size() + " arrays, PyTorch gives " + expected.size();
    }
    for (int j = 0; j < expected.size(); j++) {
      Result e = expected.get(j);
      Result a = actual.get(j);
      if (e.type != a.type || !e.shape.equals(a.shape)) {
        return "array " + j + " is " + a + ", PyTorch's " + e;
      }
      for (int i = 0; i < e.elements(); i++) {
        if (!same(c, e.type, e.value(i), a.value(i))) {
          return "array " + j + " element " + i + " is " + a.value(i) + ", PyTorch's " + e.value(i) + " (" + a + ", "
              + e + ")";
        }
      }
    }
    return null;
  }

  private static boolean same(Case c, DataType type, double e, double a) {
    if (Double.isNaN(e) || Double.isInfinite(e)) {
      return Double.compare(e, a) == 0;
    }
    double relative = c.relative() > 0 ? c.relative() : switch (type) {
      case FLOAT16 -> 2e-3;
      case BFLOAT16 -> 1.6e-2;
      case FLOAT32, COMPLEX64 -> 1e-5;
      case FLOAT64 -> 1e-12;
      default -> 0;
    };
    double absolute = c.absolute() > 0 ? c.absolute() : relative / 10;
    return Math.abs(e - a) <= absolute + relative * Math.abs(e);
  }

  // ---- as text -----------------------------------------------------------------------------------------------------

  /** On one line, without the case's name. */
  default String encode() {
    return switch (this) {
      case Refused r -> "!" + r.type;
      case Made a -> a.results.stream()
          .map(r -> r.type.name() + ":" + r.shape.stream().map(String::valueOf).collect(Collectors.joining(",")) + ":"
              + Base64.getEncoder().encodeToString(r.bytes))
          .collect(Collectors.joining("\t"));
    };
  }

  static Outcome decode(String line) {
    if (line.startsWith("!")) {
      return new Refused(line.substring(1), "");
    }
    return new Made(line.isEmpty() ? List.of() : Arrays.stream(line.split("\t")).map(part -> {
      String[] p = part.split(":", 3);
      List<Long> shape = p[1].isEmpty() ? List.of() : Arrays.stream(p[1].split(",")).map(Long::valueOf).toList();
      return new Result(DataType.valueOf(p[0]), shape, Base64.getDecoder().decode(p[2]));
    }).toList());
  }
}
