package dev.orthant.cli;

import dev.orthant.bench.BenchCase;
import dev.orthant.bench.BenchResult;
import dev.orthant.bench.BenchRow;
import dev.orthant.bench.BenchRow.Status;
import dev.orthant.bench.BenchRunner;
import dev.orthant.bench.Peak;
import dev.orthant.bench.Suite;
import dev.orthant.bench.SuiteReader;
import dev.orthant.cli.terminal.CheckFailedException;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.HostMachine;
import dev.orthant.cli.terminal.Progress;
import dev.orthant.cli.terminal.StandardOutput;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.io.OutputFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "bench", mixinStandardHelpOptions = true,
    description = {"Measures ops on the devices: times, the share of what the device can do, fused against unfused.",
        "A row is compared with float64 first; a wrong one is not timed, and the exit code is 1."},
    footer = {"", "Suites: quick (within 90 s on two cores), resnet50, transformer, activations;",
        "for large GPUs: gpu, and gpu-quick to try that it works.", "",
        "Examples:",
        "  orthant bench --picture bench.svg",
        "  orthant bench --suite resnet50 --device cuda:0 --dtype f16,f32 --json r.json",
        "  orthant bench --suite my_layers.json --seconds-per-row 5"})
final class BenchCommand implements Runnable {
  private static final long SEED = 1;
  private static final double PEAK_SECONDS = 2.5;
  private static final double MIN_SECONDS = 0.05;

  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--suite", paramLabel = "NAME|FILE", defaultValue = "quick",
      description = "A suite's name, or a .json file of your own (see bench/README.md). Default: ${DEFAULT-VALUE}.")
  private String suiteName =
      "quick";

  @Option(names = "--device", split = ",", paramLabel = "NAME",
      description = "Only these devices. Default: all.")
  private List<String> deviceNames = new ArrayList<>();

  @Option(names = "--dtype", split = ",", paramLabel = "TYPE",
      description = "Some of f16, bf16, f32, f64. Default: those that the suite's rows name, else f32.")
  private List<DType> dtypes =
      new ArrayList<>();

  @Option(names = "--seconds-per-row", paramLabel = "S",
      description = "How long to measure each row. Default: 2, or what the suite allows in all.")
  private @Nullable Double secondsPerRow;

  @Option(names = "--json", paramLabel = "FILE",
      description = "Write everything, each sample included.")
  private @Nullable Path json;

  @Option(names = "--csv", paramLabel = "FILE", description = "Write the table.")
  private @Nullable Path csv;

  @Option(names = "--picture", paramLabel = "FILE",
      description = "Write the share of what the device can do as bars (SVG).")
  private @Nullable Path picture;

  @Option(names = "--note", paramLabel = "TEXT", defaultValue = "",
      description = "Put into the JSON, for what only you know: clocks, who else uses the machine.")
  private String note =
      "";

  BenchCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public void run() {
    if (secondsPerRow != null && !(secondsPerRow > 0 && secondsPerRow < 1e6)) {
      throw new InvalidInputException("--seconds-per-row must be positive, got " + secondsPerRow);
    }
    Suite suite = SuiteReader.read(suiteName, dtypes);
    List<Device> chosen = devices.named(deviceNames);
    OutputFile.requireWritable(json, csv, picture);
    devices.requireAll();
    if (chosen.isEmpty()) {
      throw new CheckFailedException("no device can be used");
    }
    BenchResult result = measure(suite, chosen);
    new BenchText(result, StandardOutput.beside(Objects.requireNonNull(spec).commandLine(), json, csv, picture))
        .print();
    if (json != null) {
      BenchFiles.json(result, note, json);
    }
    if (csv != null) {
      BenchFiles.csv(result, csv);
    }
    if (picture != null) {
      BenchFiles.picture(result, picture);
    }
    if (result.count(Status.FAILED) > 0) {
      throw new CheckFailedException(result.count(Status.FAILED) + " of " + result.rows().size() + " rows failed");
    }
  }

  private BenchResult measure(Suite suite, List<Device> chosen) {
    int total = chosen.size() * suite.cases().size();
    Budget budget = new Budget(secondsPerRow == null ? suite.seconds() : 0,
        Objects.requireNonNullElse(secondsPerRow, 2.0), total);
    Map<String, String> machine = HostMachine.facts();
    Map<BenchResult.Key, Peak> peaks = new LinkedHashMap<>();
    List<BenchRow> rows = new ArrayList<>();
    BenchRunner runner = new BenchRunner(SEED, suite.rotate());
    try (Progress progress = Progress.on(Objects.requireNonNull(spec).commandLine().getErr(), "bench", total)) {
      for (Device d : chosen) {
        for (DType t : suite.cases().stream().map(BenchCase::dtype).distinct().toList()) {
          if (d.info().dtypes().contains(t)) {
            peaks.put(new BenchResult.Key(d.name(), t), Peak.measure(d, t, Math.min(PEAK_SECONDS, 2 * budget.row())));
          }
        }
        for (BenchCase c : suite.cases()) {
          progress.step(d.name() + " " + c.title() + " " + c.shape());
          rows.add(runner.run(d, c, budget.row()));
          budget.rowDone();
        }
      }
    }
    return new BenchResult(suite, chosen, machine, SEED, peaks, rows);
  }

  /** Shares out what is left of a suite's time among the rows that are left; or gives every row the same. */
  private static final class Budget {
    private final long end;
    private final double each;
    private int left;

    Budget(double all, double each, int rows) {
      this.end = all > 0 ? System.nanoTime() + (long) (all * 1e9) : 0;
      this.each = each;
      this.left = rows;
    }

    double row() {
      return end == 0 ? each : Math.max(MIN_SECONDS, (end - System.nanoTime()) * 1e-9 / Math.max(1, left));
    }

    void rowDone() {
      left--;
    }
  }
}
