package dev.orthant.cpu.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.WorkerPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products of ragged sizes, any layout and storage, against a float64 loop with an a-priori bound. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public class GemmTest {
  private static final long SEED = 20261122;

  private final WorkerPool one = new WorkerPool(1);
  private final WorkerPool two = new WorkerPool(2);
  private final GemmKernels f32 = GemmKernels.best(ElementType.F32);
  private final GemmKernels f64 = GemmKernels.best(ElementType.F64);

  @AfterAll
  void close() {
    one.close();
    two.close();
  }

  /** What to compute; a description in its own right, so that a failure can be repeated. */
  record Case(int m, int n, int k, boolean transA, boolean transB, ElementType storage, boolean scalar) {
    Case(int m, int n, int k, ElementType storage) {
      this(m, n, k, false, false, storage, false);
    }

    long seed() {
      return SEED + 31L * m + 1009L * n + 65537L * k;
    }
  }

  static Stream<Case> sizes() {
    List<Case> cases = new ArrayList<>();
    int[] small = {0, 1, 2, 5, 6, 7, 15, 16, 17, 31, 33};
    for (int m : small) {
      for (int n : small) {
        for (int k : new int[] {0, 1, 2, 5, 8, 17, 33}) {
          cases.add(new Case(m, n, k, ElementType.F32));
        }
      }
    }
    int[][] large = {{100, 53, 37}, {145, 64, 513}, {64, 145, 1025}, {289, 33, 100}, {7, 513, 513}, {1, 513, 600},
        {513, 1, 600}, {144, 16, 512}, {150, 4100, 3}, {6, 16, 1024}};
    for (int[] d : large) {
      for (ElementType storage : ElementType.values()) {
        cases.add(new Case(d[0], d[1], d[2], storage));
      }
    }
    for (ElementType storage : ElementType.values()) {
      for (int bits = 0; bits < 8; bits++) {
        cases.add(new Case(1, 2077, 131, (bits & 1) != 0, (bits & 2) != 0, storage, (bits & 4) != 0));
        cases.add(new Case(1300, 1, 67, (bits & 1) != 0, (bits & 2) != 0, storage, (bits & 4) != 0));
      }
      for (int bits = 1; bits < 8; bits++) {
        cases.add(new Case(37, 45, 51, (bits & 1) != 0, (bits & 2) != 0, storage, (bits & 4) != 0));
        cases.add(new Case(6, 16, 4, (bits & 1) != 0, (bits & 2) != 0, storage, (bits & 4) != 0));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void agreesWithFloat64(Case c) {
    try (Arena arena = Arena.ofShared()) {
      Inputs in = inputs(arena, c);
      for (boolean epilogue : new boolean[] {false, true}) {
        for (boolean output : new boolean[] {true, false}) {
          if (output || epilogue) {
            MemorySegment serial = compute(arena, c, in, one, epilogue, output);
            check(c, in, serial, epilogue ? 1.5 : 0);
            MemorySegment shared = compute(arena, c, in, two, epilogue, output);
            assertThat(serial.mismatch(shared)).as("threads 1 and 2 differ: %s, seed %d", c, c.seed()).isEqualTo(-1);
          }
        }
      }
    }
  }

  private record Inputs(Operand a, Operand b) {}

  private static Inputs inputs(Arena arena, Case c) {
    Random random = new Random(c.seed());
    return new Inputs(
        Operand.random(arena, c.storage, c.m * c.k, random), Operand.random(arena, c.storage, c.k * c.n, random));
  }

  /** C with three spare elements after each row, which nobody may touch. */
  private MemorySegment compute(
      Arena arena, Case c, Inputs in, WorkerPool pool, boolean epilogue, boolean output) {
    GemmKernels k = c.scalar ? GemmKernels.scalar(c.storage.compute()) : kernel(c.storage.compute());
    int size = c.storage.compute().bytes();
    MemorySegment out = Operand.poisoned(arena, c.storage.compute(), (long) c.m * (c.n + 3));
    long stride = (long) (c.n + 3) * size;
    Gemm gemm = new Gemm(k, pool);
    gemm.run(new Gemm.Product(c.m, c.n, c.k, packA(k, c, in.a), packB(k, c, in.b),
        output ? new Gemm.Output(out.address(), stride) : null,
        epilogue ? addOneAndHalf(c.storage.compute(), out.address(), stride) : null));
    return out;
  }

  private GemmKernels kernel(ElementType element) {
    return element == ElementType.F64 ? f64 : f32;
  }

  static PanelPacker packA(GemmKernels k, Case c, Operand a) {
    long es = c.storage.bytes();
    return new StridedPacker(k.writer(), c.storage, a.address(), c.transA ? es : c.k * es, c.transA ? c.m * es : es);
  }

  static PanelPacker packB(GemmKernels k, Case c, Operand b) {
    long es = c.storage.bytes();
    return new StridedPacker(k.writer(), c.storage, b.address(), c.transB ? c.k * es : es, c.transB ? es : c.n * es);
  }

  public static TileEpilogue addOneAndHalf(ElementType element, long c, long stride) {
    return (acc, accStride, row, col, rows, cols) -> {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          long to = c + (row + i) * stride + (col + j) * element.bytes();
          if (element == ElementType.F64) {
            Raw.putDouble(to, Raw.getDouble(acc + i * accStride + 8L * j) + 1.5);
          } else {
            Raw.putFloat(to, Raw.getFloat(acc + i * accStride + 4L * j) + 1.5f);
          }
        }
      }
    };
  }

  private static void check(Case c, Inputs in, MemorySegment out, double added) {
    ElementType element = c.storage.compute();
    double gamma = Operand.gamma(element, c.k + 4);
    for (int i = 0; i < c.m; i++) {
      for (int j = 0; j < c.n + 3; j++) {
        double got = Operand.element(element, out, (long) i * (c.n + 3) + j);
        if (j >= c.n) {
          assertThat(got).as("spare element (%d, %d) of %s", i, j, c).isNaN();
          continue;
        }
        double sum = 0;
        double magnitude = 0;
        for (int p = 0; p < c.k; p++) {
          double product = in.a.get(c.transA ? p * c.m + i : i * c.k + p)
              * in.b.get(c.transB ? j * c.k + p : p * c.n + j);
          sum += product;
          magnitude += Math.abs(product);
        }
        double bound = gamma * (magnitude + added) + Math.ulp(sum + added);
        if (!(Math.abs(got - sum - added) <= bound)) {
          fail("%s seed %d: (%d, %d) is %s, expected %s ± %s", c, c.seed(), i, j, got, sum + added, bound);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = ElementType.class)
  void specialValuesStayInTheirRowAndColumn(ElementType storage) {
    Case c = new Case(20, 35, 27, storage);
    try (Arena arena = Arena.ofShared()) {
      Inputs in = inputs(arena, c);
      in.a.set(3 * c.k + 26, Double.NaN);
      in.a.set(7 * c.k + 1, Double.POSITIVE_INFINITY);
      in.b.set(5 * c.n + 34, Double.NEGATIVE_INFINITY);
      MemorySegment out = compute(arena, c, in, two, false, true);
      for (int i = 0; i < c.m; i++) {
        for (int j = 0; j < c.n; j++) {
          double got = Operand.element(storage.compute(), out, (long) i * (c.n + 3) + j);
          if (i == 3) {
            assertThat(got).isNaN();
          } else {
            assertThat(Double.isFinite(got)).as("(%d, %d) is %s", i, j, got).isEqualTo(i != 7 && j != 34);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = ElementType.class)
  void packedOperandsGiveTheSameBits(ElementType storage) {
    for (Case c : List.of(new Case(37, 100, 51, storage), new Case(300, 70, 1100, storage))) {
      try (Arena arena = Arena.ofShared()) {
        Inputs in = inputs(arena, c);
        GemmKernels k = kernel(storage.compute());
        Gemm gemm = new Gemm(k, two);
        PanelPacker a = packA(k, c, in.a);
        PanelPacker b = packB(k, c, in.b);
        PackedOperand pa = gemm.packA(a, c.m, c.k, arena.allocate(gemm.packedABytes(c.m, c.k), 64).address());
        PackedOperand pb = gemm.packB(b, c.n, c.k, arena.allocate(gemm.packedBBytes(c.n, c.k), 64).address());
        MemorySegment plain = run(arena, gemm, c, a, b);
        assertThat(plain.mismatch(run(arena, gemm, c, pa, b))).as("packed A, %s", c).isEqualTo(-1);
        assertThat(plain.mismatch(run(arena, gemm, c, a, pb))).as("packed B, %s", c).isEqualTo(-1);
        assertThat(plain.mismatch(run(arena, gemm, c, pa, pb))).as("both packed, %s", c).isEqualTo(-1);
      }
    }
  }

  private static MemorySegment run(Arena arena, Gemm gemm, Case c, PanelPacker a, PanelPacker b) {
    MemorySegment out = Operand.poisoned(arena, c.storage.compute(), (long) c.m * c.n);
    long stride = (long) c.n * c.storage.compute().bytes();
    gemm.run(new Gemm.Product(c.m, c.n, c.k, a, b, new Gemm.Output(out.address(), stride), null));
    return out;
  }

  @Test
  void batchesGiveTheSameBitsAsSingleProducts() {
    for (int count : new int[] {0, 1, 3, 40}) {
      Case c = new Case(23, 37, 19, ElementType.F32);
      try (Arena arena = Arena.ofShared()) {
        Inputs in = inputs(arena, new Case(23 * Math.max(count, 1), 37, 19, ElementType.F32));
        GemmKernels k = kernel(ElementType.F32);
        Gemm gemm = new Gemm(k, two);
        MemorySegment batched = Operand.poisoned(arena, ElementType.F32, (long) count * 23 * 37);
        MemorySegment single = Operand.poisoned(arena, ElementType.F32, (long) count * 23 * 37);
        PanelPacker b = packB(k, c, in.b);
        gemm.runAll(count, i -> part(k, in, b, (int) i, batched));
        for (int i = 0; i < count; i++) {
          new Gemm(k, one).run(part(k, in, b, i, single));
        }
        assertThat(batched.mismatch(single)).isEqualTo(-1);
      }
    }
  }

  private static Gemm.Product part(GemmKernels k, Inputs in, PanelPacker b, int i, MemorySegment out) {
    PanelPacker a = new StridedPacker(k.writer(), ElementType.F32, in.a.address() + 4L * i * 23 * 19, 4 * 19, 4);
    return new Gemm.Product(23, 37, 19, a, b, new Gemm.Output(out.address() + 4L * i * 23 * 37, 4 * 37), null);
  }

  @Test
  void refusesNonsense() {
    PanelPacker none = (_, _, _, _, _, _, _) -> {};
    assertThatThrownBy(() -> new Gemm.Product(-1, 2, 3, none, none, new Gemm.Output(0, 0), null))
        .hasMessage("matrix product of negative size: m -1, n 2, k 3");
    assertThatThrownBy(() -> new Gemm.Product(1, 2, 3, none, none, null, null))
        .hasMessage("matrix product without output or epilogue");
  }
}
