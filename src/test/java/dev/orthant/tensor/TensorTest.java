package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.op.Conv2d;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

final class TensorTest {
  private final ReferenceDevice device = ReferenceDevice.named("cpu");

  private Tensor of(float... values) {
    return Tensor.of(device, Shape.of(values.length), values);
  }

  @Test
  void aScopeClosesWhatWasMadeInsideAndNotKept() {
    Tensor kept;
    try (Scope outer = Scope.open()) {
      Tensor inOuter;
      try (Scope inner = Scope.open()) {
        Tensor x = of(1, 2);
        inOuter = inner.keep(x.add(1));
        assertThat(inner.size()).isEqualTo(1);
      }
      assertThat(inOuter.toFloatArray()).containsExactly(2, 3);
      kept = outer.keep(inOuter.mul(2));
    }
    assertThat(kept.toFloatArray()).containsExactly(4, 6);
    kept.close();
    kept.close();
    assertThat(device.stats().liveBuffers()).isZero();
    assertThatThrownBy(kept::toFloatArray).isInstanceOf(ClosedException.class);
  }

  @Test
  void whatIsMadeDetachedBelongsToNoScope() {
    Tensor detached;
    try (Scope outer = Scope.open()) {
      detached = Scope.detached(() -> {
        try (Scope inner = Scope.open()) {
          return inner.keep(of(1, 2).add(1));
        }
      });
      assertThat(outer.size()).isZero();
      Tensor after = of(3);
      assertThat(outer.size()).isEqualTo(1);
      assertThat(after.toFloatArray()).containsExactly(3);
    }
    assertThat(detached.toFloatArray()).containsExactly(2, 3);
    detached.close();
    assertThat(device.stats().liveBuffers()).isZero();
  }

