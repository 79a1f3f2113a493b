package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Compiles formulas to classes whose loop is the one that a person would write by hand: {@link Lowering} makes them a
 * {@link LoopIr}, {@link LoopSplitter} cuts that, a {@link LoopWriter} writes bytecode. Kernels are kept: asking again
 * for the same formulas on operands stored alike gives the same kernel.
 */
public final class VectorCompiler implements AutoCloseable {
  /** Operations of a method that C1 still compiles, with a margin. */
  private static final int VECTOR_STAGE = 32;
  private static final int SCALAR_STAGE = 400;
  /** When so many kernels are kept, all are forgotten: a program that makes formulas for ever must not fill memory. */
  private static final int KEPT = 4096;
  private static final long IDLE_SECONDS = 2;

  /**
   * What a kernel is compiled for.
   *
   * @param compute F32 or F64
   */
  public record Key(List<Expr> formulas, DType compute, List<Operand> inputs, List<ElementType> outputs) {
    public Key {
      formulas = List.copyOf(formulas);
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  private final boolean vectors;
  private final Map<Key, Kernel> kernels = new ConcurrentHashMap<>();
  private final Workspace.PerThread workspaces = new Workspace.PerThread();
  private final ThreadPoolExecutor warmer;

  /** @param vectors whether the vector module is there and wanted */
  public VectorCompiler(boolean vectors) {
    this.vectors = vectors;
    this.warmer = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread t = new Thread(task, "orthant-cpu-warmup");
      t.setDaemon(true);
      return t;
    });
    warmer.allowCoreThreadTimeOut(true);
  }

  boolean hasVectors() {
    return vectors;
  }

  Workspace workspace() {
    return workspaces.get();
  }

  /** The kernel for {@code key}. */
  public Kernel kernel(Key key) {
    Kernel known = kernels.get(key);
    if (known != null) {
      return known;
    }
    if (kernels.size() >= KEPT) {
      kernels.clear();
    }
    return kernels.computeIfAbsent(key, k -> new Kernel(this, k, scalar(k)));
  }

  /** Compiles to scalar code. */
  static LoopDriver scalar(Key key) {
    LoopSplitter stages = stages(key, SCALAR_STAGE);
    List<Loop> loops = new ArrayList<>();
    for (LoopIr dag : stages.dags()) {
      loops.add(new ScalarLoopWriter(dag, stages.operands(), key.compute).define());
    }
    return new LoopDriver(loops, stages, given(key), key.outputs.size(), 1, key.compute);
  }

  /** Compiles to vector code; only with the vector module. */
  static LoopDriver vector(Key key) {
    LoopSplitter stages = stages(key, VECTOR_STAGE);
    List<Loop> loops = new ArrayList<>();
    for (LoopIr dag : stages.dags()) {
      loops.add(new VectorLoopWriter(dag, stages.operands(), key.compute).define());
    }
    return new LoopDriver(loops, stages, given(key), key.outputs.size(), VectorLoopWriter.length(key.compute),
        key.compute);
  }

  private static LoopSplitter stages(Key key, int limit) {
    List<Operand> operands = new ArrayList<>(key.inputs);
    key.outputs.forEach(o -> operands.add(new Operand(o, false)));
    LoopIr dag = Lowering.lower(key.formulas, key.compute, key.inputs.stream().map(Operand::storage).toList(),
        key.outputs);
    return new LoopSplitter(dag, operands, key.compute == DType.F64 ? ElementType.F64 : ElementType.F32, limit);
  }

  private static int given(Key key) {
    return key.inputs.size() + key.outputs.size();
  }

  /** Makes vector code for {@code kernel} in the background and, once it runs as compiled code, lets it take over. */
  void warmUp(Kernel kernel) {
    warmer.execute(() -> warmUpNow(kernel));
  }

  /** The same on this thread; returns whether vector code took over. */
  boolean warmUpNow(Kernel kernel) {
    LoopDriver vector = vector(kernel.key());
    if (WarmUp.run(vector, kernel.scalar(), kernel.key(), this::workspace)) {
      kernel.use(vector);
    }
    return kernel.usesVectors();
  }

  @Override
  public void close() {
    warmer.shutdownNow();
    kernels.clear();
  }
}
