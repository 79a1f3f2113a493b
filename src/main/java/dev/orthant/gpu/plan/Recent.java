package dev.orthant.gpu.plan;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Values made on demand and kept while they are among the most recently used. Safe for use by several threads. */
public final class Recent<K, V> {
  private final int most;
  private final Consumer<V> dropped;
  private final Map<K, V> entries = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Nothing yet.
   *
   * @param most how many are kept
   * @param dropped is given each value that is no longer kept
   */
  public Recent(int most, Consumer<V> dropped) {
    this.most = most;
    this.dropped = dropped;
  }

  /** The value of {@code key}, made when it is not there; when that fails nothing changes. */
  public synchronized V get(K key, Function<K, V> make) {
    V known = entries.get(key);
    if (known != null) {
      return known;
    }
    V made = make.apply(key);
    entries.put(key, made);
    if (entries.size() > most) {
      Iterator<V> eldest = entries.values().iterator();
      V old = eldest.next();
      eldest.remove();
      dropped.accept(old);
    }
    return made;
  }

  public synchronized int size() {
    return entries.size();
  }

  /** Drops everything. */
  public synchronized void clear() {
    entries.values().forEach(dropped);
    entries.clear();
  }
}
