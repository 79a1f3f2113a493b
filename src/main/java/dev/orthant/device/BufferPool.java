package dev.orthant.device;

import dev.orthant.core.ClosedException;
import dev.orthant.core.OutOfDeviceMemoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A caching allocator over a device's own. Sizes are rounded up to classes (eight to each power of two, so that less
 * than an eighth is wasted); a freed block waits for the next request of its class. When the device is out of memory
 * the cache is emptied, the Cleaner is given a chance, and the request is tried once more.
 *
 * <p>In-order queues make reuse safe: whoever gets a block back can only give it work that comes after its former
 * owner's.
 *
 * @param <M> the device's handle of a block
 */
public final class BufferPool<M> implements AutoCloseable {
  /** The device's own allocator. */
  public interface Source<M> {
    /** A block of at least one byte, or null when there is no memory for it. */
    @Nullable
    M allocate(long bytes);

    /** Gives back what {@link #allocate} gave. */
    void free(M block);
  }

  /** A block and the size of its class. */
  public record Block<M>(M handle, long capacity, long asked) {}

  private static final long SMALLEST = 256;

  private final String device;
  private final Source<M> source;
  private final TreeMap<Long, Deque<M>> free = new TreeMap<>();
  private long cachedBytes;
  private long liveBytes;
  private long liveBlocks;
  private boolean closed;

  /** A pool of {@code device}, which {@code source} fills. */
  public BufferPool(String device, Source<M> source) {
    this.device = device;
    this.source = source;
  }

  /** The capacity that a request is given. */
  static long classOf(long bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    long step = Math.max(SMALLEST, Long.highestOneBit(bytes) / 8);
    return bytes > Long.MAX_VALUE - step ? bytes : (bytes + step - 1) / step * step;
  }

  /**
   * A block of at least {@code bytes}, not initialised.
   *
   * @throws OutOfDeviceMemoryException when there is none
   */
  public Block<M> allocate(long bytes) {
    long capacity = classOf(bytes);
    M handle = tryAllocate(capacity);
    if (handle == null) {
      trim();
      letCleanerRun();
      trim();
      handle = tryAllocate(capacity);
    }
    synchronized (this) {
      if (handle == null) {
        throw new OutOfDeviceMemoryException(device, bytes,
            liveBlocks + " live buffers hold " + liveBytes + " bytes, the cache "
                + cachedBytes + "; close tensors (or their Scope) that are no longer needed, or use a smaller batch");
      }
      liveBytes += bytes;
      liveBlocks++;
    }
    return new Block<>(handle, capacity, bytes);
  }

  private synchronized @Nullable M tryAllocate(long capacity) {
    if (closed) {
      throw new ClosedException(device + " is closed");
    }
    Deque<M> blocks = free.get(capacity);
    if (blocks != null && !blocks.isEmpty()) {
      cachedBytes -= capacity;
      return blocks.pop();
    }
    return source.allocate(capacity);
  }

  /** Returns a block to the cache. */
  public synchronized void release(Block<M> block) {
    liveBytes -= block.asked;
    liveBlocks--;
    if (closed) {
      source.free(block.handle);
    } else {
      free.computeIfAbsent(block.capacity, c -> new ArrayDeque<>()).push(block.handle);
      cachedBytes += block.capacity;
    }
  }

  /** Gives all cached memory back to the device. */
  public synchronized void trim() {
    free.values().forEach(blocks -> blocks.forEach(source::free));
    free.clear();
    cachedBytes = 0;
  }

  private static void letCleanerRun() {
    System.gc();
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The memory part of a device's counters. */
  public synchronized DeviceStats stats(long launches) {
    return new DeviceStats(launches, liveBlocks, liveBytes, cachedBytes);
  }

  /** Frees the cache; blocks still live are freed as they are released. */
  @Override
  public synchronized void close() {
    closed = true;
    trim();
  }
}
