package dev.orthant.cli;

import dev.orthant.core.DType;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands, put together. */
final class Cli {
  private static final int WIDTH = 100;

  private final CommandLine root;

  Cli(DeviceSource devices, PrintWriter out, PrintWriter err) {
    root = new CommandLine(new Root());
    root.addSubcommand(new DevicesCommand(devices));
    root.addSubcommand(new DoctorCommand(devices));
    root.addSubcommand(new ParityCommand(devices));
    root.addSubcommand(RunCommand.create(devices));
    root.addSubcommand(new BenchCommand(devices));
    root.addSubcommand(new TrainCommand(devices));
    root.addSubcommand(new ClaimsCommand(devices));
    root.addSubcommand(new HelpCommand());
    root.setOut(out);
    root.setErr(err);
    root.setUsageHelpWidth(WIDTH);
    root.setExpandAtFiles(false);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.registerConverter(DType.class, Converters::floating);
    root.setParameterExceptionHandler(Failures::usage);
    root.setExecutionExceptionHandler(Failures::execution);
    addFooter();
    addVersion(root);
  }

  /** Every command has the option; all are of one version. */
  private static void addVersion(CommandLine command) {
    command.getCommandSpec().versionProvider(new Version());
    command.getSubcommands().values().forEach(Cli::addVersion);
  }

  /** Runs a command; never throws. */
  int run(String... args) {
    try {
      return root.execute(args);
    } catch (Error e) {
      // picocli hands on what is no Exception: out of memory, a class that does not link.
      return Failures.report(e, root.getErr());
    }
  }

  private void addFooter() {
    String launcher = Boolean.getBoolean("orthant.launcher")
        ? "%n%nThe launcher also knows:%n  ./orthant test   the whole test suite%n"
            + "  ./orthant jmh    the micro-benchmarks%n"
            + "  ./orthant peer   our kernels beside OpenBLAS, or beside loops written by hand%n"
        : "";
    CommandSpec spec = root.getCommandSpec();
    spec.usageMessage()
        .footer((String.join("%n", spec.usageMessage().footer()) + launcher).formatted().split("\n", -1));
  }

  @Command(name = "orthant", mixinStandardHelpOptions = true,
      description = "Fused tensor kernels on OpenCL, CUDA and the CPU's vector units.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {"",
          "Examples:",
          "  orthant devices",
          "  orthant run matmul a.npy b.npy --bias c.npy --activation gelu -o y.npy",
          "  orthant bench --suite quick",
          "  orthant train --picture loss.svg",
          "  orthant claims --quick",
          "",
          "Exit codes: 0 done, 1 a check failed, 2 bad input, 3 a device failed, 130 interrupted.",
          "Environment: ORTHANT_REQUIRE=KIND,... makes missing devices a failure; NO_COLOR turns colours off.",
          "Properties (of the JVM; ./orthant passes on those in ORTHANT_JAVA_OPTS):",
          "  -Dorthant.device=NAME  the default device",
          "  -Dorthant.sync=true    wait after each op, so that an error is told where it happened",
          "  -Dorthant.debug=true   print stack traces"})
  private static final class Root implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "a command is missing");
    }
  }
}
