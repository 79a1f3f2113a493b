package dev.orthant.cli;

import dev.orthant.bench.BenchResult;
import dev.orthant.bench.BenchRow;
import dev.orthant.bench.Peak;
import dev.orthant.bench.Samples;
import dev.orthant.cli.terminal.Json;
import dev.orthant.cli.terminal.Version;
import dev.orthant.io.OutputFile;
import dev.orthant.parity.Precision;
import dev.orthant.plot.BarChart;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A benchmark's result for programs: everything as JSON, the table as CSV. */
final class BenchFiles {
  private BenchFiles() {}

  static void json(BenchResult result, String note, Path file) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("format", 1);
    map.put("suite", result.suite().name());
    map.put("title", result.suite().title());
    map.put("source", result.suite().source());
    map.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    map.put("seed", result.seed());
    map.put("timing", BenchText.TIMING);
    map.put("rotatedBytes", result.suite().rotate());
    map.putAll(result.machine());
    map.put("commit", Version.commit());
    map.put("note", note);
    map.put("devices", result.devices().stream().map(DevicesCommand::describe).toList());
    map.put("peaks", result.peaks().entrySet().stream().map(e -> peak(e.getKey(), e.getValue())).toList());
    map.put("worstErrorOfBound", finite(result.worstError()));
    map.put("rows", result.rows().stream().map(r -> row(result, r)).toList());
    OutputFile.write(file, Json.text(map) + "\n");
  }

  private static Map<String, Object> peak(BenchResult.Key key, Peak p) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("device", key.device());
    map.put("dtype", key.dtype().shortName());
    map.put("flopsPerSecond", p.flops());
    map.put("flopsBy", p.flopsBy());
    map.put("bytesPerSecond", p.bytes());
    map.put("bytesBy", p.bytesBy());
    return map;
  }

  private static Map<String, Object> row(BenchResult result, BenchRow r) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", r.test().name());
    map.put("op", r.test().title());
    map.put("shape", r.test().shape());
    map.put("dtype", r.test().dtype().shortName());
    map.put("device", r.device());
    map.put("status", r.status().name());
    map.put("reason", r.reason());
    map.put("inputs", r.call().inputs().stream().map(Object::toString).toList());
    map.put("output", r.call().output().toString());
    map.put("count", r.test().count());
    map.put("flops", r.call().flops());
    map.put("bytes", r.call().bytes());
    Precision p = r.precision();
    if (p != null) {
      map.put("errorOfBound", finite(p.fraction()));
      map.put("maxUlp", finite(p.maxUlp()));
      map.put("outputsChecked", p.count());
      map.put("worst", p.worst());
    }
    if (r.fused() != null) {
      Peak peak = result.peak(r);
      map.put("computeBound", r.isComputeBound(peak));
      map.put("shareOfPeak", r.share(peak));
      map.put("gflops", r.flops() * 1e-9);
      map.put("gbs", r.bytes() * 1e-9);
      map.put("sets", r.sets());
      map.put("fused", samples(r.fused()));
    }
    if (r.unfused() != null) {
      map.put("unfused", samples(r.unfused()));
      map.put("unfusedOverFused", r.speedup());
    }
    return map;
  }

  private static Map<String, Object> samples(Samples s) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", s.median());
    map.put("min", s.best());
    map.put("p90", s.quantile(0.9));
    map.put("quartile1", s.quantile(0.25));
    map.put("quartile3", s.quantile(0.75));
    map.put("launchesPerRun", s.launches());
    map.put("runsPerSample", s.inner());
    map.put("seconds", s.seconds());
    return map;
  }

  /** JSON has no infinity; a text says it without breaking readers. */
  private static Object finite(double v) {
    return Double.isFinite(v) ? (Object) v : Double.toString(v);
  }

  static void csv(BenchResult result, Path file) {
    List<String> lines = new ArrayList<>();
    lines.add("name,op,shape,dtype,device,status,median_s,quartile1_s,quartile3_s,gflops,gbs,share_of_peak,"
        + "unfused_median_s,unfused_over_fused,error_of_bound,samples,launches");
    for (BenchRow r : result.rows()) {
      Samples f = r.fused();
      Precision p = r.precision();
      List<Object> cells = new ArrayList<Object>(List.of(r.test().name(), r.test().title(), r.test().shape(),
          r.test().dtype(), r.device(), r.status()));
      cells.addAll(f == null ? List.of("", "", "", "", "", "")
          : List.of(f.median(), f.quantile(0.25), f.quantile(0.75), r.flops() * 1e-9, r.bytes() * 1e-9,
              r.share(result.peak(r))));
      cells.addAll(r.unfused() == null ? List.of("", "") : List.of(r.unfused().median(), r.speedup()));
      cells.add(p == null ? "" : p.fraction());
      cells.addAll(f == null ? List.of("", "") : List.of(f.seconds().length, f.launches()));
      lines.add(cells.stream().map(c -> quoted(c.toString())).collect(Collectors.joining(",")));
    }
    OutputFile.write(file, String.join("\n", lines) + "\n");
  }

  /** A bar a row: the share of the device's peak, with what that is in operations or bytes per second beside it. */
  static void picture(BenchResult result, Path file) {
    BarChart chart = BarChart.titled("orthant bench: " + result.suite().name())
        .x("% of the device's peak, the best of this run");
    for (BenchRow r : result.rows()) {
      String name = r.device() + "  " + r.test().title() + "  " + r.test().shape() + "  " + r.test().dtype();
      if (r.fused() == null) {
        chart.add(name, Double.NaN, r.status().toString());
      } else {
        chart.add(name, 100 * r.share(result.peak(r)), BenchText.rate(r, result.peak(r)));
      }
    }
    OutputFile.write(file, chart.svg());
  }

  /** As RFC 4180 asks. */
  private static String quoted(String cell) {
    return cell.contains(",") || cell.contains("\"") || cell.contains("\n")
        ? "\"" + cell.replace("\"", "\"\"") + "\""
        : cell;
  }
}
