package dev.orthant.cli;

import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.train.Data;
import dev.orthant.train.Method;
import dev.orthant.train.Net;
import dev.orthant.train.Settings;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is trained and how: as given, else as a saved run had it, else what suits the data. */
final class TrainOptions {
  private static final long SEED = 1;

  @Option(names = "--data", paramLabel = "NAME",
      description = "digits (drawn, as if by hand) or spirals (three, in the plane). Default: digits.")
  private @Nullable Data data;

  @Option(names = "--net", paramLabel = "NAME",
      description = "mlp (two hidden layers) or cnn (two convolutions, of digits only). Default: cnn for digits, mlp "
          + "for spirals.")
  private @Nullable Net net;

  @Option(names = "--activation", paramLabel = "NAME",
      description = "Between the layers; 'orthant run --help' lists them. What of it can be learned is. Default: relu.")
  private @Nullable String activation;

  @Option(names = "--examples", paramLabel = "N",
      description = "To train on; a third as many more are held out. Default: 10000 digits, 1500 points.")
  private @Nullable Integer examples;

  @Option(names = "--batch", paramLabel = "N", description = "Examples per step. Default: 64.")
  private @Nullable Integer batch;

  @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd, adam, adamw or rmsprop. Default: adam.")
  private @Nullable Method method;

  @Option(names = "--lr", paramLabel = "X",
      description = "The first learning rate, after a warm-up of 50 steps. Default: what suits optimizer and data.")
  private @Nullable Double rate;

  @Option(names = "--decay", paramLabel = "X",
      description = "What the learning rate is multiplied by after each epoch. Default: 0.7 for digits, 0.95 for "
          + "spirals.")
  private @Nullable Double decay;

  @Option(names = "--clip", paramLabel = "X",
      description = "Scale gradients so that their global norm is at most this. Default: no limit.")
  private @Nullable Double clip;

  @Option(names = "--seed", paramLabel = "N", description = "Of data, weights and order. Default: 1.")
  private @Nullable Long seed;

  /** The settings of a new run. */
  Settings fresh() {
    Data d = or(data, Data.DIGITS);
    Method m = or(method, Method.ADAM);
    return checked(new Settings(d, or(net, d.usualNet()), activation(Activations.RELU), or(examples, d.usualCount()),
        or(batch, 64), m, or(rate, m.usualRate(d)), or(decay, d.usualDecay()), or(clip, Double.POSITIVE_INFINITY),
        or(seed, SEED)));
  }

  /**
   * The settings of a run that goes on: those it had, but for the learning rate and what limits gradients.
   *
   * @throws InvalidInputException when another network, or a run on other examples, is asked for
   */
  Settings resumed(Settings s, String file) {
    require(file, "--data", data, s.data());
    require(file, "--net", net, s.net());
    require(file, "--activation", activation(s.activation()).name(), s.activation().name());
    require(file, "--examples", examples, s.examples());
    require(file, "--batch", batch, s.batch());
    require(file, "--optimizer", method, s.method());
    require(file, "--seed", seed, s.seed());
    return checked(new Settings(s.data(), s.net(), s.activation(), s.examples(), s.batch(), s.method(),
        or(rate, s.rate()), or(decay, s.decay()), or(clip, s.clip()), s.seed()));
  }

  private static void require(String file, String flag, @Nullable Object given, Object saved) {
    if (given != null && !given.equals(saved)) {
      throw new InvalidInputException(file + ": belongs to a run with " + flag + " " + word(saved) + ", not "
          + word(given) + "; leave the option out, or train anew without --resume");
    }
  }

  private static String word(Object o) {
    return o.toString().toLowerCase(Locale.ROOT);
  }

  /** Finds out before a device is asked for anything that an activation has no initial weights. */
  private static Settings checked(Settings s) {
    Objects.requireNonNull(s.initializer());
    return s;
  }

  private Activation activation(Activation otherwise) {
    return activation == null ? otherwise : Activations.named(activation.toLowerCase(Locale.ROOT));
  }

  private static <T> T or(@Nullable T given, T otherwise) {
    return given == null ? otherwise : given;
  }
}
