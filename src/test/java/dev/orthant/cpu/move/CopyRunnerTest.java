package dev.orthant.cpu.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.CpuDevice;
import dev.orthant.cpu.CpuSettings;
import dev.orthant.device.Buffer;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Copy.Axis;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.Op;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.parity.Case;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Moving, converting, adding up and sorting on the CPU: sizes at which threads share, and copies nobody thought of. */
class CopyRunnerTest {
  private static final long MEMORY = 1L << 30;

  private final CpuDevice device = new CpuDevice(new CpuSettings(3, MEMORY, true));

  @AfterEach
  void nothingLeaks() {
    assertThat(device.stats().liveBuffers()).isZero();
    device.close();
  }

  private static Case of(String name, Op op, TensorSpec... inputs) {
    return new Case(name, op.name(), op, List.of(inputs), Case.Data.NORMAL);
  }

  private static TensorSpec spec(DType type, long... dims) {
    return TensorSpec.of(type, dims);
  }

  /** Large enough for several threads. */
  private static List<Case> large() {
    return List.of(
        of("transposed", Copy.of(Axis.all(70, 2), Axis.all(31, 0), Axis.all(99, 1)), spec(DType.I64, 31, 99, 70)),
        of("padded", new Copy(List.of(Axis.all(200, 0), new Axis(401, 1, -100, 1, 1)), 3), spec(DType.F32, 200, 301)),
        of("concat", new Concat(1), spec(DType.BF16, 300, 401), spec(DType.BF16, 300, 99)),
        of("gather", new Gather(0, false), spec(DType.F64, 300, 65), spec(DType.I32, 900)),
        of("cast", new Cast(DType.F16), spec(DType.F64, 90_001)),
        of("scatter", new ScatterAdd(0, false, 9), spec(DType.F32, 450, 150), spec(DType.I32, 450)),
        of("scatter halves", new ScatterAdd(1, true, 9), spec(DType.F16, 40, 99, 40), spec(DType.I64, 40, 99, 40)),
        of("cumsum", new CumSum(1, true, false), spec(DType.F32, 30, 5, 700)),
        of("sort", new Sort(1, true), spec(DType.F32, 99, 130)));
  }

  @Test
  void largeOnesKeepTheirBounds() {
    Check check = new Check(device, 4);
    assertThat(large().stream().map(check::run).filter(v -> !v.fine()).map(Verdict::toString)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void copiesOfAnyKind(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Check check = new Check(device, seed);
    for (int round = 0; round < 60; round++) {
      DType type = List.of(DType.values()).get(random.nextInt(DType.values().length));
      TensorSpec x = spec(type, random.nextLong(1, 7), random.nextLong(1, 50), random.nextLong(1, 40));
      List<Integer> order = new ArrayList<>(List.of(0, 1, 2, -1));
      Collections.shuffle(order, new Random(seed + round));
      List<Axis> axes = new ArrayList<>();
      for (int d : order) {
        axes.add(d < 0 ? Axis.repeat(random.nextLong(1, 3))
            : random.nextBoolean() ? Axis.all(x.shape().dim(d), d)
                : new Axis(random.nextLong(1, 20), d, random.nextLong(-4, 9), random.nextLong(-3, 4),
                    random.nextLong(1, 3)));
      }
      Verdict v = check.run(of("copy " + round, new Copy(axes, 1), x));
      // Which numbers are moved does not matter here.
      assertThat(v.status()).as("seed %d: %s %s %s", seed, axes, x, v.failure()).isNotEqualTo(Verdict.Status.FAILED);
    }
  }

  @Test
  void bitsDoNotDependOnTheNumberOfThreads() {
    try (CpuDevice one = new CpuDevice(new CpuSettings(1, MEMORY, true))) {
      for (Case c : large()) {
        assertThat(run(one, c)).as(c.id()).isEqualTo(run(device, c));
      }
    }
  }

  private static byte[] run(CpuDevice on, Case test) {
    Call call = Call.of(on.name(), test.op(), test.inputs());
    SplittableRandom random = new SplittableRandom(9);
    List<Buffer> in = new ArrayList<>();
    List<Buffer> out = call.outputs().stream().map(s -> on.allocate(s.bytes())).toList();
    try (Arena arena = Arena.ofConfined()) {
      for (TensorSpec s : test.inputs()) {
        MemorySegment m = arena.allocate(s.bytes());
        for (long i = 0; i < s.shape().elements(); i++) {
          s.dtype().set(m, i, s.dtype().isFloating() ? random.nextGaussian() : random.nextInt(9));
        }
        in.add(on.allocate(s.bytes()));
        on.write(in.getLast(), 0, m);
      }
      on.execute(call, in, out);
      MemorySegment result = arena.allocate(call.output().bytes());
      on.read(out.getFirst(), 0, result);
      return result.toArray(ValueLayout.JAVA_BYTE);
    } finally {
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
    }
  }

  /** Integers that no double tells apart are sorted all the same. */
  @Test
  void wideIntegersAreSortedExactly() {
    int count = 5000;
    long[] x = new SplittableRandom(3).longs(count, (1L << 60), (1L << 60) + 900).toArray();
    Call call = Call.of("cpu", new Sort(0, true), List.of(spec(DType.I64, count)));
    MemorySegment values = MemorySegment.ofArray(new long[count]);
    MemorySegment places = MemorySegment.ofArray(new long[count]);
    try (Buffer in = device.allocate(8L * count);
        Buffer y = device.allocate(8L * count);
        Buffer order = device.allocate(8L * count)) {
      device.write(in, 0, MemorySegment.ofArray(x));
      device.execute(call, List.of(in), List.of(y, order));
      device.read(y, 0, values);
      device.read(order, 0, places);
    }
    Integer[] expected = IntStream.range(0, count).boxed().toArray(Integer[]::new);
    Arrays.sort(expected, Comparator.comparingLong((Integer i) -> x[i]).reversed());
    assertThat(places.toArray(ValueLayout.JAVA_LONG))
        .containsExactly(Arrays.stream(expected).mapToLong(i -> i).toArray());
    assertThat(values.toArray(ValueLayout.JAVA_LONG))
        .containsExactly(Arrays.stream(expected).mapToLong(i -> x[i]).toArray());
  }
}
