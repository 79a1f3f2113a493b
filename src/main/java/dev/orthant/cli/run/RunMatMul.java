package dev.orthant.cli.run;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "matmul", mixinStandardHelpOptions = true,
    description = {"activation(alpha * A B + bias + residual) as one kernel.",
        "A has shape (..., m, k), B (..., k, n); leading axes broadcast as in NumPy."},
    footer = {"", "Example: orthant run matmul a.npy b.npy --transpose-b --bias c.npy --activation gelu -o y.npy"})
final class RunMatMul extends RunBase {
  @Parameters(index = "0", paramLabel = "A", description = "Left operand (.npy).")
  private @Nullable Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Right operand (.npy).")
  private @Nullable Path b;

  @Option(names = "--transpose-a", description = "A is stored as (..., k, m).")
  private boolean transposeA;

  @Option(names = "--transpose-b", description = "B is stored as (..., n, k).")
  private boolean transposeB;

  @Mixin
  private final EpilogueOptions epilogue = new EpilogueOptions();

  private RunMatMul(DeviceSource devices) {
    super(devices);
  }

  static CommandLine create(DeviceSource devices) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new RunMatMul(devices));
    ActivationOptions.addAll(spec);
    return new CommandLine(spec);
  }

  @Override
  Plan plan(Loader loader) {
    List<Operand> inputs = new ArrayList<>();
    inputs.add(loader.load(Objects.requireNonNull(a)));
    inputs.add(loader.load(Objects.requireNonNull(b)));
    return epilogue.plan(new MatMul(transposeA, transposeB, Epilogue.NONE, epilogue.math()), spec(), loader, inputs,
        UnaryOperator.identity());
  }
}
