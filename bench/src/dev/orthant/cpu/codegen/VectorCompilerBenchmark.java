package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.expr.Activations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Generated loops against the same written by hand, in nanoseconds per element (4096 elements: L1). */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class VectorCompilerBenchmark {
  static final int COUNT = 4096;

  @Param({"relu", "gelu", "mish"})
  public String formula = "";

  private final Arena arena = Arena.ofShared();
  private final VectorCompiler compiler = new VectorCompiler(true);
  private final MemorySegment x = arena.allocate(4L * COUNT, 64);
  private final MemorySegment y = arena.allocate(4L * COUNT, 64);
  private final long[] addresses = {x.address(), y.address()};
  private final long[] strides = new long[2];
  private final double[] scalars = new double[0];
  private Kernel kernel = kernel(compiler, "relu");

  static Kernel kernel(VectorCompiler compiler, String activation) {
    Operand floats = new Operand(ElementType.F32, false);
    return compiler.kernel(new VectorCompiler.Key(List.of(Activations.named(activation).value()), DType.F32,
        List.of(floats), List.of(ElementType.F32)));
  }

  /** Input, and vector code from the start. */
  @Setup
  public void prepare() {
    Random random = new Random(1);
    for (int i = 0; i < COUNT; i++) {
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian() * 2);
    }
    kernel = kernel(compiler, formula);
    if (!compiler.warmUpNow(kernel)) {
      throw new IllegalStateException("C2 did not take the vector code of " + formula);
    }
  }

  @TearDown
  public void close() {
    compiler.close();
    arena.close();
  }

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public void generated() {
    kernel.run(1, COUNT, addresses, strides, scalars);
  }

  @Benchmark
  @OperationsPerInvocation(COUNT)
  public void byHand() {
    switch (formula) {
      case "relu" -> HandWritten.relu(x.address(), y.address(), COUNT);
      case "gelu" -> HandWritten.gelu(x.address(), y.address(), COUNT);
      case "mish" -> HandWritten.mish(x.address(), y.address(), COUNT);
      default -> throw new IllegalArgumentException(formula);
    }
  }
}
