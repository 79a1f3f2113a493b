package dev.orthant.cli.run;

import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Contraction;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MathMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What may follow a product, in this order: scale, bias, residual, activation. */
final class EpilogueOptions {
  @Option(names = "--alpha", paramLabel = "NUMBER",
      description = "Scales the product, before the bias.")
  private @Nullable Double alpha;

  @Option(names = "--bias", paramLabel = "FILE",
      description = "Added to the product (.npy): one number per column, or per filter.")
  private @Nullable Path bias;

  @Option(names = "--residual", paramLabel = "FILE",
      description = "Added to that (.npy): of the output's shape.")
  private @Nullable Path residual;

  @Option(names = "--activation", paramLabel = "NAME",
      description = "Applied last: an activation; its parameters are options below. 'orthant run --help' lists them.")
  private @Nullable String activation;

  @Option(names = "--math", paramLabel = "MODE",
      description = "How f32 operands are multiplied: f32, tf32 or 3xtf32. Default: f32, or what -Dorthant.math says.")
  private @Nullable String math;

  /** How F32 operands are multiplied. */
  MathMode math() {
    return math == null ? MathMode.standard() : MathMode.named(math);
  }

  /**
   * The op with its epilogue.
   *
   * @param inputs the op's own, loaded; the epilogue's are added
   * @param place gives a vector the shape that means "one number per channel"
   */
  Plan plan(Contraction op, CommandSpec spec, Loader loader, List<Operand> inputs, UnaryOperator<Operand> place) {
    Activation f = activation == null ? null : Activations.named(activation.toLowerCase(Locale.ROOT));
    ActivationOptions.refuseStray(spec, f);
    refuseAmbiguousAlpha(spec, f);
    StringBuilder title = new StringBuilder(op.name());
    Epilogue e = op.epilogue();
    if (alpha != null) {
      e = e.scale(alpha);
      title.append(" * ").append(alpha);
    }
    if (bias != null) {
      inputs.add(place.apply(loader.load(bias)));
      e = e.plusOperand();
      title.append(" + bias");
    }
    if (residual != null) {
      inputs.add(loader.load(residual));
      e = e.plusOperand();
      title.append(" + residual");
    }
    if (f != null) {
      e = ActivationOptions.apply(e, f, spec, loader, inputs, place);
      title.append(" + ").append(f.name());
    }
    return new Plan(title.toString(), op.withEpilogue(e), inputs);
  }

  /** "--activation elu --alpha 0.5" may mean either; guessing would be silent. */
  private void refuseAmbiguousAlpha(CommandSpec spec, @Nullable Activation f) {
    if (f != null && alpha != null && f.parameters().stream().anyMatch(p -> p.name().equals("alpha"))
        && spec.findOption("--activation-alpha").getValue() == null) {
      throw new InvalidInputException("--alpha scales the product, and " + f.name()
          + " has an alpha of its own: give --activation-alpha as well");
    }
  }
}
