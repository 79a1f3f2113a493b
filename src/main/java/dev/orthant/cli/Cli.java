package dev.orthant.cli;

import dev.orthant.cli.run.RunCommand;
import dev.orthant.cli.terminal.CommandErrors;
import dev.orthant.cli.terminal.Converters;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.cli.terminal.Printable;
import dev.orthant.cli.terminal.Terminal;
import dev.orthant.cli.terminal.Version;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Setting;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands, put together. */
final class Cli {
  /** picocli takes no less. */
  private static final int MIN_HELP = 55;

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
    root.addSubcommand(new AutoComplete.GenerateCompletion());
    root.setOut(Printable.over(out));
    root.setErr(Printable.over(err));
    // Help is our own text, with colours where somebody sees it; all else may quote what others wrote.
    root.setExecutionStrategy(parsed -> {
      root.setOut(out);
      Integer helped = CommandLine.executeHelpRequest(parsed);
      root.setOut(Printable.over(out));
      return helped == null ? new CommandLine.RunLast().execute(parsed) : helped;
    });
    root.setUsageHelpWidth(Math.max(MIN_HELP, Terminal.textColumns()));
    root.setExpandAtFiles(false);
    root.setCaseInsensitiveEnumValuesAllowed(true);
    root.registerConverter(DType.class, Converters::floating);
    root.setParameterExceptionHandler(CommandErrors::usage);
    root.setExecutionExceptionHandler(CommandErrors::execution);
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
      Setting.requireLegal();
      if (args.length == 0) {
        root.usage(root.getErr());
        return ExitCode.BAD_INPUT;
      }
      return root.execute(args);
    } catch (InvalidInputException e) {
      return CommandErrors.report(e, root.getErr());
    } catch (Error e) {
      // picocli hands on what is no Exception: out of memory, a class that does not link.
      return CommandErrors.report(e, root.getErr());
    }
  }

  private void addFooter() {
    String launcher = CommandErrors.isOn(Setting.LAUNCHER)
        ? "%n%nThe launcher also knows:%n  ./orthant test   the tests; --full: all of them%n"
            + "  ./orthant image  a folder that runs where there is no Java%n"
            + "  ./orthant jmh    the micro-benchmarks%n"
            + "  ./orthant peer   ours beside OpenBLAS, DJL's PyTorch engine, or loops written by hand%n"
        : "";
    CommandSpec spec = root.getCommandSpec();
    String settings = Arrays.stream(Setting.values()).filter(s -> !s.meaning().isEmpty())
        .map(s -> String.format(Locale.ROOT, "%%n  %-29s %s", s.flag() + "=" + s.example(), s.meaning()))
        .collect(Collectors.joining());
    spec.usageMessage()
        .footer((String.join("%n", spec.usageMessage().footer()) + settings + launcher).formatted().split("\n", -1));
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
          "Completion in bash and zsh: source <(orthant generate-completion)",
          "Exit codes: 0 done, 1 a check failed, 2 bad input, 3 a device failed, 130 interrupted.",
          "Environment: ORTHANT_REQUIRE=KIND,... makes missing devices a failure; NO_COLOR turns colours off.",
          "Settings (properties of the JVM; ./orthant passes on those in ORTHANT_JAVA_OPTS):"})
  private static final class Root implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
      throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "a command is missing");
    }
  }
}
