package dev.orthant.cpu.codegen;

import static org.assertj.core.api.Assertions.fail;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.expr.Expr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalvesTest {
  private static final int ALL = 1 << 16;

  private static LoopDriver code(DType from, DType to, boolean vector) {
    VectorCompiler.Key key = new VectorCompiler.Key(List.of(Expr.input(0)), DType.F32,
        List.of(new Operand(ElementTypes.of(from), false)), List.of(ElementTypes.of(to)));
    return vector ? VectorCompiler.vector(key) : VectorCompiler.scalar(key);
  }

  private static void convert(DType from, DType to, boolean vector, MemorySegment x, MemorySegment y, int count) {
    code(from, to, vector).run(1, count, new long[] {x.address(), y.address()}, new long[2], new double[0],
        Workspace::new);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyHalfIsReadRight(DType type) {
    for (boolean vector : new boolean[] {false, true}) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment x = arena.allocate(2L * ALL, 64);
        MemorySegment y = arena.allocate(4L * ALL, 64);
        for (int i = 0; i < ALL; i++) {
          x.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        }
        convert(type, DType.F32, vector, x, y, ALL);
        for (int i = 0; i < ALL; i++) {
          double got = y.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          if (Double.doubleToLongBits(got) != Double.doubleToLongBits(type.get(x, i))) {
            fail("%s %x: got %s, expected %s", type, i, got, type.get(x, i));
          }
        }
      }
    }
  }

  /** Every half, its neighbours' midpoints (ties) and the floats next to those, and random bits. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void floatsAreRoundedToTheNearestHalf(DType type) {
    int count = 8 * ALL;
    Random random = new Random(71);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(4L * count, 64);
      MemorySegment half = arena.allocate(4);
      for (int i = 0; i < count; i++) {
        half.set(ValueLayout.JAVA_SHORT, 0, (short) (i >> 3));
        half.set(ValueLayout.JAVA_SHORT, 2, (short) ((i >> 3) + 1));
        float middle = (float) ((type.get(half, 0) + type.get(half, 1)) / 2);
        float v = switch (i & 7) {
          case 0 -> (float) type.get(half, 0);
          case 1 -> middle;
          case 2 -> Math.nextUp(middle);
          case 3 -> Math.nextDown(middle);
          default -> Float.intBitsToFloat(random.nextInt());
        };
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
      }
      MemorySegment want = arena.allocate(2);
      for (boolean vector : new boolean[] {false, true}) {
        MemorySegment y = arena.allocate(2L * count, 64);
        convert(DType.F32, type, vector, x, y, count);
        for (int i = 0; i < count; i++) {
          float v = x.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          type.set(want, 0, v);
          double got = type.get(y, i);
          int quiet = type == DType.F16 ? 0x200 : 0x40;
          boolean loud = Float.isNaN(v) && (y.getAtIndex(ValueLayout.JAVA_SHORT, i) & quiet) == 0;
          if (loud || Double.doubleToLongBits(got) != Double.doubleToLongBits(type.get(want, 0))) {
            fail("%s of %s: got %s, expected %s (vector %s)", type, v, got, type.get(want, 0), vector);
          }
        }
      }
    }
  }
}
