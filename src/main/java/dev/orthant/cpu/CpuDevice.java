package dev.orthant.cpu;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
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
import dev.orthant.device.Buffer;
import dev.orthant.device.BufferPool;
import dev.orthant.device.Device;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The machine's own processor. Work is done when {@link #execute} returns, by the calling thread and a pool that helps
 * it; several threads may give work at once. The same call gives the same bits, however many threads compute.
 */
public final class CpuDevice implements Device {
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
  public Buffer allocate(long bytes) {
    if (bytes < 0) {
      throw new InvalidInputException(NAME + ": a buffer of " + bytes + " bytes was asked for; expected at least 0");
    }
    firstUse.tell();
    return whileOpen(() -> new CpuBuffer(this, memory, memory.allocate(bytes)));
  }

  @Override
  public void write(Buffer target, long offset, MemorySegment source) {
    Device.requireUsable(NAME + ": write", source, false);
    copy(target, offset, source.byteSize(), s -> s.copyFrom(source));
  }

  @Override
  public void read(Buffer source, long offset, MemorySegment target) {
    Device.requireUsable(NAME + ": read", target, true);
    copy(source, offset, target.byteSize(), target::copyFrom);
  }

  private void copy(Buffer buffer, long offset, long bytes, java.util.function.Consumer<MemorySegment> action) {
    CpuBuffer own = own(buffer);
    if (offset < 0 || bytes > own.bytes() - offset) {
      throw new InvalidInputException(NAME + ": bytes " + offset + " to " + (offset + bytes)
          + " of a buffer of " + own.bytes() + " bytes were asked for");
    }
    whileOpen(() -> {
      own.hold();
      try {
        action.accept(own.segment().asSlice(offset, bytes));
      } finally {
        own.letGo();
      }
      return own;
    });
  }

  @Override
  public void execute(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    requireTypes(call);
    List<CpuBuffer> buffers = check(call, inputs, outputs);
    whileOpen(() -> {
      holdAll(buffers);
      try {
        launches.increment();
        dispatch(call, buffers);
      } catch (InvalidInputException | DeviceException | ClosedException e) {
        throw e;
      } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
        throw new DeviceException(NAME, call + " failed: " + e, e);
      } finally {
        buffers.forEach(CpuBuffer::letGo);
      }
      return call;
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

  private List<CpuBuffer> check(Call call, List<Buffer> inputs, List<Buffer> outputs) {
    if (inputs.size() != call.inputs().size() || outputs.size() != call.outputs().size()) {
      throw new InvalidInputException(call + ": takes " + call.inputs().size() + " input and " + call.outputs().size()
          + " output buffers, got " + inputs.size() + " and " + outputs.size() + " (on " + NAME + ")");
    }
    List<CpuBuffer> all = new ArrayList<>(inputs.size() + outputs.size());
    for (int i = 0; i < inputs.size(); i++) {
      all.add(checked(call, inputs.get(i), call.input(i)));
    }
    for (int i = 0; i < outputs.size(); i++) {
      CpuBuffer out = checked(call, outputs.get(i), call.outputs().get(i));
      if (all.contains(out)) {
        throw new InvalidInputException(
            call + ": an output's buffer is also that of another operand (on " + NAME + ")");
      }
      all.add(out);
    }
    return all;
  }

  private CpuBuffer checked(Call call, Buffer buffer, TensorSpec spec) {
    CpuBuffer own = own(buffer);
    if (own.bytes() < spec.bytes()) {
      throw new InvalidInputException(call + ": a buffer of " + own.bytes() + " bytes was given for " + spec
          + ", which takes " + spec.bytes() + " (on " + NAME + ")");
    }
    return own;
  }

  private CpuBuffer own(Buffer buffer) {
    if (buffer instanceof CpuBuffer own && own.device() == this) {
      return own;
    }
    throw new InvalidInputException(NAME + ": was given a buffer of device " + buffer.device().name()
        + "; copy it to this device first");
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

  @Override
  public String toString() {
    return NAME;
  }
}
