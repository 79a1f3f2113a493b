package dev.orthant.cli;

import dev.orthant.cli.terminal.CheckFailedException;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.Progress;
import dev.orthant.cli.terminal.Terminal;
import dev.orthant.cli.terminal.TextTable;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.parity.Case;
import dev.orthant.parity.Catalogue;
import dev.orthant.parity.ParityReport;
import dev.orthant.parity.ParityRun;
import dev.orthant.parity.Verdict;
import dev.orthant.programs.RandomPrograms;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "parity", mixinStandardHelpOptions = true,
    description = {"Compares every op, activation and dtype on every device with a float64 reference.",
        "The error is given as a fraction of what an a-priori bound allows: above 1 is wrong, and exit code 1."},
    footer = {"", "Examples:",
        "  orthant parity --quick",
        "  orthant parity --device cpu --op conv2d --dtype f16,bf16",
        "  orthant parity --op gelu --seed 7",
        "  orthant parity --programs 10000 --device cpu",
        "  orthant parity --ulps --dtype f32"})
final class ParityCommand implements Runnable {
  private static final int MAX_FAILURES = 20;
  private static final int MAX_THREADS = 64;

  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--device", split = ",", paramLabel = "NAME",
      description = "Only on these devices. Default: all.")
  private List<String> deviceNames = new ArrayList<>();

  @Option(names = "--op", split = ",", paramLabel = "OP", description = "Only these ops or activations.")
  private List<
      String> ops = new ArrayList<>();

  @Option(names = "--dtype", split = ",", paramLabel = "TYPE",
      description = "Only these of f16, bf16, f32, f64.")
  private List<DType> dtypes = new ArrayList<>();

  @Option(names = "--case", paramLabel = "ID",
      description = "Only this case, as a failure names it.")
  private @Nullable String id;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
      description = "Of the inputs. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(names = "--quick",
      description = "A selection that still touches every op, activation, dtype and layout.")
  private boolean quick;

  @Option(names = "--programs", paramLabel = "N",
      description = {
          "Runs N random programs on each device instead of the cases: many calls, fused and not, differentiated, "
              + "several programs at a time. One that fails is made small and printed as a test."})
  private int programs;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "2",
      description = "Random programs that run at the same time. Default: ${DEFAULT-VALUE}.")
  private int threads = 2;

  @Option(names = {"-v", "--verbose"},
      description = "The worst error of every op and type, not only of those that failed.")
  private boolean verbose;

  @Option(names = "--ulps",
      description = "Instead: every activation and its slope over all exponents, the worst error in units in the "
          + "last place and where.")
  private boolean ulps;

  ParityCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public void run() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<Device> chosen = devices.named(deviceNames);
    if (programs != 0) {
      runPrograms(chosen, out);
      return;
    }
    if (ulps) {
      devices.requireAll();
      UlpTable.print(chosen, ops, dtypes, seed, out);
      return;
    }
    List<Case> cases = cases();
    devices.requireAll();
    if (chosen.isEmpty()) {
      throw new CheckFailedException("no device can be used");
    }
    ParityRun run = new ParityRun(chosen, cases, seed);
    ParityReport report;
    try (Progress progress = Progress.on(spec.commandLine().getErr(), "parity", run.size())) {
      report = run.run(v -> progress.step(v.test().id()));
    }
    print(report, out);
    if (!report.failures().isEmpty()) {
      throw new CheckFailedException(report.failures().size() + " of " + report.verdicts().size() + " cases failed");
    }
  }

  private void runPrograms(List<Device> chosen, PrintWriter out) {
    if (programs < 1 || threads < 1 || threads > MAX_THREADS) {
      throw new InvalidInputException(
          "--programs must be at least 1 and --threads from 1 to " + MAX_THREADS + ", got " + programs + " and "
              + threads);
    }
    if (quick || id != null || !ops.isEmpty() || !dtypes.isEmpty()) {
      throw new InvalidInputException("--programs goes with --device, --seed and --threads; --quick, --case, --op and "
          + "--dtype choose among cases");
    }
    devices.requireAll();
    int failed = 0;
    for (Device device : chosen) {
      RandomPrograms.Report report;
      try (Progress progress = Progress.on(Objects.requireNonNull(spec).commandLine().getErr(), "programs", programs)) {
        report = RandomPrograms.on(device, seed, programs).run(threads, s -> progress.step("program " + s));
      }
      report.failures().forEach(out::println);
      out.println(report + "; seed " + seed);
      failed += report.failures().size();
    }
    if (failed > 0) {
      throw new CheckFailedException(failed + " random programs failed");
    }
  }

  private List<Case> cases() {
    List<Case> all = quick && id == null ? Catalogue.quick() : Catalogue.all();
    List<Case> chosen = all.stream()
        .filter(c -> id == null || c.id().equals(id))
        .filter(c -> dtypes.isEmpty() || dtypes.contains(c.dtype()))
        .filter(c -> ops.isEmpty() || ops.stream().anyMatch(o -> concerns(c, o)))
        .toList();
    if (chosen.isEmpty()) {
      throw new InvalidInputException("no such case" + (id == null ? "s" : " '" + id + "'") + "; there are: "
          + String.join(", ", new TreeSet<>(all.stream().map(Case::group).toList())));
    }
    return chosen;
  }

  /** A case is counted under words such as "matmul gelu". */
  private static boolean concerns(Case c, String op) {
    return c.op().name().equals(op) || Arrays.asList(c.group().split(" ", -1)).contains(op);
  }

  /** One line if all is right. */
  private void print(ParityReport report, PrintWriter out) {
    TextTable table =
        new TextTable("device", "op", "dtype", "cases>", "failed>", "unsupported>", "error/bound>", "max ulp>");
    report.rows().forEach((key, s) -> {
      if (verbose || s.failed() > 0) {
        table.row(key.device(), key.group(), key.dtype().toString(), "" + s.cases(), "" + s.failed(),
            "" + s.unsupported(), Terminal.ofBound(s.worstFraction()), number(s.worstUlp()));
      }
    });
    if (verbose || !report.failures().isEmpty()) {
      table.plain().forEach(out::println);
    }
    report.failures().stream().limit(MAX_FAILURES).forEach(out::println);
    ParityReport.Summary total = report.total();
    String names = report.verdicts().stream().map(Verdict::device).distinct().collect(Collectors.joining(" "));
    out.println(names + ": " + total.cases() + " cases, " + total.passed() + " passed, " + total.failed() + " failed, "
        + total.unsupported() + " unsupported; worst error " + Terminal.ofBound(total.worstFraction())
        + " of the bound; seed " + report.seed());
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3g", v);
  }
}
