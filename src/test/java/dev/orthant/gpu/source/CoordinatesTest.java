package dev.orthant.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.op.walk.Broadcast;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The C text of indices: the cheapest form where there is one, and the right element always. */
class CoordinatesTest {
  private static final Shape OUT = Shape.of(2, 3, 5, 7);

  private static Shape shape(String text) {
    return text.equals("-") ? Shape.of()
        : Shape.of(List.of(text.split(" ")).stream().mapToLong(Long::parseLong).toArray());
  }

  private static Coordinates matrix() {
    return new Coordinates(OUT, "at", List.of(new Coordinates.Name("batch", 0, 2), new Coordinates.Name("row", 2, 3),
        new Coordinates.Name("col", 3, 4)));
  }

  private static Coordinates image() {
    return new Coordinates(OUT, "at", List.of(new Coordinates.Name("image", 0, 1),
        new Coordinates.Name("channel", 1, 2), new Coordinates.Name("pixel", 2, 4)));
  }

  @ParameterizedTest
  @CsvSource({"2 3 5 7, at", "-, 0", "1 1, 0", "7, col", "5 1, row", "5 7, row * x_row + col", "2 3 1 1, batch",
      "2 3 5 1, batch * x_batch + row", "2 3 1 7, batch * x_batch + col"})
  void ofMatrices(String operand, String text) {
    assertThat(matrix().index(shape(operand), "x", new KernelParameters(false, DType.F32))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"3 1 1, channel", "2 3 5 7, at", "5 7, pixel", "2 1 1 1, image", "3 5 7, channel * x_channel + pixel",
      "2 3 1 1, image * x_image + channel"})
  void ofImages(String operand, String text) {
    assertThat(image().index(shape(operand), "x", new KernelParameters(false, DType.F32))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"7, at % x_extent1", "2 3 5 1, at / x_below0", "2 3 5 7, at", "5 1, at / x_below1 % x_extent1"})
  void flat(String operand, String text) {
    assertThat(Coordinates.flat(OUT, "at").index(shape(operand), "x", new KernelParameters(false, DType.F32)))
        .isEqualTo(text);
  }

  @Test
  void parametersCarryTheNumbers() {
    KernelParameters parameters = new KernelParameters(true, DType.F32);
    matrix().index(Shape.of(5, 7), "x", parameters);
    assertThat(parameters.declaration()).isEqualTo("const idx x_row");
    assertThat(parameters.slots()).containsExactly(new Launch.Slot.Value(new GpuDriver.Argument.I64(7)));
  }

  /** Every text, evaluated at every element, gives the element that {@link Broadcast} gives. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyFormFindsItsElement(int seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      long[] out = random.ints(random.nextInt(5), 1, 5).asLongStream().toArray();
      long[] in = java.util.Arrays.copyOfRange(out, random.nextInt(out.length + 1), out.length);
      for (int i = 0; i < in.length; i++) {
        in[i] = random.nextBoolean() ? 1 : in[i];
      }
      int first = random.nextInt(out.length + 1);
      int second = first + random.nextInt(out.length + 1 - first);
      Shape shape = Shape.of(out);
      check(new Coordinates(shape, "at", List.of(new Coordinates.Name("a", 0, first),
          new Coordinates.Name("b", first, second), new Coordinates.Name("c", second, out.length))), Shape.of(in));
      check(Coordinates.flat(shape, "at"), Shape.of(in));
    }
  }

  private static void check(Coordinates coordinates, Shape operand) {
    KernelParameters parameters = new KernelParameters(true, DType.F32);
    String text = coordinates.index(operand, "x", parameters);
    Map<String, Long> values = new HashMap<>();
    List<String> names = new ArrayList<>(List.of(parameters.declaration().split(", ")));
    for (int i = 0; i < parameters.slots().size(); i++) {
      Launch.Slot.Value v = (Launch.Slot.Value) parameters.slots().get(i);
      values.put(names.get(i).replace("const idx ", ""), ((GpuDriver.Argument.I64) v.value()).value());
    }
    Shape out = coordinates.output();
    for (long at = 0; at < out.elements(); at++) {
      values.put("at", at);
      for (Coordinates.Name n : coordinates.names()) {
        long inside = out.slice(n.to(), out.rank()).elements();
        values.put(n.variable(), at / inside % out.slice(n.from(), n.to()).elements());
      }
      assertThat(evaluate(text, values)).as("%s into %s, element %d: %s", operand, out, at, text)
          .isEqualTo(Broadcast.of(out, List.of(operand)).offset(0, at));
    }
  }

  /** Sums of products, quotients and remainders, read from the left as C does. */
  private static long evaluate(String text, Map<String, Long> values) {
    long sum = 0;
    for (String term : text.split(" \\+ ", -1)) {
      String[] parts = term.split(" ", -1);
      long value = value(parts[0], values);
      for (int i = 1; i < parts.length; i += 2) {
        long right = value(parts[i + 1], values);
        value = switch (parts[i]) {
          case "*" -> value * right;
          case "/" -> value / right;
          case "%" -> value % right;
          default -> throw new IllegalArgumentException(text);
        };
      }
      sum += value;
    }
    return sum;
  }

  private static long value(String token, Map<String, Long> values) {
    Long known = values.get(token);
    return known != null ? known : Long.parseLong(token);
  }
}
