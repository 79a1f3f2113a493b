package dev.orthant.cpu.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.CpuDevice;
import dev.orthant.cpu.CpuSettings;
import dev.orthant.device.Buffer;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pool2d;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Long sums keep to blocks and have the same bits for any number of threads, and what is not finite stays what it is,
 * though the errors of such additions are NaN. How far off sums may be is the parity run's matter.
 */
class LongSumsTest {
  private static final long MEMORY = 1L << 30;

  private record Task(Op op, List<TensorSpec> inputs) {}

  private static List<Task> tasks(DType type) {
    Conv2dBackwardWeights weights =
        new Conv2dBackwardWeights(Conv2d.PLAIN.layout(Layout.NCHW), 1, 1, Epilogue.NONE);
    return List.of(
        new Task(new MatMul(false, false, Epilogue.NONE), specs(type, new long[] {1, 9000}, new long[] {9000, 1})),
        new Task(new MatMul(false, false, Epilogue.NONE), specs(type, new long[] {1, 9000}, new long[] {9000, 700})),
        new Task(new MatMul(false, true, Epilogue.NONE), specs(type, new long[] {30, 9000}, new long[] {70, 9000})),
        new Task(new MatMul(false, true, Epilogue.NONE.scale(1)),
            specs(type, new long[] {30, 9000}, new long[] {70, 9000})),
        new Task(weights, specs(type, new long[] {300, 20, 4, 5}, new long[] {300, 30, 4, 5})),
        new Task(new CumSum(0, false, false), specs(type, new long[] {3000, 300})),
        new Task(new Pool2d(Pool2d.Kind.AVERAGE, 20, 30, Window.UNIT, Layout.NCHW, true, 1),
            specs(type, new long[] {2, 3, 21, 30})),
        new Task(new ScatterAdd(0, false, 7),
            List.of(TensorSpec.of(type, 3000, 70), TensorSpec.of(DType.I32, 3000))),
        new Task(new ScatterAdd(0, true, 7),
            List.of(TensorSpec.of(type, 3000, 70), TensorSpec.of(DType.I32, 3000, 70))));
  }

  private static List<TensorSpec> specs(DType type, long[]... shapes) {
    List<TensorSpec> specs = new ArrayList<>();
    for (long[] s : shapes) {
      specs.add(TensorSpec.of(type, s));
    }
    return specs;
  }

  @Test
  void bitsDependOnNoNumberOfThreads() {
    try (CpuDevice several = new CpuDevice(new CpuSettings(3, MEMORY, true));
        CpuDevice one = new CpuDevice(new CpuSettings(1, MEMORY, true))) {
      for (DType type : List.of(DType.F32, DType.F64, DType.BF16)) {
        for (Task t : tasks(type)) {
          assertThat(run(several, t, Double.NaN)).as(t.toString()).isEqualTo(run(one, t, Double.NaN));
        }
      }
    }
  }

  /** With one infinity among positive numbers each sum is infinite or a number, and some are infinite. */
  @Test
  void infinitiesStay() {
    try (CpuDevice cpu = new CpuDevice(new CpuSettings(2, MEMORY, true))) {
      for (DType type : List.of(DType.F32, DType.F64, DType.F16)) {
        for (Task t : tasks(type)) {
          double[] got = run(cpu, t, Double.POSITIVE_INFINITY);
          assertThat(Arrays.stream(got).anyMatch(Double::isNaN)).as(t.toString()).isFalse();
          assertThat(Arrays.stream(got).anyMatch(v -> v == Double.POSITIVE_INFINITY)).as(t.toString()).isTrue();
        }
      }
    }
  }

  /**
   * Fractions between 0.1 and 1.1, indices from 0 to 6; one element in the middle of the first input is {@code planted}
   * unless that is NaN.
   */
  private static double[] run(CpuDevice on, Task t, double planted) {
    Call call = Call.of(on.name(), t.op, t.inputs);
    List<Buffer> in = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (TensorSpec s : t.inputs) {
        MemorySegment m = arena.allocate(s.bytes(), 64);
        for (long i = 0; i < s.shape().elements(); i++) {
          double fraction = 0.1 + i * 7919 % 1009 / 1009.0;
          s.dtype().set(m, i, s.dtype().isFloating() ? fraction : i * i % 7);
        }
        if (in.isEmpty() && !Double.isNaN(planted)) {
          s.dtype().set(m, s.shape().elements() / 2, planted);
        }
        in.add(on.allocate(s.bytes()));
        on.write(in.getLast(), 0, m);
      }
      TensorSpec spec = call.output();
      try (Buffer out = on.allocate(spec.bytes())) {
        on.execute(call, in, List.of(out));
        MemorySegment m = arena.allocate(spec.bytes(), 64);
        on.read(out, 0, m);
        double[] values = new double[Math.toIntExact(spec.shape().elements())];
        for (int i = 0; i < values.length; i++) {
          values[i] = spec.dtype().get(m, i);
        }
        return values;
      }
    } finally {
      in.forEach(Buffer::close);
    }
  }
}
