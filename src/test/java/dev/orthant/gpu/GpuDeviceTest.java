package dev.orthant.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.DeviceException;
import dev.orthant.core.DeviceLostException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.plan.Recent;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every GPU device does whatever its driver: checks, counters, failures. */
class GpuDeviceTest {
  private static final TensorSpec M = TensorSpec.of(DType.F32, 4, 4);
  private static final Call RELU = Call.of("fake:0", Pointwise.of(Activations.RELU), List.of(M));
  private static final Call MATMUL = Call.of("fake:0", MatMul.PLAIN, List.of(M, M));

  private final FakeDriver driver = new FakeDriver();

  private GpuDevice open() {
    return new GpuDevice("fake:0", driver, false, List.of(), message -> {
    });
  }

  private static MemorySegment host(long bytes) {
    return Arena.ofAuto().allocate(bytes);
  }

  /** The life of a small program, all buffers closed whatever happens. */
  private static void program(GpuDevice device) {
    try (Buffer a = device.allocate(64); Buffer b = device.allocate(64); Buffer y = device.allocate(64)) {
      device.write(a, 0, host(64));
      device.execute(MATMUL, List.of(a, a), List.of(b));
      device.execute(RELU, List.of(b), List.of(y));
      device.read(y, 0, host(64));
    }
  }

  @Test
  void countsWhatItDoes() {
    GpuDevice device = open();
    program(device);
    program(device);
    assertThat(device.stats().launches()).isEqualTo(4);
    assertThat(device.stats().liveBuffers()).isZero();
    assertThat(driver.built).as("each kernel is compiled once").hasSize(2);
    device.close();
    assertThat(driver.live).isEmpty();
    assertThat(driver.kernels).isEmpty();
    assertThat(driver.closed).isTrue();
    device.close();
  }

  /** As an optimizer does, whose numbers change with each step. */
  @Test
  void otherLaunchTimeNumbersComposeAndCompileNothing() {
    try (GpuDevice device = open(); Buffer x = device.allocate(64); Buffer y = device.allocate(64)) {
      for (double slope : new double[] {0.1, 0.2, 0.3}) {
        device.execute(Call.of("fake:0", Pointwise.of(Activations.LEAKY_RELU, slope), List.of(M)), List.of(x),
            List.of(y));
      }
      assertThat(driver.built).hasSize(1);
      assertThat(driver.launched).extracting(l -> l.arguments().contains(new GpuDriver.Argument.F32(0.2f)))
          .containsExactly(false, true, false);
    }
  }

  @Test
  void everyFailureIsNamedAndLeaksNothing() {
    for (int nth = 1;; nth++) {
      FakeDriver failing = new FakeDriver();
      GpuDevice device = new GpuDevice("fake:0", failing, false, List.of(), message -> {
      });
      failing.failAfter = nth;
      try {
        program(device);
      } catch (DeviceException e) {
        assertThat(e).isNotInstanceOf(DeviceLostException.class).hasMessageStartingWith("fake:0: ")
            .hasMessageContaining("FAKE_FAILURE").hasMessageMatching("(?s).*(allocate 64|write 64|matmul|pointwise).*");
        assertThat(e.device()).isEqualTo("fake:0");
      }
      boolean reached = failing.failAfter == 0;
      assertThat(device.stats().liveBuffers()).isZero();
      assertThat(device.stats().liveBytes()).isZero();
      failing.failAfter = 0;
      program(device);
      device.close();
      assertThat(failing.live).isEmpty();
      assertThat(failing.kernels).isEmpty();
      if (!reached) {
        assertThat(nth).as("calls made").isGreaterThan(8);
        return;
      }
    }
  }

