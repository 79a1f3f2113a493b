package dev.orthant.cli.run;

import dev.orthant.op.Op;
import java.util.List;

/**
 * What a {@code run} command is to do.
 *
 * @param title the op as the user named it, with its epilogue
 * @param op what is computed
 * @param inputs on what
 */
record Plan(String title, Op op, List<Operand> inputs) {
  Plan {
    inputs = List.copyOf(inputs);
  }
}
