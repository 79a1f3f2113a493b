package dev.orthant.cli.run;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activation;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Pointwise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;

/** {@code run NAME x.npy}: one for each activation of the catalogue. */
@Command(mixinStandardHelpOptions = true)
final class RunActivation extends RunBase {
  private final Activation activation;

  @Parameters(index = "0", paramLabel = "X", description = "The input (.npy), of any shape.")
  private @Nullable Path x;

  private RunActivation(DeviceSource devices, Activation activation) {
    super(devices);
    this.activation = activation;
  }

  static CommandLine create(DeviceSource devices, Activation f) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new RunActivation(devices, f));
    ActivationOptions.addTo(spec, f);
    spec.usageMessage().description("Applies " + f.name() + " to each element.");
    spec.usageMessage().footer("", "Example: orthant run " + f.name() + " x.npy -o y.npy");
    return new CommandLine(spec);
  }

  @Override
  Plan plan(Loader loader) {
    Operand input = loader.load(Objects.requireNonNull(x));
    List<Operand> inputs = new ArrayList<>(List.of(input));
    Epilogue e = ActivationOptions.apply(Epilogue.NONE, activation, spec(), loader, inputs, UnaryOperator.identity());
    for (Operand parameter : inputs) {
      if (!parameter.shape().broadcastsTo(input.shape())) {
        throw new ShapeException(
            activation.name() + ": parameter " + parameter.spec() + " does not broadcast to the input "
                + input.spec()
                + (input.shape().rank() > 2 ? "; one value per channel of (n, c, h, w) has shape (c, 1, 1)" : ""));
      }
    }
    return new Plan(activation.name(), new Pointwise(List.of(e.formula()), inputs.size(), e.scalars()), inputs);
  }
}