  @Test
  void aFailureAtAWaitNamesTheOpsGivenSinceTheLastOne() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    Buffer y = device.allocate(64);
    device.execute(MATMUL, List.of(a, a), List.of(y));
    device.finish();
    device.execute(RELU, List.of(a), List.of(y));
    driver.failAfter = 1;
    assertThatThrownBy(() -> device.read(y, 0, host(64))).isInstanceOf(DeviceException.class)
        .hasMessage("fake:0: read 64 bytes, waiting for pointwise (4, 4) f32: read: FAKE_FAILURE");
    device.read(y, 0, host(64));
  }

  @Test
  void syncWaitsAfterEachOp() {
    GpuDevice device = new GpuDevice("fake:0", driver, true, List.of(), message -> {
    });
    Buffer a = device.allocate(64);
    Buffer y = device.allocate(64);
    // build, launch, finish
    driver.failAfter = 3;
    assertThatThrownBy(() -> device.execute(RELU, List.of(a), List.of(y)))
        .hasMessage("fake:0: pointwise (4, 4) f32: finish: FAKE_FAILURE");
  }

  @Test
  void aLostDeviceSaysSoEverAfter() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    Buffer y = device.allocate(64);
    device.execute(RELU, List.of(a), List.of(y));
    driver.failAfter = 1;
    driver.loseDevice = true;
    assertThatThrownBy(device::finish).isInstanceOf(DeviceLostException.class)
        .hasMessageStartingWith("fake:0: device lost: finish, waiting for pointwise (4, 4) f32");
    DeviceLostException first = lost(device::finish);
    assertThat(lost(() -> device.execute(RELU, List.of(a), List.of(y)))).isSameAs(first);
    assertThat(lost(() -> device.read(a, 0, host(64)))).isSameAs(first);
    assertThat(lost(() -> device.write(a, 0, host(64)))).isSameAs(first);
    assertThat(lost(() -> device.allocate(64))).isSameAs(first);
    a.close();
    y.close();
    device.close();
    assertThat(driver.live).isEmpty();
  }

  @Test
  void aFaultThatIsToldToALaterOpNamesThoseBefore() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    Buffer y = device.allocate(64);
    device.execute(MATMUL, List.of(a, a), List.of(y));
    driver.loseDevice = true;
    // build, launch
    driver.failAfter = 2;
    assertThatThrownBy(() -> device.execute(RELU, List.of(a), List.of(y))).isInstanceOf(DeviceLostException.class)
        .hasMessage("fake:0: device lost: pointwise (4, 4) f32, or before it: " + MATMUL + ": launch: FAKE_FAILURE");
  }

  private static DeviceLostException lost(Runnable action) {
    try {
      action.run();
    } catch (DeviceLostException e) {
      return e;
    }
    throw new AssertionError("the device is lost and works");
  }

  @Test
  void theCallersMistakesReachNoDriver() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    Buffer y = device.allocate(64);
    Buffer small = device.allocate(60);
    Buffer foreign = new GpuDevice("fake:1", new FakeDriver(), false, List.of(), message -> {}).allocate(64);
    Buffer closed = device.allocate(64);
    closed.close();
    closed.close();

    driver.failAfter = 1;
    invalid(() -> device.execute(RELU, List.of(a), List.of()), "takes 1 output buffers, got 0");
    invalid(() -> device.execute(RELU, List.of(a, a), List.of(y)), "takes 1 input buffers, got 2");
    invalid(() -> device.execute(RELU, List.of(small), List.of(y)), "input 0 has 60 bytes, (4, 4) f32 needs 64");
    invalid(() -> device.execute(RELU, List.of(a), List.of(small)), "output 0 has 60 bytes");
    invalid(() -> device.execute(RELU, List.of(a), List.of(a)), "output 0 has the buffer of another");
    invalid(() -> device.execute(RELU, List.of(foreign), List.of(y)),
        "input 0: the buffer is of fake:1; copy it to this device first");
    invalid(() -> device.read(a, 8, host(64)), "outside a buffer of 64");
    invalid(() -> device.write(a, -1, host(4)), "outside a buffer of 64");
    invalid(() -> device.allocate(-1), "a buffer of -1 bytes was asked for");
    assertThatThrownBy(() -> device.execute(RELU, List.of(closed), List.of(y))).isInstanceOf(ClosedException.class)
        .hasMessageContaining("pointwise (4, 4) f32");
    assertThatThrownBy(() -> device.read(closed, 0, host(4))).isInstanceOf(ClosedException.class);
    TensorSpec half = TensorSpec.of(DType.F16, 4, 4);
    Call wrongType = Call.of("fake:0", Pointwise.of(Activations.RELU), List.of(half));
    assertThatThrownBy(() -> device.execute(wrongType, List.of(a), List.of(y))).isInstanceOf(DTypeException.class);
    assertThat(driver.failAfter).as("untouched").isEqualTo(1);
    assertThat(driver.launched).isEmpty();
  }

  private static void invalid(Runnable action, String message) {
    assertThatThrownBy(action::run).isInstanceOf(InvalidInputException.class).hasMessageContaining(message)
        .hasMessageContaining("fake:0");
  }

  @Test
  void hostMemoryThatIsGoneIsRefused() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    Arena arena = Arena.ofConfined();
    MemorySegment gone = arena.allocate(64);
    arena.close();
    assertThatThrownBy(() -> device.write(a, 0, gone)).isInstanceOf(ClosedException.class)
        .hasMessageStartingWith("fake:0: write: the arena of the memory segment is closed");
    assertThatThrownBy(() -> device.read(a, 0, gone)).isInstanceOf(ClosedException.class);
    invalid(() -> device.read(a, 0, host(64).asReadOnly()), "read-only");
  }

  @Test
  void emptyTensorsNeedNoMemory() {
    GpuDevice device = open();
    TensorSpec none = TensorSpec.of(DType.F32, 0, 4);
    Call call = Call.of("fake:0", Pointwise.of(Activations.RELU), List.of(none));
    try (Buffer a = device.allocate(0); Buffer y = device.allocate(0)) {
      device.write(a, 0, host(1).asSlice(0, 0));
      device.execute(call, List.of(a), List.of(y));
      device.read(y, 0, host(1).asSlice(0, 0));
    }
    assertThat(device.stats().launches()).isZero();
    assertThat(driver.launched).isEmpty();
  }

  @Test
  void memoryThatIsNotThere() {
    GpuDevice device = open();
    driver.memory = 1000;
    assertThatThrownBy(() -> device.allocate(2000)).isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("asked for 2000 bytes");
    long most = device.info().maxAllocation();
    assertThatThrownBy(() -> device.allocate(most + 1)).isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageContaining("the largest buffer of this device has " + most);
  }

  @Test
  void aClosedDeviceIsClosed() {
    GpuDevice device = open();
    Buffer a = device.allocate(64);
    device.close();
    assertThat(driver.live).as("freed although its buffer is open").isEmpty();
    a.close();
    assertThatThrownBy(() -> device.allocate(1)).isInstanceOf(ClosedException.class);
    assertThatThrownBy(device::finish).isInstanceOf(ClosedException.class);
  }

  @Test
  void manyThreadsMayUseIt() throws Exception {
    GpuDevice device = open();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> work = IntStream.range(0, 64).<Callable<Void>>mapToObj(i -> () -> {
        program(device);
        return null;
      }).toList();
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    }
    assertThat(device.stats().launches()).isEqualTo(128);
    assertThat(driver.built).hasSize(2);
    device.close();
    assertThat(driver.live).isEmpty();
  }

  @Test
  void theLatestUsedAreKept() {
    List<Integer> dropped = new ArrayList<>();
    Recent<Integer, Integer> recent = new Recent<>(3, dropped::add);
    for (int i = 0; i < 5; i++) {
      recent.get(i, k -> k);
      recent.get(0, k -> k);
    }
    assertThat(dropped).containsExactly(1, 2);
    assertThatThrownBy(() -> recent.get(9, k -> {
      throw new IllegalStateException("cannot be made");
    })).isInstanceOf(IllegalStateException.class);
    assertThat(recent.size()).isEqualTo(3);
    recent.clear();
    assertThat(dropped).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
  }

  /** A plan of two launches that hand numbers on in memory of their own. */
  @Test
  void memoryForAPlanIsGivenBack() {
    Expr x = Expr.input(0);
    Reduce sum = new Reduce(List.of(0), List.of(new Reduce.Stage(Reduce.Kind.SUM, x)),
        List.of(new Reduce.Result(Expr.input(1), true, DType.F32)), 1, List.of());
    Call call = Call.of("fake:0", sum, List.of(TensorSpec.of(DType.F32, 1 << 20)));
    try (GpuDevice device = open();
        Buffer a = device.allocate(4 << 20);
        Buffer y = device.allocate(4)) {
      for (int round = 0; round < 2; round++) {
        device.execute(call, List.of(a), List.of(y));
        assertThat(device.stats().liveBuffers()).isEqualTo(2);
      }
      assertThat(driver.launched).hasSize(4);
      assertThat(driver.live).as("the second call had the first one's memory").hasSize(3);
      driver.failAfter = 1;
      assertThatThrownBy(() -> device.execute(call, List.of(a), List.of(y))).isInstanceOf(DeviceException.class);
      assertThat(device.stats().liveBuffers()).isEqualTo(2);
    }
  }
}
