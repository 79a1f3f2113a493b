package dev.orthant.parity;

import dev.orthant.core.DType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The verdicts of a run and how they add up. */
public record ParityReport(long seed, List<Verdict> verdicts) {
  public ParityReport {
    verdicts = List.copyOf(verdicts);
  }

  /** A row of the table: a device, an op with its activation, a type. */
  public record Key(String device, String group, DType dtype) implements Comparable<Key> {
    @Override
    public int compareTo(Key o) {
      int byDevice = device.compareTo(o.device);
      int byGroup = byDevice != 0 ? byDevice : group.compareTo(o.group);
      return byGroup != 0 ? byGroup : dtype.compareTo(o.dtype);
    }
  }

  /** What the cases of a row came to. */
  public record Summary(long cases, long passed, long unsupported, double worstFraction, double worstUlp) {
    static Summary of(List<Verdict> verdicts) {
      List<Precision> measured = verdicts.stream().map(Verdict::precision).filter(Objects::nonNull).toList();
      return new Summary(verdicts.size(), count(verdicts, Verdict.Status.PASSED),
          count(verdicts, Verdict.Status.UNSUPPORTED),
          measured.stream().mapToDouble(Precision::fraction).max().orElse(0),
          measured.stream().mapToDouble(Precision::maxUlp).max().orElse(0));
    }

    /** How many cases were neither right nor unsupported. */
    public long failed() {
      return cases - passed - unsupported;
    }
  }

  private static long count(List<Verdict> verdicts, Verdict.Status status) {
    return verdicts.stream().filter(v -> v.status() == status).count();
  }

  /** The verdicts by device, group and type, in order. */
  public Map<Key, Summary> rows() {
    return verdicts.stream()
        .collect(Collectors.groupingBy(v -> new Key(v.device(), v.test().group(), v.test().dtype()), TreeMap::new,
            Collectors.collectingAndThen(Collectors.toList(), Summary::of)));
  }

  /** What was neither right nor unsupported. */
  public List<Verdict> failures() {
    return verdicts.stream().filter(v -> !v.fine()).toList();
  }

  /** All of it in one row. */
  public Summary total() {
    return Summary.of(verdicts);
  }
}
