package dev.orthant.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DeviceException;
import dev.orthant.core.DeviceLostException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A faster way is used when it was proved on this device, and only then. */
class GuardTest {
  private static final TensorSpec M = TensorSpec.of(DType.F32, 4, 4);
  private static final Call MATMUL = Call.of("fake:0", MatMul.PLAIN, List.of(M, M));
  private static final String TEXT = "a faster text";

  private final FakeDriver driver = new FakeDriver();
  private final List<String> warnings = new ArrayList<>();

  /** Takes matrix products of any size and computes them by {@link #TEXT}. */
  private static final class Faster implements FastPath {
    @Override
    public String name() {
      return "faster matmul";
    }

    @Override
    public MatrixUnits needs() {
      return MatrixUnits.MMA_SYNC;
    }

    @Override
    public Optional<List<Launch>> plan(Planner planner, Call trial, Call call) {
      return trial.op() instanceof MatMul ? Optional.of(List.of(new Launch(TEXT, "gemm", new Grid(2, 32, 1024, 1),
          List.of(new Launch.Slot.Tensor(0), new Launch.Slot.Tensor(1), new Launch.Slot.Tensor(2)))))
          : Optional.empty();
    }

    @Override
    public String kind(Call call) {
      return call.input(0).dtype().shortName();
    }

    @Override
    public List<Call> trials(Call call) {
      TensorSpec a = TensorSpec.of(call.input(0).dtype(), 3, 5);
      return List.of(Call.of("trial", MatMul.PLAIN, List.of(a, TensorSpec.of(a.dtype(), 5, 2))));
    }
  }

  private GpuDevice open() {
    return new GpuDevice("fake:0", driver, false, List.of(new Faster()), warnings::add);
  }

  /** The sums of 3×5 by 5×2, each off by {@code error}; other products are not looked at. */
  private static void multiply(List<byte[]> memory, double error) {
    List<MemorySegment> m = memory.stream().map(MemorySegment::ofArray).toList();
    if (m.getLast().byteSize() != 4 * 6) {
      return;
    }
    for (int at = 0; at < 6; at++) {
      double sum = error;
      for (int k = 0; k < 5; k++) {
        sum += DType.F32.get(m.get(0), at / 2 * 5 + k) * DType.F32.get(m.get(1), 2 * k + at % 2);
      }
      DType.F32.set(m.get(2), at, sum);
    }
  }

  private void work(double errorOfFaster) {
    driver.work = (source, memory) -> multiply(memory, source.equals(TEXT) ? errorOfFaster : 0);
  }

  /** Two products; returns what the last one was computed by. */
  private String twice(GpuDevice device) {
    try (Buffer a = device.allocate(64); Buffer y = device.allocate(64)) {
      device.execute(MATMUL, List.of(a, a), List.of(y));
      device.execute(MATMUL, List.of(a, a), List.of(y));
      assertThat(device.stats().launches()).as("trials are not counted").isEqualTo(2);
      assertThat(device.stats().liveBuffers()).isEqualTo(2);
    }
    assertThat(driver.live).as("what trials took is given back").hasSizeLessThanOrEqualTo(2);
    return driver.launched.getLast().source();
  }

  @Test
  void aRightWayIsUsedAndProvedOnce() {
    work(0);
    try (GpuDevice device = open()) {
      assertThat(twice(device)).isEqualTo(TEXT);
      assertThat(driver.launched).as("2 trials in 2 ways, and the calls").hasSize(4 + 2);
      assertThat(warnings).isEmpty();
      TensorSpec other = TensorSpec.of(DType.F32, 2, 2);
      try (Buffer x = device.allocate(16); Buffer y = device.allocate(16)) {
        device.execute(Call.of("fake:0", MatMul.PLAIN, List.of(other, other)), List.of(x, x), List.of(y));
      }
      assertThat(driver.launched).as("the same kind").hasSize(7).last().extracting(l -> l.source()).isEqualTo(TEXT);
      assertThat(device.info().notes()).isEmpty();
    }
    assertThat(driver.kernels).isEmpty();
  }

  @Test
  void aWrongWayIsRefusedWithOneWarning() {
    work(0.001);
    try (GpuDevice device = open()) {
      assertThat(twice(device)).isNotEqualTo(TEXT);
      assertThat(warnings).hasSize(1);
      assertThat(warnings.getFirst()).startsWith("fake:0 (Fake, none): faster matmul f32 is not used")
          .contains("matmul (3, 5) f32, (5, 2) f32: element 0 is ", "the ordinary kernel has ");
      assertThat(device.info().notes()).hasSize(1);
    }
  }

  @Test
  void outputsThatAreNotWrittenAreSeen() {
    driver.work = (source, memory) -> {
      if (!source.equals(TEXT)) {
        multiply(memory, 0);
      }
    };
    try (GpuDevice device = open()) {
      assertThat(twice(device)).isNotEqualTo(TEXT);
      assertThat(warnings).hasSize(1).first().asString().contains("is NaN");
    }
  }

  @Test
  void aWayThatCannotBeBuiltIsRefusedWithOneWarning() {
    driver.work = (source, memory) -> {
      if (source.equals(TEXT)) {
        throw new DriverException("launch: FAKE_INVALID_IMAGE", false);
      }
      multiply(memory, 0);
    };
    try (GpuDevice device = open()) {
      assertThat(twice(device)).isNotEqualTo(TEXT);
      assertThat(warnings).hasSize(1).first().asString().contains("FAKE_INVALID_IMAGE");
    }
  }

  @Test
  void aLostDeviceIsLostWhileProvingToo() {
    driver.work = (source, memory) -> {
      throw new DriverException("launch: FAKE_LOST", true);
    };
    try (GpuDevice device = open(); Buffer a = device.allocate(64); Buffer y = device.allocate(64)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> device.execute(MATMUL, List.of(a, a), List.of(y)))
            .isInstanceOf(DeviceLostException.class).hasMessageContaining("matmul (4, 4) f32")
            .hasMessageContaining("FAKE_LOST");
      }
      assertThat(warnings).isEmpty();
    }
  }

  /** What fails before or beside the faster way is nothing that speaks against it. */
  @Test
  void everyFailureIsNamedOrARefusalAndLeaksNothing() {
    for (int nth = 1;; nth++) {
      FakeDriver failing = new FakeDriver();
      failing.work = (source, memory) -> multiply(memory, 0);
      List<String> told = new ArrayList<>();
      GpuDevice device = new GpuDevice("fake:0", failing, false, List.of(new Faster()), told::add);
      failing.failAfter = nth;
      boolean thrown = false;
      try (Buffer a = device.allocate(64); Buffer y = device.allocate(64)) {
        device.execute(MATMUL, List.of(a, a), List.of(y));
        device.finish();
      } catch (DeviceException e) {
        thrown = true;
        assertThat(e).isNotInstanceOf(DeviceLostException.class).hasMessageContaining("FAKE_FAILURE");
      }
      boolean reached = failing.failAfter == 0;
      assertThat(reached).as("call %s", nth).isEqualTo(thrown || !told.isEmpty());
      failing.failAfter = 0;
      try (Buffer a = device.allocate(64); Buffer y = device.allocate(64)) {
        device.execute(MATMUL, List.of(a, a), List.of(y));
      }
      assertThat(failing.launched.getLast().source().equals(TEXT)).isEqualTo(told.isEmpty());
      device.close();
      assertThat(failing.live).isEmpty();
      assertThat(failing.kernels).isEmpty();
      if (!reached) {
        assertThat(nth).as("calls made").isGreaterThan(20);
        return;
      }
    }
  }
}
