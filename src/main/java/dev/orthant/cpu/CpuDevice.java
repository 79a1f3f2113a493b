package dev.orthant.cpu;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.conv.MatrixEngines;
import dev.orthant.cpu.integer.IntegerRunner;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.cpu.move.CastRunner;
import dev.orthant.cpu.move.CopyRunner;
import dev.orthant.cpu.move.ScatterAddRunner;
import dev.orthant.cpu.move.SortRunner;
import dev.orthant.cpu.op.ConvRunner;
import dev.orthant.cpu.op.MatMulRunner;
import dev.orthant.cpu.op.PointwiseRunner;
import dev.orthant.cpu.op.RandomRunner;
import dev.orthant.cpu.pool.PoolGradient;
import dev.orthant.cpu.pool.PoolRunner;
import dev.orthant.cpu.reduce.CumSumRunner;
import dev.orthant.cpu.reduce.ReduceRunner;
import dev.orthant.device.BufferPool;
import dev.orthant.device.CheckedDevice;
import dev.orthant.device.DeviceInfo;
import dev.orthant.device.DeviceStats;
import dev.orthant.device.FirstUse;
import dev.orthant.op.Call;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Gather;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The machine's own processor. Work is done when {@link #execute} returns, by the calling thread and a pool that helps
 * it; several threads may give work at once. The same call gives the same bits, however many threads compute.
 */
public final class CpuDevice extends CheckedDevice<CpuBuffer> {
  private static final String NAME = "cpu";

  private final DeviceInfo info;
  private final FirstUse firstUse;
  private final BufferPool<CpuMemory.Block> memory;
  private final WorkerPool workers;
  private final VectorCompiler compiler;
  private final PointwiseRunner pointwise;
  private final IntegerRunner integers;
  private final ReduceRunner reduce;
  private final MatMulRunner matMul;
  private final ConvRunner convolution;
  private final PoolRunner pool;
  private final PoolGradient poolGradient;
  private final CopyRunner moving;
  private final CastRunner casting;
  private final RandomRunner random;
  private final ScatterAddRunner scattering;
  private final CumSumRunner cumulative;
  private final SortRunner sorting;
  private final LongAdder launches = new LongAdder();
  /** Work holds the read lock, closing takes the write lock: nothing is freed under work. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();
  private volatile boolean closed;

  public CpuDevice(CpuSettings settings) {
    super(CpuBuffer.class);
    boolean vectors = settings.vectors() && CpuInfo.hasVectors();
    this.info = CpuInfo.describe(settings, vectors);
    this.firstUse = new FirstUse(NAME, info.notes());
    this.memory = new BufferPool<>(NAME, new CpuMemory(settings.memoryBytes()));
    this.workers = new WorkerPool(settings.threads());
    this.compiler = new VectorCompiler(vectors);
    this.pointwise = new PointwiseRunner(compiler, workers);
    this.integers = new IntegerRunner(workers);
    this.pool = new PoolRunner(workers);
    this.poolGradient = new PoolGradient(workers);
    this.moving = new CopyRunner(workers);
    this.casting = new CastRunner(workers);
    this.random = new RandomRunner(workers);
    this.scattering = new ScatterAddRunner(workers);
    this.cumulative = new CumSumRunner(workers);
    this.sorting = new SortRunner(workers);
    this.reduce = new ReduceRunner(compiler, workers);
    MatrixEngines engines = new MatrixEngines(vectors, workers);
    this.matMul = new MatMulRunner(compiler, engines);
    this.convolution = new ConvRunner(compiler, engines, pointwise);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DeviceInfo info() {
    return info;
  }

  @Override
  protected CpuBuffer allocated(long bytes) {
    firstUse.tell();
    return whileOpen(() -> new CpuBuffer(this, memory, memory.allocate(bytes)));
  }

  @Override
  protected void written(CpuBuffer target, long offset, MemorySegment source) {
    whileHeld(List.of(target), () -> target.segment().asSlice(offset, source.byteSize()).copyFrom(source));
  }

  @Override
  protected void fill(MemorySegment target, CpuBuffer source, long offset) {
    whileHeld(List.of(source), () -> target.copyFrom(source.segment().asSlice(offset, target.byteSize())));
  }

  @Override
  protected void executed(Call call, List<CpuBuffer> operands) {
    whileHeld(operands, () -> {
      try {
        launches.increment();
        dispatch(call, operands);
      } catch (InvalidInputException | DeviceException | ClosedException e) {
        throw e;
      } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
        throw new DeviceException(NAME, call + " failed: " + e, e);
      }
    });
  }

  private void dispatch(Call call, List<CpuBuffer> buffers) {
    if (call.outputs().stream().allMatch(o -> o.shape().isEmpty())) {
      return;
    }
    long[] addresses = new long[buffers.size()];
    for (int i = 0; i < addresses.length; i++) {
      addresses[i] = buffers.get(i).address();
    }
    switch (call.op()) {
      case Pointwise p when p.isInIntegers(call.inputs()) -> integers.run(call, p, addresses);
      case Pointwise p -> pointwise.run(new PointwiseRunner.Task(p.formulas(), p.compute(call.inputs()), call.inputs(),
          call.outputs(), p.noise().size()), addresses, p.scalars(), p.noise());
      case MatMul m -> matMul.run(call, m, addresses);
      case Conv2d c -> convolution.run(call, c, addresses);
      case Reduce op when op.isInIntegers(call.inputs()) -> integers.run(call, op, addresses);
      case Reduce op -> reduce.run(call, op, addresses);
      case Pool2d op -> pool.run(call, op, addresses);
      case Pool2dBackward op -> poolGradient.run(call, op, addresses);
      case Copy op -> moving.copy(call, op, addresses);
      case Concat op -> moving.concat(call, op, addresses);
      case Cast _ -> casting.run(call, addresses);
      case Gather op -> moving.gather(call, op, addresses);
      case ScatterAdd op -> scattering.run(call, op, addresses);
      case CumSum op -> cumulative.run(call, op, addresses);
      case Sort op -> sorting.run(call, op, addresses);
      case Random op -> random.run(op, addresses[0]);
      case Conv2dBackwardData op -> convolution.run(call, op, addresses);
      case Conv2dBackwardWeights op -> convolution.run(call, op, addresses);
    }
  }

  /** Nothing is freed under the work. */
  private void whileHeld(List<CpuBuffer> buffers, Runnable work) {
    whileOpen(() -> {
      holdAll(buffers);
      try {
        work.run();
      } finally {
        buffers.forEach(CpuBuffer::letGo);
      }
      return buffers;
    });
  }

  private static void holdAll(List<CpuBuffer> buffers) {
    for (int i = 0; i < buffers.size(); i++) {
      try {
        buffers.get(i).hold();
      } catch (ClosedException e) {
        buffers.subList(0, i).forEach(CpuBuffer::letGo);
        throw e;
      }
    }
  }

  private <T> T whileOpen(java.util.function.Supplier<T> work) {
    Lock lock = life.readLock();
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException(NAME + " is closed");
      }
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void finish() {
    whileOpen(() -> this);
  }

  @Override
  public DeviceStats stats() {
    return memory.stats(launches.sum());
  }

  @Override
  public void close() {
    Lock lock = life.writeLock();
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        compiler.close();
        workers.close();
        memory.close();
      }
    } finally {
      lock.unlock();
    }
  }

}
