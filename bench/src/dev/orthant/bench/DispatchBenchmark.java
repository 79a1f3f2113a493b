package dev.orthant.bench;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activations;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a device's {@code execute} costs when there is next to nothing to compute: microseconds per launch, waiting
 * after each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {
  @Param("cpu")
  public String device = "";

  private Work relu = Work.NONE;
  private Work matMul = Work.NONE;

  /** A call with its buffers. */
  private record Work(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    static final Work NONE =
        new Work(Call.of("", Pointwise.of(Activations.RELU), List.of(TensorSpec.of(DType.F32, 1))), List.of(),
            List.of());

    static Work of(Device on, Op op, TensorSpec... specs) {
      Call call = Call.of(on.name(), op, List.of(specs));
      return new Work(call, call.inputs().stream().map(s -> zeros(on, s)).toList(),
          call.outputs().stream().map(s -> zeros(on, s)).toList());
    }

    private static Buffer zeros(Device on, TensorSpec spec) {
      Buffer b = on.allocate(spec.bytes());
      try (Arena arena = Arena.ofConfined()) {
        on.write(b, 0, arena.allocate(spec.bytes()));
      }
      return b;
    }

    void run(Device on) {
      on.execute(call, inputs, outputs);
      on.finish();
    }

    void close() {
      inputs.forEach(Buffer::close);
      outputs.forEach(Buffer::close);
    }
  }

  /** Sixteen elements, and a product of 4 × 4 matrices with bias and ReLU. */
  @Setup
  public void prepare() {
    Device on = Devices.named(device);
    relu = Work.of(on, Pointwise.of(Activations.RELU), TensorSpec.of(DType.F32, 16));
    matMul = Work.of(on, MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.RELU)),
        TensorSpec.of(DType.F32, 4, 4), TensorSpec.of(DType.F32, 4, 4), TensorSpec.of(DType.F32, 4));
  }

  @TearDown
  public void close() {
    relu.close();
    matMul.close();
  }

  @Benchmark
  public void pointwise() {
    relu.run(Devices.named(device));
  }

  @Benchmark
  public void matMul() {
    matMul.run(Devices.named(device));
  }
}
