package dev.orthant.programs;

import dev.orthant.programs.ProgramNode.Action;
import dev.orthant.programs.ProgramNode.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The kinds of steps that programs are made of. A kind draws operands and arguments; those that do not go together are
 * refused by the tensors.
 */
final class Steps {
  /** Draws a step of one kind. */
  interface Kind {
    Step draw(Draw d);
  }

  /** All kinds; those that are there several times are drawn more often. */
  static final List<Kind> ALL = all();

  private Steps() {}

  private static List<Kind> all() {
    List<Kind> all = new ArrayList<>();
    // Chains of elementwise work and what follows them are where fusion decides most.
    for (int i = 0; i < 3; i++) {
      all.addAll(ElementwiseSteps.arithmetic());
    }
    all.addAll(ElementwiseSteps.all());
    all.addAll(Reductions.all());
    all.addAll(Reductions.all());
    all.addAll(Products.all());
    all.addAll(Products.all());
    all.addAll(Moves.all());
    return List.copyOf(all);
  }

  static Step step(String text, Action action, Integer... operands) {
    return new Step(text, List.of(operands), action, false);
  }

  /** A step on one tensor. */
  static Step of(int x, String call, UnaryOperator<dev.orthant.tensor.Tensor> f) {
    return step("{0}." + call, (_, in) -> f.apply(in.get(0)), x);
  }

  /** {@code 1, 2} for axes, in a call. */
  static String list(int... values) {
    return IntStream.of(values).mapToObj(Integer::toString).collect(Collectors.joining(", "));
  }

  static String list(long... values) {
    return Arrays.stream(values).mapToObj(v -> v + "L").collect(Collectors.joining(", "));
  }
}
