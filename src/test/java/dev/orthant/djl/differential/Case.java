package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something done on an engine, through DJL's interfaces only.
 *
 * @param name unique: {@code group/method of what}
 * @param run makes the inputs with the manager (see {@link Inputs}) and gives the results
 * @param relative the largest relative difference of floating results; 0 for the default of their type
 * @param absolute the same, absolute
 * @param explained why ours is meant to differ from PyTorch's; null when it must not
 */
record Case(String name, Function<NDManager, NDList> run, double relative, double absolute,
    @Nullable String explained) {
  static Case of(String name, Function<NDManager, NDArray> run) {
    return list(name, m -> new NDList(run.apply(m)));
  }

  static Case list(String name, Function<NDManager, NDList> run) {
    return new Case(name, run, 0, 0, null);
  }

  Case within(double relative, double absolute) {
    return new Case(name, run, relative, absolute, explained);
  }

  /** Ours differs, and is meant to. */
  Case differs(String why) {
    return new Case(name, run, relative, absolute, why);
  }

  /** The part of the name before the slash. */
  String group() {
    return name.substring(0, name.indexOf('/'));
  }
}
