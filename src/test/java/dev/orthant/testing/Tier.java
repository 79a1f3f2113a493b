package dev.orthant.testing;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How much of what is long is run: all of it with {@code ./orthant test --full} and in CI
 * ({@code -Dorthant.test.full=true}), else a sample that ends within minutes. Classes that are left out of the sample
 * altogether are tagged {@link #FULL}.
 */
public final class Tier {
  /** The tag of classes that only the full tier runs. */
  public static final String FULL = "full";

  private Tier() {}

  /** Whether all is run. */
  public static boolean isFull() {
    return Boolean.getBoolean("orthant.test.full");
  }

  /** All, or every {@code stride}-th. */
  public static <T> List<T> sample(List<T> all, int stride) {
    return isFull() ? all : IntStream.range(0, all.size()).filter(i -> i % stride == 0).mapToObj(all::get).toList();
  }

  /** {@code full} of them, or {@code fast}. */
  public static int count(int full, int fast) {
    return isFull() ? full : fast;
  }
}
