package dev.orthant.cpu.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.expr.Enclosure;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Interval;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Runs formulas through both code generators and holds the results against each other and against the a-priori bound.
 */
public final class Formulas {
  private static final double[] SPECIAL = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY,
      1e-45, -1e-45, 1e-40, -1e-40, 1.17549435e-38, 6e-8, -6e-5, 65504, 3.4e38, -3.4e38, 1e30, -1e30, 1e300, 88, 89,
      -87, -88, -103, -104, -105, 1, -1, -0.99999994, 0.5, 20, -20, 3.92, -3.92, 9, 9.02, 100, -100, 0.75, 1.5, 2, 3, 6,
      8, 1e-8, -1e-8, 0.3, -0.3, 2.5, -2.5, 8388609, 1e9, -3, 710, -745, -746};

  private Formulas() {}

  public static VectorCompiler.Key key(Expr f, DType type, int inputs) {
    Operand operand = new Operand(ElementTypes.of(type), false);
    return new VectorCompiler.Key(List.of(f), type.compute(),
        IntStream.range(0, inputs).mapToObj(i -> operand).toList(),
        List.of(ElementTypes.of(type)));
  }

  /** Numbers of every kind: special values in all pairs of distance 7, then normal ones of several sizes. */
  static MemorySegment numbers(DType type, int count, int operand, Random random, Arena arena) {
    MemorySegment m = arena.allocate((long) count * type.size(), 64);
    for (int i = 0; i < count; i++) {
      boolean special = count > 100 && i < 4 * SPECIAL.length;
      double wide = random.nextInt(4) == 0 ? 30 : 2;
      type.set(m, i, special ? SPECIAL[(i + operand * (7 + i / SPECIAL.length)) % SPECIAL.length]
          : random.nextGaussian() * wide);
    }
    return m;
  }

  /** Fails unless scalar and vector code give the same bits, which lie where {@link Enclosure} says. */
  static void check(String name, Expr f, DType type, int inputs, int count, long seed) {
    String what = name + " " + type + " x " + count + " seed " + seed;
    Random random = new Random(seed);
    VectorCompiler.Key key = key(f, type, inputs);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] in = IntStream.range(0, inputs).mapToObj(i -> numbers(type, count, i, random, arena))
          .toArray(MemorySegment[]::new);
      MemorySegment scalar = run(VectorCompiler.scalar(key), type, in, count, arena);
      MemorySegment vector = run(VectorCompiler.vector(key), type, in, count, arena);
      long at = scalar.mismatch(vector);
      assertThat(at).as("%s: scalar and vector code differ at byte", what).isEqualTo(-1);
      for (int i = 0; i < count; i++) {
        Interval[] known = new Interval[inputs];
        for (int j = 0; j < inputs; j++) {
          known[j] = Interval.point(type.get(in[j], i));
        }
        Interval lawful = new Enclosure(known, new double[0], type.compute()).of(f).stored(type);
        double got = type.get(vector, i);
        boolean ok = Double.isNaN(got) ? lawful.nan() : lawful.lo() <= got && got <= lawful.hi();
        if (!ok) {
          fail("%s: f(%s) = %s at %d, expected %s", what, List.of(known), got, i, lawful);
        }
      }
    }
  }

  static MemorySegment run(LoopDriver code, DType type, MemorySegment[] in, int count, Arena arena) {
    long canary = 64;
    MemorySegment out = arena.allocate((long) count * type.size() + canary, 64);
    out.fill((byte) 0xFD);
    long[] addresses = new long[in.length + 1];
    for (int j = 0; j < in.length; j++) {
      addresses[j] = in[j].address();
    }
    addresses[in.length] = out.address();
    code.run(1, count, addresses, new long[in.length + 1], new double[0], Workspace::new);
    MemorySegment tail = out.asSlice(out.byteSize() - canary);
    assertThat(tail.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).as("canary").containsOnly((byte) 0xFD);
    return out;
  }
}
