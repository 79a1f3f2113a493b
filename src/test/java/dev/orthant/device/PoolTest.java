package dev.orthant.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.OutOfDeviceMemoryException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolTest {
  /** A device with so many bytes, which counts what it gave. */
  private static final class Source implements BufferPool.Source<Long> {
    private final long memory;
    private final Set<Long> live = new HashSet<>();
    private long used;
    private long next;

    Source(long memory) {
      this.memory = memory;
    }

    @Override
    public @Nullable Long allocate(long bytes) {
      if (bytes > memory - used) {
        return null;
      }
      used += bytes;
      // The handle tells the size, for free.
      long handle = bytes << 20 | next++;
      live.add(handle);
      return handle;
    }

    @Override
    public void free(Long handle) {
      assertThat(live.remove(handle)).as("freed once").isTrue();
      used -= handle >> 20;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 255, 256, 257, 1000, 4097, 1 << 20, (1 << 20) + 1, 3_000_000_001L, Long.MAX_VALUE})
  void aClassIsLargeEnoughAndWastesLessThanAnEighth(long bytes) {
    long capacity = BufferPool.classOf(bytes);
    assertThat(capacity).isGreaterThanOrEqualTo(bytes).isGreaterThanOrEqualTo(256);
    assertThat(capacity - bytes).isLessThanOrEqualTo(Math.max(256, bytes / 8));
  }

  @Test
  void whatIsReleasedIsUsedAgain() {
    Source source = new Source(1 << 20);
    BufferPool<Long> pool = new BufferPool<>("cpu", source);
    BufferPool.Block<Long> first = pool.allocate(1000);
    pool.release(first);
    assertThat(pool.stats(0).cachedBytes()).isEqualTo(first.capacity());
    BufferPool.Block<Long> second = pool.allocate(1001);
    assertThat(second.handle()).isEqualTo(first.handle());
    assertThat(pool.stats(0)).isEqualTo(new DeviceStats(0, 1, 1001, 0));
    pool.release(second);
    pool.close();
    assertThat(source.live).isEmpty();
  }

  @Test
  void aFullCacheIsEmptiedBeforeGivingUp() {
    Source source = new Source(10_000);
    BufferPool<Long> pool = new BufferPool<>("cpu", source);
    pool.release(pool.allocate(6000));
    BufferPool.Block<Long> other = pool.allocate(8000);
    assertThat(source.live).containsExactly(other.handle());
    assertThatThrownBy(() -> pool.allocate(8000)).isInstanceOf(OutOfDeviceMemoryException.class)
        .hasMessageStartingWith("cpu: out of memory")
        .hasMessageContaining("asked for 8000 bytes").hasMessageContaining("1 live buffers hold 8000 bytes")
        .hasMessageContaining("close tensors");
    pool.release(other);
    assertThat(pool.stats(0).liveBytes()).isZero();
  }

  @Test
  void aClosedPoolGivesNothingButTakesBack() {
    Source source = new Source(10_000);
    BufferPool<Long> pool = new BufferPool<>("cpu", source);
    BufferPool.Block<Long> block = pool.allocate(10);
    pool.close();
    assertThatThrownBy(() -> pool.allocate(1)).isInstanceOf(ClosedException.class).hasMessageContaining("cpu");
    pool.release(block);
    assertThat(source.live).isEmpty();
  }
}
