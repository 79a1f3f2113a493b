package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Op;
import java.util.List;

/**
 * One thing to prove on a device.
 *
 * @param id a readable name, unique in the catalogue: the argument of {@code orthant parity --case}
 * @param group what it is counted under in reports: op and activation
 * @param op what is computed
 * @param inputs on what
 * @param data which kind of numbers
 */
public record Case(String id, String group, Op op, List<TensorSpec> inputs, Data data) {
  /** The kinds of numbers a case is fed. */
  public enum Data {
    NORMAL,
    /** Half of them special values, for elementwise work. */
    SPECIAL,
    /** A few NaN and infinities among normal numbers, for contractions. */
    PLANTED,
    /** Small numbers with a few of the largest finite ones among them, for contractions whose operands are rounded. */
    LARGE,
    /** 0.1 everywhere, for sums: what each addition rounds away adds up. */
    TENTHS,
    /** Uniform between 0 and 1, for sums: nothing cancels. */
    POSITIVE,
    /** A mean far larger than the deviations from it, in which they must not be lost. */
    FAR,
    /** Numbers whose squares overflow, or nearly so in a type that is computed in a wider one. */
    HUGE,
    /** Numbers whose squares vanish, likewise. */
    TINY
  }

  public Case {
    inputs = List.copyOf(inputs);
  }

  /** The type it is listed under: that of the first input, or of the output if there is none. */
  public DType dtype() {
    return (inputs.isEmpty() ? op.infer(inputs) : inputs).getFirst().dtype();
  }
}
