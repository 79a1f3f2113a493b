package dev.orthant.device;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Something that computes. Usable from any thread; work is done in the order in which it was given. Work is
 * asynchronous: a failure surfaces at the next {@link #read}, {@link #write} or {@link #finish} as a
 * {@link dev.orthant.core.DeviceException} that names the op which failed ({@code -Dorthant.sync=true} waits after each
 * op instead).
 *
 * <p>Devices are found once per process by {@link Devices}, which owns and closes them; users only close the buffers
 * they allocate.
 */
public interface Device extends AutoCloseable {
  /** The name users give: {@code cpu}, {@code opencl:0}. */
  String name();

  /** What it is and can do. */
  DeviceInfo info();

  /**
   * Memory on this device, not initialised. The caller closes it.
   *
   * @param bytes ≥ 0
   * @throws dev.orthant.core.OutOfDeviceMemoryException when there is none even after the pool was emptied
   */
  Buffer allocate(long bytes);

  /**
   * Copies all of {@code source} into {@code target} at {@code offset}. The source may be changed when this returns.
   */
  void write(Buffer target, long offset, MemorySegment source);

  /** Waits for the work given so far, then fills all of {@code target} from {@code source} at {@code offset}. */
  void read(Buffer source, long offset, MemorySegment target);

  /**
   * Gives work. The buffers must be of this device, at least as large as the call's tensors, the outputs distinct from
   * the inputs; they may be closed as soon as this returns.
   *
   * @throws DTypeException when this device lacks one of the types
   */
  void execute(Call call, List<Buffer> inputs, List<Buffer> outputs);

  /** Waits for all work given so far. */
  void finish();

  /**
   * Whether its buffers lie in the memory of this machine, of which other programs take their part: a CPU, or what
   * pretends to be a GPU.
   */
  default boolean usesHostMemory() {
    return true;
  }

  /** Counters since the device was opened; for tests, {@code doctor} and the benchmark. */
  DeviceStats stats();

  /** Finishes, frees everything. Later calls throw {@link dev.orthant.core.ClosedException}. */
  @Override
  void close();

  /**
   * Throws unless this thread may use {@code memory} now. Implementations call it first in {@link #read} and
   * {@link #write}.
   *
   * @param what is done, for the message
   * @param writes whether the memory is to be written
   * @throws ClosedException when its arena is closed
   * @throws InvalidInputException when it belongs to another thread, or is read-only and to be written
   */
  static void requireUsable(String what, MemorySegment memory, boolean writes) {
    if (!memory.scope().isAlive()) {
      throw new ClosedException(what + ": the arena of the memory segment is closed");
    }
    if (!memory.isAccessibleBy(Thread.currentThread())) {
      throw new InvalidInputException(
          what + ": the memory segment belongs to another thread; take one of a shared or an automatic arena");
    }
    if (writes && memory.isReadOnly()) {
      throw new InvalidInputException(what + ": the memory segment is read-only");
    }
  }

  /**
   * Throws the error that users get for a type this device lacks. Implementations call it first in {@link #execute}.
   */
  default void requireTypes(Call call) {
    call.types().forEach(t -> requireType(call, t));
  }

  private void requireType(Call call, DType type) {
    if (!info().dtypes().contains(type)) {
      throw new DTypeException(
          call + ": " + name() + " (" + info().description() + ") has no " + type + "; it has " + info().dtypes());
    }
  }
}
