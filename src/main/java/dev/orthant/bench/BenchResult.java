package dev.orthant.bench;

import dev.orthant.bench.BenchRow.Status;
import dev.orthant.core.DType;
import dev.orthant.device.Device;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All that a benchmark found out.
 *
 * @param suite what was run
 * @param devices where
 * @param machine facts about the host, by name
 * @param seed of the inputs
 * @param peaks the best of each device in each type
 * @param rows the outcomes
 */
public record BenchResult(Suite suite, List<Device> devices, Map<String, String> machine, long seed,
    Map<Key, Peak> peaks,
    List<BenchRow> rows) {
  /** What a peak belongs to. */
  public record Key(String device, DType dtype) {
    @Override
    public String toString() {
      return device + " " + dtype;
    }
  }

  public BenchResult {
    peaks = Map.copyOf(peaks);
    rows = List.copyOf(rows);
  }

  /**
   * The peak that a row's share is taken of, rows that did more arithmetic than the probes included. Not so for
   * memory: what does better there than a large copy comes out of a cache.
   */
  public Peak peak(BenchRow row) {
    Key key = new Key(row.device(), row.test().dtype());
    Peak peak = Objects.requireNonNull(peaks.get(key));
    for (BenchRow r : rows) {
      if (r.status() == Status.OK && new Key(r.device(), r.test().dtype()).equals(key)) {
        peak = peak.with(r.flops(), 0, r.test().title() + " " + r.test().shape());
      }
    }
    return peak;
  }

  public long count(Status status) {
    return rows.stream().filter(r -> r.status() == status).count();
  }

  /** The worst error as a fraction of its bound. */
  public double worstError() {
    return rows.stream().map(BenchRow::precision).filter(Objects::nonNull).mapToDouble(p -> p.fraction()).max()
        .orElse(0);
  }
}
