package dev.orthant.cli;

import dev.orthant.bench.Samples;
import dev.orthant.bench.Stopwatch;
import dev.orthant.claims.Claim;
import dev.orthant.claims.ClaimSetting;
import dev.orthant.claims.Claims;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Quantities;
import dev.orthant.device.Device;
import dev.orthant.io.OutputFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "claims", mixinStandardHelpOptions = true,
    description = {"Measures what is said about ReLU, and writes a report with pictures: does it hold here?",
        "The same seed gives the same report on the same device, but for the times."},
    footer = {"", "Claims: attenuation, growth, variance, dead, zeros, regions, time.", "",
        "Examples:",
        "  orthant claims",
        "  orthant claims --quick --only variance,dead -o /tmp/claims",
        "  orthant claims --device opencl:0 --seed 7"})
final class ClaimsCommand implements Runnable {
  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--device", paramLabel = "NAME", description = "Where to compute. Default: the best one.")
  private @Nullable String deviceName;

  @Option(names = {"-o", "--output"}, paramLabel = "FOLDER", defaultValue = "claims",
      description = "For claims.md and its pictures; made when missing. Default: ${DEFAULT-VALUE}.")
  private Path folder = Path.of("claims");

  @Option(names = "--only", split = ",", paramLabel = "CLAIM", description = "Only these claims.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--quick", description = "Smaller sizes: within half a minute rather than four.")
  private boolean quick;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1",
      description = "Of weights and data. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  ClaimsCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public void run() {
    List<Claim> chosen = Claims.named(only);
    Device device = deviceName == null ? devices.best() : devices.named(deviceName);
    requireFolder();
    devices.requireAll();
    ClaimSetting setting =
        new ClaimSetting(device, seed, quick, (seconds, works) -> Stopwatch.compare(device, seconds, works)
            .stream().mapToDouble(Samples::median).toArray());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<ClaimsReport.Section> sections = new ArrayList<>();
    for (Claim claim : chosen) {
      double start = System.nanoTime() * 1e-9;
      err.println("claims: measuring " + claim.name() + " (" + (sections.size() + 1) + " of " + chosen.size() + ")");
      err.flush();
      sections.add(new ClaimsReport.Section(claim, claim.measure(setting)));
      err.println("claims: " + claim.name() + " took " + Quantities.seconds(System.nanoTime() * 1e-9 - start));
    }
    ClaimsReport report = new ClaimsReport(setting, sections);
    report.write(folder);
    report.summary().plain().forEach(out::println);
    out.println("report: " + folder.resolve(ClaimsReport.FILE));
  }

  /** Fails before the measuring, not after it. */
  private void requireFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException(folder + ": cannot be made a folder", e);
    }
    OutputFile.requireWritable(folder.resolve(ClaimsReport.FILE));
  }
}
