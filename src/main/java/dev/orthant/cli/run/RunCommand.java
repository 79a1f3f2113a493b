package dev.orthant.cli.run;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "run", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "OP",
    description = {"Runs one op on .npy files: matmul, conv2d or an activation.",
        "'orthant run OP --help' shows the options of an op."},
    footer = {"", "Examples:",
        "  orthant run relu x.npy -o y.npy",
        "  orthant run matmul a.npy b.npy --bias c.npy --activation gelu --dtype f16 -o y.npy",
        "  orthant run conv2d x.npy w.npy --padding 1 --residual x.npy --activation relu -o y.npy"})
public final class RunCommand implements Runnable {
  @Spec
  private @Nullable CommandSpec spec;

  private RunCommand() {}

  /** The command with one sub-command per op; the catalogue of activations says which there are. */
  public static CommandLine create(DeviceSource devices) {
    CommandLine run = new CommandLine(new RunCommand());
    run.addSubcommand(RunMatMul.create(devices));
    run.addSubcommand(RunConv2d.create(devices));
    for (Activation f : Activations.all()) {
      run.addSubcommand(f.name(), RunActivation.create(devices, f));
    }
    return run;
  }

  @Override
  public void run() {
    throw new ParameterException(Objects.requireNonNull(spec).commandLine(), "an op is missing");
  }
}
