package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.Philox;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A tensor closed by another thread while it is used: the method throws {@link ClosedException} or gives the right
 * numbers, nothing else, and nothing is left afterwards.
 */
final class ClosedMeanwhileTest {
  private static final long SEED = 20261201;
  private static final int ROUNDS = Integer.getInteger("orthant.races", 20);
  private static final int MAX_SPINS = 4000;

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  /** What is done to a tensor of shape (1, 4, 4, 4) that another thread closes; gives numbers to compare. */
  interface Use extends Function<Tensor, double[]> {}

  private static Use of(Function<Tensor, Tensor> method) {
    return x -> {
      try (Tensor y = method.apply(x)) {
        return y.toDoubleArray();
      }
    };
  }

  private static Use ofAll(Function<Tensor, List<Tensor>> method) {
    return x -> {
      List<Tensor> all = method.apply(x);
      try {
        return all.stream().flatMapToDouble(t -> Arrays.stream(t.toDoubleArray())).toArray();
      } finally {
        all.forEach(Tensor::close);
      }
    };
  }

  private static Tensor ones(Tensor x, long... dims) {
    return Tensor.full(x.device(), x.dtype(), Shape.of(dims), 1);
  }

  static Map<String, Use> uses() {
    Map<String, Use> m = new LinkedHashMap<>();
    m.put("toFloatArray", x -> toDoubles(x.toFloatArray()));
    m.put("toDoubleArray", Tensor::toDoubleArray);
    m.put("read", x -> {
      float[] to = new float[64];
      x.read(MemorySegment.ofArray(to));
      return toDoubles(to);
    });
    m.put("copyFrom", x -> {
      x.copyFrom(new float[64]);
      return new double[0];
    });
    m.put("to", of(x -> x.to(x.device())));
    m.put("evaluate", x -> x.evaluate().toDoubleArray());
    m.put("toString", x -> x.toString().startsWith("Tensor ") ? new double[0] : new double[1]);
    m.put("isPending", x -> new double[] {x.isPending() ? 1 : 0});
    m.put("shape", x -> Arrays.stream(x.shape().dims()).asDoubleStream().toArray());
    m.put("add", of(x -> x.add(x)));
    m.put("mul", of(x -> x.mul(2)));
    m.put("relu", of(Tensor::relu));
    m.put("tanh of exp", of(x -> {
      try (Tensor e = x.exp()) {
        return e.tanh();
      }
    }));
    m.put("where", of(x -> {
      try (Tensor c = x.gt(0)) {
        return x.where(c, 0);
      }
    }));
    m.put("dropout", of(x -> x.dropout(0.5, new Philox(1, 0))));
    m.put("applyAll", ofAll(x -> Tensor.applyAll("two", List.of(Expr.input(0).exp(), Expr.input(0).squared()),
        List.of(DType.F32, DType.F32), List.of(x))));
    m.put("reshape", of(x -> x.reshape(4, 16)));
    m.put("detach", of(Tensor::detach));
    m.put("transpose", of(Tensor::transpose));
    m.put("slice", of(x -> x.slice(1, 1, 3)));
    m.put("split", ofAll(x -> x.split(1, 1, 3)));
    m.put("select", of(x -> x.select(1, 2)));
    m.put("flip", of(x -> x.flip(1)));
    m.put("pad", of(x -> x.pad(2, 1, 1, 7)));
    m.put("tile", of(x -> x.tile(1, 2, 1, 1)));
    m.put("broadcastTo", of(x -> x.broadcastTo(Shape.of(2, 4, 4, 4))));
    m.put("expandDims", of(x -> x.expandDims(0)));
    m.put("squeeze", of(x -> x.squeeze(0)));
    m.put("concat", of(x -> Tensor.concat(0, List.of(x, x))));
    m.put("stack", of(x -> Tensor.stack(0, List.of(x, x))));
    m.put("cast", of(x -> x.cast(DType.F16)));
    m.put("cumSum", of(x -> x.cumSum(1)));
    m.put("cumProd", of(x -> x.cumProd(1)));
    m.put("sort", x -> {
      try (var s = x.sort(1, false)) {
        return s.values().toDoubleArray();
      }
    });
    m.put("topK", x -> {
      try (var s = x.topK(1, 2)) {
        return s.values().toDoubleArray();
      }
    });
    m.put("sum", of(x -> x.sum(1)));
    m.put("max", of(x -> x.max(true, 1)));
    m.put("norm", of(x -> x.norm(2, 1)));
    m.put("variance", of(x -> x.variance(false, 1)));
    m.put("argMax", of(x -> x.argMax(1)));
    m.put("softmax", of(x -> x.softmax(1)));
    m.put("logSumExp", of(x -> x.logSumExp(false, 1)));
    m.put("layerNorm", of(x -> x.layerNorm(null, null)));
    m.put("groupNorm", of(x -> x.groupNorm(2, null, null)));
    m.put("matMul", of(x -> x.matMul(x)));
    m.put("matMul add relu", of(x -> {
      try (Tensor y = x.matMul(x); Tensor z = y.add(x)) {
        return z.relu();
      }
    }));
    m.put("conv2d", of(x -> {
      try (Tensor w = ones(x, 2, 4, 3, 3)) {
        return x.conv2d(w, Conv2d.stride(1).padding(1));
      }
    }));
    m.put("maxPool2d", of(x -> x.maxPool2d(2, 2)));
    m.put("maxout", of(x -> x.maxout(1, 2)));
    m.put("crelu", of(x -> x.crelu(1)));
    m.put("addChannelBias", of(x -> {
      try (Tensor b = ones(x, 4)) {
        return x.addChannelBias(b, Layout.NCHW);
      }
    }));
    m.put("activate", of(x -> x.activate(Activations.GELU)));
    m.put("requireGradient", x -> new double[] {x.requireGradient() == x ? 1 : 0});
    m.put("assign", x -> {
      try (Tensor other = ones(x, 1, 4, 4, 4)) {
        x.assign(other);
        return new double[0];
      }
    });
    m.put("gradient", x -> {
      x.requireGradient();
      try (Tape tape = Tape.open(); Tensor y = x.tanh(); Tensor z = y.matMul(x); Tensor s = z.softmax(3)) {
        tape.backward(s);
        try (Tensor g = x.gradient()) {
          return g.toDoubleArray();
        }
      }
    });
    m.put("keep", x -> {
      try (Scope scope = Scope.open()) {
        Tensor y = scope.keep(x.add(1));
        try (y) {
          return y.toDoubleArray();
        }
      }
    });
    return m;
  }

