package dev.orthant.cpu.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Off-heap work memory of one thread: a few named buffers that only grow, aligned to pages. A buffer's content is valid
 * until the next {@link #get} of the same slot. Owned by a {@link WorkerPool}, which frees it when it closes.
 */
public final class Scratch implements AutoCloseable {
  private static final long PAGE = 4096;
  /**
   * For tests: a buffer is all NaN whenever it is handed out, so that a result shows what was read and never written.
   */
  static final boolean POISON = Boolean.getBoolean("orthant.test.poison");
  static final byte NAN = (byte) 0xFF;

  /** What a buffer is for; slots never overlap. */
  public enum Slot {
    /** A packed block of A. */
    A,
    /** A packed block of B. */
    B,
    /** The tile that an epilogue reads. */
    TILE,
    /** Partial sums over k-blocks when the output cannot hold them, or not all that is to be kept of them. */
    PARTIAL,
    /** A whole operand packed for one call (convolution weights). */
    PREPACKED,
    /** An image with its padding. */
    IMAGE
  }

  private record Buffer(Arena arena, MemorySegment memory) {}

  private final Map<Slot, Buffer> buffers = new EnumMap<>(Slot.class);
  private @Nullable Object contentKey;

  /** The address of the slot's buffer, at least {@code bytes} long; growing it loses its content. */
  public long get(Slot slot, long bytes) {
    Buffer buffer = buffers.get(slot);
    if (buffer == null || buffer.memory.byteSize() < bytes) {
      if (buffer != null) {
        buffers.remove(slot);
        buffer.arena.close();
      }
      Arena arena = Arena.ofShared();
      buffer = new Buffer(arena, arena.allocate(Math.max(bytes, PAGE), PAGE));
      if (POISON) {
        buffer.memory.fill(NAN);
      }
      buffers.put(slot, buffer);
      contentKey = null;
    }
    if (POISON && slot != Slot.A) {
      buffer.memory.fill(NAN);
    }
    return buffer.memory.address();
  }

  /** Whether slot A still holds what {@link #holds} was last told; makes repacking the same block unnecessary. */
  public boolean holding(Object key) {
    return key.equals(contentKey);
  }

  public void holds(@Nullable Object key) {
    contentKey = key;
  }

  @Override
  public void close() {
    buffers.values().forEach(buffer -> buffer.arena.close());
    buffers.clear();
  }
}
