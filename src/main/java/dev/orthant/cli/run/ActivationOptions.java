package dev.orthant.cli.run;

import dev.orthant.cli.terminal.Converters;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Parameter;
import dev.orthant.expr.Parameter.Placement;
import dev.orthant.op.Epilogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The parameters of activations as options, made from the catalogue: whoever adds an activation there need do nothing
 * here.
 */
final class ActivationOptions {
  private static final String PREFIX = "--activation-";

  private ActivationOptions() {}

  /** For the command of one activation: {@code --alpha}. */
  static void addTo(CommandSpec spec, Activation f) {
    for (Parameter p : f.parameters()) {
      spec.addOption(option(p, "Default: " + p.initial() + ".", flag("--", p)));
    }
  }

  /**
   * For a command that takes any activation as its epilogue: {@code --activation-alpha}, and {@code --alpha} where
   * that is not taken by the op itself.
   */
  static void addAll(CommandSpec spec) {
    Map<String, Parameter> distinct = new LinkedHashMap<>();
    Map<String, List<String>> users = new LinkedHashMap<>();
    for (Activation f : Activations.all()) {
      for (Parameter p : f.parameters()) {
        // Of two that share a name the learnable one says what the option takes.
        distinct.merge(p.name(), p, (a, b) -> a.placement() == Placement.FIXED ? b : a);
        users.computeIfAbsent(p.name(), n -> new ArrayList<>()).add(f.name());
      }
    }
    for (Parameter p : distinct.values()) {
      String plain = flag("--", p);
      String prefixed = flag(PREFIX, p);
      String of = "Of " + String.join(", ", Objects.requireNonNull(users.get(p.name()))) + ".";
      spec.addOption(spec.findOption(plain) == null ? option(p, of, plain, prefixed) : option(p, of, prefixed));
    }
  }

  private static String flag(String prefix, Parameter p) {
    return prefix + p.name().replace('_', '-');
  }

  private static OptionSpec option(Parameter p, String description, String... names) {
    boolean learnable = p.placement() != Placement.FIXED;
    return OptionSpec.builder(names).type(String.class).arity("1").paramLabel(learnable ? "NUMBER|FILE" : "NUMBER")
        .description(description + (learnable ? " A .npy file must broadcast to the output." : "")).build();
  }

  /** A parameter as the user gave it. */
  private record Given(String flag, String text) {}

  private static @Nullable Given given(CommandSpec spec, Parameter p) {
    for (String flag : List.of(flag("--", p), flag(PREFIX, p))) {
      OptionSpec option = spec.findOption(flag);
      // The op's own --alpha is a number, not an activation's parameter.
      if (option != null && option.type() == String.class && option.getValue() != null) {
        return new Given(flag, option.getValue());
      }
    }
    return null;
  }

  /**
   * The epilogue continued with the activation.
   *
   * @param tensors where parameters that are files are added
   * @param place gives a one-dimensional parameter the shape that means "per channel"
   */
  static Epilogue apply(Epilogue epilogue, Activation f, CommandSpec spec, Loader loader, List<Operand> tensors,
      UnaryOperator<Operand> place) {
    List<Expr> arguments = new ArrayList<>();
    List<Double> numbers = new ArrayList<>();
    int operands = 0;
    for (Parameter p : f.parameters()) {
      Given g = given(spec, p);
      if (g != null && p.placement() != Placement.FIXED && g.text.endsWith(".npy")) {
        tensors.add(place.apply(loader.load(Path.of(g.text))));
        arguments.add(Expr.input(++operands));
      } else {
        arguments.add(Expr.scalar(numbers.size()));
        numbers.add(g == null ? p.initial() : number(g, p));
      }
    }
    return epilogue.then(f.apply(Expr.input(0), arguments), operands,
        numbers.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static double number(Given g, Parameter p) {
    try {
      return Converters.number(g.text);
    } catch (NumberFormatException e) {
      throw new InvalidInputException(g.flag + ": '" + g.text + "' is not a number"
          + (p.placement() == Placement.FIXED ? "" : " nor a .npy file"));
    }
  }

  /**
   * Refuses options that would be without effect: parameters of other activations.
   *
   * @param f the activation chosen, or null
   */
  static void refuseStray(CommandSpec spec, @Nullable Activation f) {
    List<String> own = f == null ? List.of() : f.parameters().stream().map(Parameter::name).toList();
    for (Activation other : Activations.all()) {
      for (Parameter p : other.parameters()) {
        Given g = own.contains(p.name()) ? null : given(spec, p);
        if (g != null) {
          throw new InvalidInputException(g.flag + ": " + (f == null ? "there is no --activation that has it"
              : f.name() + " has no such parameter; it has " + (own.isEmpty() ? "none" : String.join(", ", own))));
        }
      }
    }
  }

  /** A vector as one value per channel of an (n, c, h, w) tensor. */
  static Operand perChannel(Operand vector) {
    return vector.shape().rank() == 1 ? vector.reshaped(Shape.of(vector.shape().dim(0), 1, 1)) : vector;
  }
}