  private static double[] toDoubles(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** The tensor that is closed: in memory, or pending. */
  static Tensor subject(Device device, boolean pending) {
    float[] values = new float[64];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor x = Tensor.of(device, Shape.of(1, 4, 4, 4), values);
    if (!pending) {
      return x;
    }
    try (x) {
      return x.sub(0.25);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void everyMethodGivesItsNumbersOrSaysClosed(Device device) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    AtomicInteger told = new AtomicInteger();
    long before = device.stats().liveBuffers();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      for (Map.Entry<String, Use> use : uses().entrySet()) {
        for (boolean pending : new boolean[] {false, true}) {
          double[] truth;
          try (Tensor x = subject(device, pending)) {
            truth = use.getValue().apply(x);
          }
          for (int round = 0; round < ROUNDS; round++) {
            race(use.getKey(), use.getValue(), subject(device, pending), truth, other,
                random.nextInt(-MAX_SPINS, MAX_SPINS), told);
          }
        }
      }
    }
    System.out.println("seed " + SEED + ", " + device.name() + ": " + uses().size() * 2 * ROUNDS + " races, "
        + told.get() + " found the tensor closed");
    for (int i = 0; i < 200 && device.stats().liveBuffers() > before; i++) {
      System.gc(); // what other tests have left may go as well
      Thread.sleep(10);
    }
    assertThat(device.stats().liveBuffers()).isLessThanOrEqualTo(before);
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }

  /**
   * One race.
   *
   * @param spins how much later the tensor is closed than used
   */
  private static void race(String name, Use use, Tensor x, double[] truth, ExecutorService other, int spins,
      AtomicInteger told) throws Exception {
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
      assertThat(use.apply(x)).as(name).isEqualTo(truth);
    } catch (ClosedException e) {
      told.incrementAndGet();
    } catch (RuntimeException e) {
      throw new AssertionError(name + ", seed " + SEED, e);
    }
    closing.get();
  }

  /** Threads that read a tensor to which another assigns see one value or the other. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void assigningDisturbsNoReader(Device device) throws Exception {
    try (Tensor x = Tensor.full(device, DType.F32, Shape.of(8), 1);
        ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> writing = other.submit(() -> {
        for (int i = 0; i < 300; i++) {
          try (Tensor next = Tensor.full(device, DType.F32, Shape.of(8), i)) {
            x.assign(next);
          }
        }
      });
      while (!writing.isDone()) {
        try (Tensor y = x.mul(2)) {
          float[] got = y.toFloatArray();
          for (float g : got) {
            assertThat(g).isEqualTo(got[0]);
          }
        }
      }
      writing.get();
    }
  }

  /** A gradient found for a weight that is gone belongs to nobody. */
  @Test
  void theGradientOfAClosedWeightIsNotKept() {
    Device device = Devices.named("cpu");
    long before = device.stats().liveBuffers();
    try (Tape tape = Tape.open(); Tensor x = Tensor.full(device, DType.F32, Shape.of(8), 1)) {
      Tensor w = Tensor.full(device, DType.F32, Shape.of(8), 2).requireGradient();
      try (Tensor y = w.add(x)) {
        w.close();
        tape.backward(y);
      }
      assertThatThrownBy(w::gradient).isInstanceOf(ClosedException.class);
    }
    assertThat(device.stats().liveBuffers()).isLessThanOrEqualTo(before);
  }
}