  @Test
  void splitIsWhatConcatUndoes() {
    try (Scope _ = Scope.open()) {
      Tensor x = of(1, 2, 3, 4, 5, 6).reshape(2, 3);
      List<Tensor> parts = x.split(1, 1, 0, 2);
      assertThat(parts.get(0).toFloatArray()).containsExactly(1, 4);
      assertThat(parts.get(1).shape()).isEqualTo(Shape.of(2, 0));
      assertThat(parts.get(2).toFloatArray()).containsExactly(2, 3, 5, 6);
      assertThat(Tensor.concat(1, parts).toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThatThrownBy(() -> x.split(0, 1, 2)).isInstanceOf(ShapeException.class).hasMessageContaining("split");
    }
  }

  @Test
  void scopesAreClosedInnermostFirst() {
    Scope outer = Scope.open();
    Scope inner = Scope.open();
    assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
    inner.close();
    outer.close();
  }

  @Test
  void closingAnInputDoesNotDisturbWhatWasBuiltFromIt() {
    Tensor x = of(1, 2);
    Tensor y = x.mul(3);
    x.close();
    assertThat(y.toFloatArray()).containsExactly(3, 6);
    assertThat(device.stats().liveBuffers()).isEqualTo(1);
    y.close();
    assertThat(device.stats().liveBuffers()).isZero();
  }

  @Test
  void writingInPlaceDoesNotChangeResultsBuiltBefore() {
    try (Scope _ = Scope.open()) {
      Tensor x = of(1, 2);
      Tensor view = x.reshape(2, 1);
      Tensor before = view.mul(10);
      x.copyFrom(5, 6);
      Tensor after = view.mul(10);
      assertThat(before.toFloatArray()).containsExactly(10, 20);
      assertThat(after.toFloatArray()).containsExactly(50, 60);
    }
  }

  @Test
  void viewsShareMemory() {
    try (Scope _ = Scope.open()) {
      Tensor x = of(1, 2, 3, 4);
      Tensor y = x.reshape(2, 2).reshape(4, 1);
      assertThat(y.toFloatArray()).containsExactly(1, 2, 3, 4);
      assertThat(device.stats().liveBuffers()).isEqualTo(1);
      x.close();
      assertThat(y.toFloatArray()).containsExactly(1, 2, 3, 4);
    }
    assertThat(device.stats().liveBuffers()).isZero();
  }

  @Test
  void mistakesNameOpShapesTypesAndDevice() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(device, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
      Tensor y = Tensor.of(device, Shape.of(4, 5), new float[20]);
      long launches = device.stats().launches();
      assertThatThrownBy(() -> x.matMul(y)).isInstanceOf(ShapeException.class)
          .hasMessage("matmul: inner dimensions differ: lhs (2, 3) f32, rhs (4, 5) f32; expected rhs (3, n) (on cpu)");
      assertThatThrownBy(() -> x.add(y)).isInstanceOf(ShapeException.class)
          .hasMessage("add: inputs [(2, 3) f32, (4, 5) f32] do not broadcast (on cpu)");
      assertThatThrownBy(() -> x.conv2d(y, Conv2d.PLAIN)).isInstanceOf(ShapeException.class)
          .hasMessageContaining("conv2d: takes rank 4");
      assertThatThrownBy(() -> x.reshape(7)).isInstanceOf(ShapeException.class).hasMessageContaining("(2, 3) f32")
          .hasMessageContaining("(7,)");
      Tensor other = Tensor.of(ReferenceDevice.named("opencl:0"), Shape.of(2, 3), new float[6]);
      assertThatThrownBy(() -> x.add(other)).isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "add: operands are on different devices: cpu and (2, 3) f32 on opencl:0; move one with to(device)");
      assertThatThrownBy(() -> Tensor.of(device, Shape.of(2), 1, 2, 3)).isInstanceOf(ShapeException.class)
          .hasMessageContaining("takes 2 values, got 3");
      assertThat(device.stats().launches()).isEqualTo(launches);
    }
  }

  @Test
  void aFailedLaunchLeaksNothingAndNamesTheOp() {
    ReferenceDevice failing = ReferenceDevice.failing("cpu", c -> c.op().name().equals("matmul"));
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(failing, Shape.of(1, 1), 2);
      assertThatThrownBy(() -> x.matMul(x).relu().toFloatArray()).isInstanceOf(DeviceException.class)
          .hasMessageContaining("matmul");
      assertThat(x.relu().toFloatArray()).as("the device goes on").containsExactly(2);
    }
    assertThat(failing.stats().liveBuffers()).isZero();
  }

  @Test
  void oneDimensionalConvolutionIsAViewOfTheTwoDimensional() {
    try (Scope _ = Scope.open()) {
      Tensor signal = Tensor.of(device, Shape.of(1, 1, 5), 1, 2, 3, 4, 5);
      Tensor filter = Tensor.of(device, Shape.of(1, 1, 3), 1, 0, -1);
      Tensor y = signal.conv1d(filter, Conv2d.PLAIN.padding(0, 1, 0, 1));
      assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 5));
      assertThat(y.toFloatArray()).containsExactly(-2, -2, -2, -2, 4);
    }
    assertThat(device.stats().liveBuffers()).isZero();
  }

  @Test
  void fullAndEmpty() {
    try (Tensor x = Tensor.full(device, DType.F16, Shape.of(2, 2), 1.5)) {
      assertThat(x.toDoubleArray()).containsExactly(1.5, 1.5, 1.5, 1.5);
    }
    try (Tensor e = Tensor.of(device, Shape.of(0, 3)); Tensor y = e.relu()) {
      assertThat(y.toFloatArray()).isEmpty();
    }
    assertThat(device.stats().liveBuffers()).isZero();
  }

  @Test
  void theCleanerCatchesWhatWasForgottenAndSaysSo() throws InterruptedException {
    List<LogRecord> said = logged(() -> of(1, 2, 3));
    assertThat(said).hasSize(1);
    assertThat(said.getFirst().getMessage()).contains("a tensor (3,) f32 on cpu was never closed");
  }

  @Test
  void nothingIsSaidOfWhatAScopeOwnsOrWasNeverComputed() throws InterruptedException {
    try (Scope scope = Scope.open()) {
      assertThat(logged(() -> of(1, 2, 3).add(1).relu().toFloatArray())).isEmpty();
      assertThat(scope.size()).as("collected early").isLessThan(3);
    }
    try (Tensor x = of(1, 2, 3)) {
      assertThat(logged(() -> x.add(1).relu().close())).isEmpty();
    }
    assertThat(device.stats().liveBuffers()).isZero();
  }

  /** What the Cleaner logs after the work's tensors were collected. */
  private List<LogRecord> logged(Runnable work) throws InterruptedException {
    List<LogRecord> records = Collections.synchronizedList(new ArrayList<>());
    java.util.logging.Handler catcher = new java.util.logging.Handler() {
      @Override
      public void publish(LogRecord record) {
        records.add(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger("dev.orthant.tensor.Handle");
    logger.addHandler(catcher);
    long before = device.stats().liveBuffers();
    try {
      work.run();
      for (int i = 0; i < 100 && (i < 5 || device.stats().liveBuffers() > before); i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertThat(device.stats().liveBuffers()).isLessThanOrEqualTo(before);
      return List.copyOf(records);
    } finally {
      logger.removeHandler(catcher);
    }
  }

  @Test
  void manyThreadsShareWeights() throws Exception {
    try (Tensor w = Tensor.of(device, Shape.of(2, 2), 1, 2, 3, 4); var pool = Executors.newFixedThreadPool(8)) {
      List<Callable<float[]>> work = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        float v = i;
        work.add(() -> {
          try (Scope _ = Scope.open()) {
            return Tensor.of(device, Shape.of(1, 2), v, 1).matMul(w).relu().toFloatArray();
          }
        });
      }
      List<Future<float[]>> done = pool.invokeAll(work);
      for (int i = 0; i < done.size(); i++) {
        assertThat(done.get(i).get()).containsExactly(i + 3, 2 * i + 4);
      }
    }
    assertThat(device.stats().liveBuffers()).isZero();
  }
}
