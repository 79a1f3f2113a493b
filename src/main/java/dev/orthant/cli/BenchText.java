package dev.orthant.cli;

import dev.orthant.bench.BenchCase;
import dev.orthant.bench.BenchResult;
import dev.orthant.bench.BenchRow;
import dev.orthant.bench.BenchRow.Status;
import dev.orthant.bench.Peak;
import dev.orthant.bench.Stopwatch;
import dev.orthant.cli.terminal.Terminal;
import dev.orthant.cli.terminal.TextTable;
import dev.orthant.core.Quantities;
import dev.orthant.device.Device;
import dev.orthant.parity.Precision;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A benchmark's result as Markdown that is readable in a terminal. */
final class BenchText {
  /** How times are taken: see {@link Stopwatch}. */
  static final String TIMING =
      "median of samples by the host's clock, after warm-up; a sample is as many runs, given without waiting, as"
          + " make 2 ms or more and one wait for the device's queue, divided by the runs";

  private final BenchResult result;
  private final PrintWriter out;

  BenchText(BenchResult result, PrintWriter out) {
    this.result = result;
    this.out = out;
  }

  void print() {
    header();
    out.println();
    table().markdownIfItFits().forEach(out::println);
    out.println();
    result.rows().stream().filter(r -> r.status() != Status.OK).forEach(r -> out.println(r.status() + " "
        + r.test().title() + " " + r.test().shape() + " " + r.test().dtype() + " on " + r.device() + ": "
        + r.reason()));
    totals();
    footer();
  }

  private void header() {
    out.println("## orthant bench: " + result.suite().name());
    if (!result.suite().title().isEmpty()) {
      out.println(result.suite().title() + ".");
    }
    out.println();
    result.machine().forEach((k, v) -> out.println("- " + k + ": " + v));
    for (Device d : result.devices()) {
      out.println("- " + d.name() + ": " + d.info().description() + ", " + d.info().driver() + ", " + d.info().units()
          + " units" + (d.info().emulated() ? ", EMULATED: these are no figures of a real device" : ""));
    }
  }

  private TextTable table() {
    TextTable table = new TextTable("op", "shape", "dtype", "device", "time>", "+-%>", "rate>", "of peak>",
        "unfused>", "err/bound>");
    for (BenchRow r : result.rows()) {
      BenchCase t = r.test();
      Precision p = r.precision();
      String error = p == null ? "-" : Terminal.ofBound(p.fraction());
      if (r.fused() == null) {
        table.row(t.title(), t.shape(), t.dtype().toString(), r.device(), r.status().toString(), "-", "-", "-", "-",
            error);
      } else {
        Peak peak = result.peak(r);
        table.row(t.title(), t.shape(), t.dtype().toString(), r.device(), Quantities.seconds(r.seconds()),
            String.format(Locale.ROOT, "%.1f", 100 * r.fused().spread()),
            rate(r, peak),
            String.format(Locale.ROOT, "%.0f%%", 100 * r.share(peak)),
            Double.isNaN(r.speedup()) ? "-" : String.format(Locale.ROOT, "%.2fx", r.speedup()), error);
      }
    }
    return table;
  }

  /** What limits the row: operations or bytes per second. */
  static String rate(BenchRow r, Peak peak) {
    return r.isComputeBound(peak) ? giga(r.flops()) + " GFLOP/s" : giga(r.bytes()) + " GB/s";
  }

  private static String giga(double v) {
    return String.format(Locale.ROOT, v < 99.95e9 ? "%.1f" : "%.0f", v * 1e-9);
  }

  /** What the whole network would take: rows times how often they occur. Only where the suite says how often. */
  private void totals() {
    if (result.rows().stream().allMatch(r -> r.test().count() == 1)) {
      return;
    }
    Map<String, Double> seconds = new TreeMap<>();
    for (BenchRow r : result.rows()) {
      String key = r.device() + " " + r.test().dtype();
      seconds.merge(key, r.seconds() * r.test().count(), Double::sum);
    }
    seconds.forEach((k, s) -> out.println("- all rows as often as the network has them, all batch sizes, " + k + ": "
        + (Double.isNaN(s) ? "unknown, a row is missing" : Quantities.seconds(s))));
  }

  private void footer() {
    Set<String> peaks = new LinkedHashSet<>();
    for (BenchRow r : result.rows()) {
      if (r.status() == Status.OK) {
        Peak p = result.peak(r);
        peaks.add("- peak of " + new BenchResult.Key(r.device(), r.test().dtype()) + ": " + giga(p.flops())
            + " GFLOP/s (" + p.flopsBy() + "), " + giga(p.bytes()) + " GB/s (" + p.bytesBy()
            + "); the best of this run");
      }
    }
    peaks.forEach(out::println);
    if (result.suite().rotate() > 0) {
      out.println("- inputs and outputs are rotated: " + Quantities.bytes(result.suite().rotate())
          + " or more are worked on before any is met again; samples are of 10 ms");
    }
    List.of("- time: " + TIMING + "; +-: half the distance of the quartiles",
        "- rate: of arithmetic or of memory (every input read once, every output written once), whichever limits;"
            + " of peak: share of that (above 100%: out of a cache)",
        "- unfused: the time of the same work op by op, measured in turn with the fused one, divided by its time")
        .forEach(out::println);
    out.println("- " + result.rows().size() + " rows, " + result.count(Status.OK) + " right, "
        + result.count(Status.FAILED) + " failed, " + result.count(Status.SKIPPED) + " skipped; worst error "
        + String.format(Locale.ROOT, "%.2g", result.worstError()) + " of the bound; seed " + result.seed());
  }
}
