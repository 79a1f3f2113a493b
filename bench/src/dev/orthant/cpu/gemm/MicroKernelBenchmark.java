package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/** The generated matrix micro-kernel on operands that lie in the caches: {@code gigaflops} is the figure to read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class MicroKernelBenchmark {
  private static final int K = RegisterTile.KC;

  @Param({"F32", "F64"})
  public String type = "";

  private final Arena arena = Arena.ofShared();
  private ElementType element = ElementType.F32;
  private GemmKernels kernels = GemmKernels.scalar(ElementType.F32);
  private int rows;
  private long a;
  private long b;
  private long c;

  /** Counts what was computed. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Work {
    public double gigaflops;
  }

  /** A block of A as large as in a real product, one panel of B. */
  @Setup
  public void prepare() {
    element = ElementType.valueOf(type);
    kernels = GemmKernels.best(element);
    RegisterTile tile = kernels.tile();
    rows = tile.mc();
    a = arena.allocate((long) rows * K * element.bytes(), 64).address();
    b = arena.allocate((long) tile.nr() * K * element.bytes(), 64).address();
    c = arena.allocate((long) rows * tile.nr() * element.bytes(), 64).address();
  }

  @TearDown
  public void close() {
    arena.close();
  }

  @Benchmark
  public void panel(Work work) {
    int nr = kernels.tile().nr();
    kernels.micro().panel(rows, K, a, b, c, (long) nr * element.bytes());
    work.gigaflops += 2e-9 * rows * nr * K;
  }
}
