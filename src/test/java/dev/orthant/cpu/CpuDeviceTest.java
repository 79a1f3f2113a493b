package dev.orthant.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.parity.Case;
import dev.orthant.parity.Catalogue;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import dev.orthant.testing.Tier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuDeviceTest {
  private static final long MEMORY = 1L << 30;

  private final CpuDevice device = new CpuDevice(new CpuSettings(3, MEMORY, true));

  @AfterEach
  void nothingLeaks() {
    assertThat(device.stats().liveBuffers()).isZero();
    device.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void agreesWithTheReferenceOnTheWholeCatalogue(boolean vectors) {
    try (CpuDevice cpu = new CpuDevice(new CpuSettings(2, MEMORY, vectors))) {
      Check check = new Check(cpu, 5);
      List<Case> cases =
          Tier.sample(vectors ? Catalogue.all() : Catalogue.quick(), 5);
      List<Verdict> wrong = cases.stream().map(check::run).filter(v -> !v.fine()).toList();
      assertThat(wrong).as("of %d cases", cases.size()).isEmpty();
      assertThat(cpu.stats().liveBuffers()).isZero();
    }
  }

  /** Operands that lie across the matrices which the engine sees. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F64"})
  void epilogueOperandsMayBroadcastInEveryWay(DType type) {
    Check check = new Check(device, 6);
    Epilogue sum = Epilogue.NONE.plusOperand().plusOperand().activation(Activations.GELU);
    TensorSpec lhs = TensorSpec.of(type, 3, 5, 19, 23);
    TensorSpec shared = TensorSpec.of(type, 23, 35);
    for (long[] operand : new long[][] {{35}, {}, {1, 1}, {19, 1}, {5, 1, 35}, {3, 1, 1, 35}, {3, 1, 19, 1},
        {3, 5, 19, 35}}) {
      proves(check, MatMul.PLAIN.withEpilogue(sum), lhs, shared, TensorSpec.of(type, operand), TensorSpec.of(type, 35));
    }
    for (Layout layout : Layout.values()) {
      boolean planes = layout == Layout.NCHW;
      TensorSpec images = planes ? TensorSpec.of(type, 2, 6, 9, 11) : TensorSpec.of(type, 2, 9, 11, 6);
      TensorSpec filters = TensorSpec.of(type, 4, 3, 3, 3);
      Conv2d op = Conv2d.PLAIN.layout(layout).groups(2).padding(1).withEpilogue(sum);
      for (long[] operand : planes ? new long[][] {{4, 1, 1}, {11}, {9, 1}, {2, 1, 9, 11}, {2, 4, 1, 1}}
          : new long[][] {{4}, {11, 1}, {9, 1, 1}, {2, 9, 11, 1}, {2, 1, 1, 4}, {11, 4}}) {
        proves(check, op, images, filters, TensorSpec.of(type, operand), TensorSpec.of(type, 1));
      }
    }
  }

  private static void proves(Check check, Op op, TensorSpec... specs) {
    Verdict v = check.run(new Case(op.name() + List.of(specs), "broadcast", op, List.of(specs), Case.Data.NORMAL));
    assertThat(v.fine()).as("%s", v).isTrue();
  }

  @Test
  void isFoundByName() {
    assertThat(Devices.named("cpu").info().notes()).isEmpty();
    assertThat(Devices.named("cpu").info().dtypes()).containsExactlyInAnyOrder(DType.values());
  }

  /** Large enough for many blocks, on one thread and on several, and in rows and columns. */
  @Test
  void bitsDoNotDependOnTheNumberOfThreads() {
    Pointwise gelu = Pointwise.of(Expr.input(0).plus(Expr.input(1)).apply(dev.orthant.expr.Function.TANH), 2);
    for (long[][] shapes : new long[][][] {{{300_001}, {1}}, {{1031, 517}, {517}}, {{1031, 517}, {1031, 1}},
        {{3, 5, 4099}, {5, 1}}, {{2, 3, 5, 7, 1009}, {3, 1, 7, 1}}, {{200_003, 3}, {3}}}) {
      List<TensorSpec> specs = List.of(TensorSpec.of(DType.F32, shapes[0]), TensorSpec.of(DType.F32, shapes[1]));
      byte[] several = run(device, gelu, specs, 7);
      try (CpuDevice one = new CpuDevice(new CpuSettings(1, MEMORY, false))) {
        assertThat(run(one, gelu, specs, 7)).as("%s", specs).isEqualTo(several);
      }
      assertThat(run(device, gelu, specs, 7)).isEqualTo(several);
    }
  }

  private static byte[] run(CpuDevice on, Op op, List<TensorSpec> specs, long seed) {
    Call call = Call.of(on.name(), op, specs);
    Random random = new Random(seed);
    try (Arena arena = Arena.ofConfined()) {
      List<Buffer> in = specs.stream().map(s -> {
        MemorySegment m = arena.allocate(Math.max(1, s.bytes()), 64);
        for (long i = 0; i < s.shape().elements(); i++) {
          s.dtype().set(m, i, random.nextGaussian());
        }
        Buffer b = on.allocate(s.bytes());
        on.write(b, 0, m.asSlice(0, s.bytes()));
        return b;
      }).toList();
      List<Buffer> out = call.outputs().stream().map(s -> on.allocate(s.bytes())).toList();
      on.execute(call, in, out);
      MemorySegment result = arena.allocate(call.output().bytes());
      on.read(out.getFirst(), 0, result);
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
      return result.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void severalThreadsMayWorkAtOnce() {
    List<TensorSpec> specs = List.of(TensorSpec.of(DType.F32, 300, 1001));
    Op op = Pointwise.of(Activations.GELU);
    byte[] want = run(device, op, specs, 3);
    boolean same =
        IntStream.range(0, 64).parallel().allMatch(i -> java.util.Arrays.equals(run(device, op, specs, 3), want));
    assertThat(same).isTrue();
  }

  @Test
  void countsWhatItDoes() {
    long before = device.stats().launches();
    run(device, Pointwise.of(Activations.RELU), List.of(TensorSpec.of(DType.F32, 10)), 1);
    run(device, Pointwise.of(Activations.RELU), List.of(TensorSpec.of(DType.F32, 0, 3)), 1);
    assertThat(device.stats().launches() - before).isEqualTo(2);
    try (Buffer b = device.allocate(1000)) {
      assertThat(b.bytes()).isEqualTo(1000);
      assertThat(device.stats().liveBytes()).isEqualTo(1000);
      assertThat(((CpuBuffer) b).address() % 64).isZero();
    }
  }

  @Test
  void refusesWhatWouldNotFit() {
    assertThatThrownBy(() -> device.allocate(MEMORY + 1)).isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("asked for " + (MEMORY + 1));
    assertThatThrownBy(() -> device.allocate(Long.MAX_VALUE)).isInstanceOf(OutOfDeviceMemoryException.class);
    assertThatThrownBy(() -> device.allocate(-1)).isInstanceOf(InvalidInputException.class);
    // What the pool keeps for later is given up for a larger request.
    device.allocate(MEMORY / 2).close();
    device.allocate(MEMORY / 4 * 3).close();
  }

  @Test
  void saysWhatIsWrongWithBuffers() {
    Call call = Call.of("cpu", Pointwise.of(Activations.RELU), List.of(TensorSpec.of(DType.F32, 4)));
    try (CpuDevice other = new CpuDevice(new CpuSettings(1, MEMORY, false));
        Buffer x = device.allocate(16);
        Buffer y = device.allocate(16);
        Buffer gone = closed(16);
        Buffer small = device.allocate(15);
        Buffer foreign = other.allocate(16)) {
      assertThatThrownBy(() -> device.execute(call, List.of(x), List.of()))
          .hasMessageContaining("takes 1 output buffers, got 0");
      assertThatThrownBy(() -> device.execute(call, List.of(x), List.of(x)))
          .hasMessageContaining("output 0 has the buffer of another input or output");
      assertThatThrownBy(() -> device.execute(call, List.of(x), List.of(small)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("output 0 has 15 bytes").hasMessageContaining("needs 16");
      assertThatThrownBy(() -> device.execute(call, List.of(foreign), List.of(y)))
          .isInstanceOf(InvalidInputException.class);
      assertThatThrownBy(() -> device.execute(call, List.of(x), List.of(gone))).isInstanceOf(ClosedException.class);
      assertThatThrownBy(() -> device.read(gone, 0, MemorySegment.ofArray(new byte[1])))
          .isInstanceOf(ClosedException.class);
      assertThatThrownBy(() -> device.read(x, 9, MemorySegment.ofArray(new byte[8])))
          .isInstanceOf(InvalidInputException.class);
    }
  }

  private Buffer closed(long bytes) {
    Buffer b = device.allocate(bytes);
    b.close();
    return b;
  }

  @Test
  void aClosedDeviceSaysSo() {
    Buffer left = device.allocate(8);
    device.close();
    assertThatThrownBy(() -> device.allocate(8)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(device::finish).isInstanceOf(ClosedException.class);
    left.close();
    device.close();
  }

  @Test
  void integersAreRefusedByType() {
    assertThatThrownBy(() -> Call.of("cpu", Pointwise.of(Activations.TANH), List.of(TensorSpec.of(DType.I32, 4))))
        .isInstanceOf(DTypeException.class);
  }

  @ParameterizedTest
  @CsvSource({"orthant.cpu.threads,0", "orthant.cpu.threads,two", "orthant.cpu.memory,-1", "orthant.cpu.memory,8q",
      "orthant.cpu.memory,9999999999g", "orthant.cpu.vector,maybe"})
  void badSettingsAreNamed(String property, String value) {
    Properties p = new Properties();
    p.setProperty(property, value);
    assertThatThrownBy(() -> CpuSettings.of(p)).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("-D" + property + "=" + value + ": expected");
  }

  @Test
  void settingsAreRead() {
    Properties p = new Properties();
    p.setProperty("orthant.cpu.threads", "3");
    p.setProperty("orthant.cpu.memory", "2g");
    p.setProperty("orthant.cpu.vector", "off");
    assertThat(CpuSettings.of(p)).isEqualTo(new CpuSettings(3, 2L << 30, false));
    assertThat(CpuSettings.of(new Properties()).threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
