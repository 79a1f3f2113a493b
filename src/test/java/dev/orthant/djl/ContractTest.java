package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.orthant.core.ClosedException;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Devices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What DJL's own integration suite asks of an engine, and what its users are told when they are wrong. */
final class ContractTest {
  private static final long SEED = 20261201;
  private static final int RACES = Integer.getInteger("orthant.races", 20);

  private static NDManager manager() {
    return OrthantNDManager.system().newSubManager(Device.cpu());
  }

  @Test
  void contentEqualsANumberOfTheSameTypeAndShape() {
    try (NDManager m = manager()) {
      assertThat(m.create(5).contentEquals(5)).isTrue();
      assertThat(m.create(5f).contentEquals(5)).isFalse();
      assertThat(m.create(5f).contentEquals(5f)).isTrue();
      assertThat(m.create(5f).contentEquals(6f)).isFalse();
      assertThat(m.create(new float[] {5, 5}).contentEquals(5f)).isFalse();
      assertThat(m.create(new float[0]).contentEquals(5f)).isFalse();
    }
  }

  @Test
  void realNumbersBecomeComplexAndBack() {
    try (NDManager m = manager()) {
      for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.INT32, DataType.UINT8,
          DataType.FLOAT16, DataType.INT64)) {
        NDArray x = m.create(new float[] {0, 1, 2, 3}, new Shape(2, 2)).toType(type, false);
        NDArray c = x.toType(DataType.COMPLEX64, false);
        assertThat(c.getDataType()).isEqualTo(DataType.COMPLEX64);
        assertThat(c.getShape()).isEqualTo(new Shape(2, 2));
        assertThat(c.real().toFloatArray()).containsExactly(0, 0, 1, 0, 2, 0, 3, 0);
        assertThat(c.toType(type, false)).isEqualTo(x);
      }
      NDArray c = m.create(new float[] {0, 0, 0, 1, 2.5f, 0}, new Shape(3, 2)).complex();
      assertThat(c.toType(DataType.BOOLEAN, false).toBooleanArray()).containsExactly(false, true, true);
      assertThat(c.toType(DataType.INT32, false).toIntArray()).containsExactly(0, 0, 2);
      assertThat(m.create(2f).toType(DataType.COMPLEX64, false).getShape()).isEqualTo(new Shape());
    }
  }

  @Test
  void aConditionMayBeOneForEachRow() {
    try (NDManager m = manager()) {
      NDArray a = m.arange(8f).reshape(2, 4);
      NDArray b = a.neg().sub(1);
      assertThat(NDArrays.where(m.create(new boolean[] {false, true}), a, b).toFloatArray())
          .containsExactly(-1, -2, -3, -4, 4, 5, 6, 7);
      assertThat(NDArrays.where(m.create(new boolean[] {true, false, true, false}), a, b).toFloatArray())
          .containsExactly(0, -2, 2, -4, 4, -6, 6, -8);
      // Where both would fit it is NumPy's rule: along the last axis.
      NDArray square = m.ones(new Shape(2, 2));
      assertThat(NDArrays.where(m.create(new boolean[] {true, false}), square, square.mul(0)).toFloatArray())
          .containsExactly(1, 0, 1, 0);
      assertThatThrownBy(() -> NDArrays.where(m.create(new boolean[3]), a, b))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void huesTurnByAnyNumberOfCircles() {
    try (NDManager m = manager()) {
      NDArray image = m.randomUniform(0, 1, new Shape(4, 4, 3));
      for (float hue : new float[] {0, 0.5f, 1, 7.25f, 1e6f}) {
        for (float v : image.getNDArrayInternal().randomHue(hue).toFloatArray()) {
          assertThat(v).isFinite();
        }
      }
      for (float hue : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
        assertThatThrownBy(() -> image.getNDArrayInternal().randomHue(hue)).isInstanceOf(InvalidInputException.class);
      }
    }
  }

  /** PyTorch's rule, and how to have the other. */
  @Test
  void gradientsAddUpAcrossCollectorsUntilTheyAreCleared() {
    try (NDManager m = manager()) {
      NDArray w = m.create(new float[] {1, 2});
      w.setRequiresGradient(true);
      collect(w, false);
      assertThat(w.getGradient().toFloatArray()).containsExactly(3, 3);
      collect(w, false);
      assertThat(w.getGradient().toFloatArray()).containsExactly(6, 6);
      collect(w, true);
      assertThat(w.getGradient().toFloatArray()).containsExactly(3, 3);
    }
  }

  private static void collect(NDArray w, boolean clear) {
    try (GradientCollector collector = OrthantEngine.instance().newGradientCollector()) {
      if (clear) {
        collector.zeroGradients();
      }
      collector.backward(w.mul(3).sum());
    }
  }

  @Test
  void aClosedArrayIsNamed() {
    try (NDManager m = manager()) {
      NDArray w = m.ones(new Shape(2, 3));
      w.setName("weight");
      w.close();
      assertThatThrownBy(() -> w.add(1)).isInstanceOf(ClosedException.class)
          .hasMessageContainingAll("\"weight\"", "(2, 3)", "float32", "cpu");
      NDArray y = m.ones(new Shape(4), DataType.INT64).get("1:3");
      y.close();
      assertThatThrownBy(y::toLongArray).isInstanceOf(ClosedException.class).hasMessageContainingAll("(2)", "int64");
    }
  }

  @Test
  void dataOfAnotherTypeGetTheCure() {
    try (NDManager m = manager()) {
      NDArray x = m.ones(new Shape(2, 3), DataType.FLOAT64);
      NDArray w = m.ones(new Shape(4, 3));
      for (Runnable wrong : List.<Runnable>of(
          () -> x.getNDArrayInternal().linear(x, w, null),
          () -> x.getNDArrayInternal().convolution(x.reshape(1, 2, 3), m.ones(new Shape(4, 2, 3)), null, new Shape(1),
              new Shape(0), new Shape(1), 1),
          () -> x.getNDArrayInternal().layerNorm(x, new Shape(3), m.ones(new Shape(3)), m.ones(new Shape(3)), 1e-5f),
          () -> x.getNDArrayInternal().batchNorm(x, m.zeros(new Shape(3)), m.ones(new Shape(3)), m.ones(new Shape(3)),
              m.zeros(new Shape(3)), 1, 0.9f, 1e-5f, false),
          () -> x.getNDArrayInternal().prelu(x, m.ones(new Shape(3))),
          () -> x.matMul(w.transpose()))) {
        assertThatThrownBy(wrong::run).isInstanceOf(DTypeException.class).hasMessageContaining("float64")
            .hasMessageContaining("toType(DataType.float32, false)");
      }
    }
  }

  @Test
  void dataOnAnotherDeviceGetTheCure() {
    Assumptions.assumeTrue(Devices.all().stream().anyMatch(d -> d.name().equals("opencl:0")));
    try (NDManager m = manager(); NDManager gpu = OrthantNDManager.system().newSubManager(Device.of("opencl", 0))) {
      NDArray x = m.ones(new Shape(2, 3));
      NDArray w = gpu.ones(new Shape(4, 3));
      for (Runnable wrong : List.<Runnable>of(() -> x.getNDArrayInternal().linear(x, w, null), () -> x.add(w),
          () -> x.matMul(w.transpose()), () -> NDArrays.where(x.gt(0), x, w), () -> x.eq(w))) {
        assertThatThrownBy(wrong::run).isInstanceOf(InvalidInputException.class)
            .hasMessageContainingAll("different devices", "toDevice(device, false)", "Predictor");
      }
    }
  }

  /** An array closed by another thread: its numbers or IllegalStateException. */
  @Test
  void anArrayClosedMeanwhileSaysSo() throws Exception {
    Map<String, Function<NDArray, float[]>> uses = new LinkedHashMap<>();
    uses.put("toFloatArray", NDArray::toFloatArray);
    uses.put("add", x -> read(x.add(x)));
    uses.put("softmax", x -> read(x.softmax(1)));
    uses.put("matMul", x -> read(x.matMul(x)));
    uses.put("get", x -> read(x.get("1:")));
    uses.put("addi", x -> read(x.addi(1)));
    uses.put("duplicate", x -> read(x.duplicate()));
    uses.put("reshape", x -> read(x.reshape(16)));
    uses.put("concat", x -> read(x.concat(x)));
    uses.put("sum", x -> read(x.sum(new int[] {1})));
    uses.put("toType", x -> read(x.toType(DataType.FLOAT64, false).toType(DataType.FLOAT32, false)));
    uses.put("shape", x -> new float[] {x.getShape().size()});
    uses.put("toString", x -> new float[] {x.toString().isEmpty() ? 1 : 0});
    SplittableRandom random = new SplittableRandom(SEED);
    int told = 0;
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (Map.Entry<String, Function<NDArray, float[]>> use : uses.entrySet()) {
        for (int round = 0; round < RACES; round++) {
          try (NDManager m = manager()) {
            float[] truth = use.getValue().apply(m.arange(16f).reshape(4, 4));
            NDArray x = m.arange(16f).reshape(4, 4);
            int spins = random.nextInt(-3000, 3000);
            CyclicBarrier start = new CyclicBarrier(2);
            Future<?> closing = other.submit(() -> {
              start.await();
              spin(spins);
              x.close();
              return null;
            });
            start.await();
            spin(-spins);
            try {
              assertThat(use.getValue().apply(x)).as(use.getKey()).isEqualTo(truth);
            } catch (IllegalStateException e) {
              told++;
            } catch (RuntimeException e) {
              throw new AssertionError(use.getKey() + ", seed " + SEED, e);
            }
            closing.get();
          }
        }
      }
    }
    System.out.println("seed " + SEED + ": " + told + " of " + uses.size() * RACES + " found the array closed");
  }

  private static float[] read(NDArray y) {
    return y.toFloatArray();
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }

  /** Several threads may look at a view whose base was written: none finds an open array closed. */
  @Test
  void threadsThatReadAStaleViewDisturbEachOtherNot() throws Exception {
    try (NDManager m = manager(); ExecutorService pool = Executors.newFixedThreadPool(3)) {
      NDArray base = m.zeros(new Shape(8, 8));
      NDArray view = base.get("2:6");
      for (int round = 1; round <= 50; round++) {
        base.addi(1);
        float expected = round;
        List<Future<float[]>> reads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          reads.add(pool.submit(() -> view.add(0).toFloatArray()));
        }
        for (Future<float[]> r : reads) {
          assertThat(r.get()).containsOnly(expected);
        }
      }
    }
  }
}
