package dev.orthant.gpu.source;

import dev.orthant.core.Shape;
import dev.orthant.op.walk.Broadcast;
import java.util.ArrayList;
import java.util.List;

/**
 * What a kernel knows about the output element it is at: its number, and names for groups of neighbouring axes. From
 * these comes the cheapest C text for the element of a broadcast operand that belongs to it. The text depends on how an
 * operand is repeated, not on extents: those are parameters, so that another batch size needs no other program.
 *
 * @param output the output's shape
 * @param whole the C variable that is the element's number
 * @param names which C variable counts through which axes, outermost first; together all axes or none
 */
public record Coordinates(Shape output, String whole, List<Name> names) {
  private static final long UNEVEN = -1;

  /** A variable that counts through the output's axes from {@code from} (inclusive) to {@code to} (exclusive). */
  public record Name(String variable, int from, int to) {}

  public Coordinates {
    names = List.copyOf(names);
  }

  /** Only the element's number is known. */
  public static Coordinates flat(Shape output, String whole) {
    return new Coordinates(output, whole, List.of());
  }

  /**
   * The C text of the index into {@code operand}, which broadcasts to the output.
   *
   * @param prefix begins the names of parameters this adds
   */
  public String index(Shape operand, String prefix, KernelParameters parameters) {
    Broadcast walk = Broadcast.of(output, List.of(operand));
    long[] strides = walk.strides()[0];
    if (strides.length == 1 && strides[0] <= 1) {
      return strides[0] == 1 || output.elements() == 1 ? whole : "0";
    }
    List<String> terms = new ArrayList<>();
    return !names.isEmpty() && byName(operand, prefix, parameters, terms)
        ? String.join(" + ", terms)
        : byDivision(walk.extents(), strides, prefix, parameters);
  }

  /** Σ stride·variable, possible when the operand moves evenly through each variable's axes. */
  private boolean byName(Shape operand, String prefix, KernelParameters parameters, List<String> terms) {
    long[] strides = strides(operand);
    long[] steps = names.stream().mapToLong(n -> step(strides, n)).toArray();
    for (long step : steps) {
      if (step == UNEVEN) {
        return false;
      }
    }
    for (int i = 0; i < steps.length; i++) {
      String variable = names.get(i).variable();
      if (steps[i] == 1) {
        terms.add(variable);
      } else if (steps[i] > 1) {
        terms.add(variable + " * " + parameters.index(prefix + "_" + variable, steps[i]));
      }
    }
    return true;
  }

  /** The operand's stride along each of the output's axes. */
  private long[] strides(Shape operand) {
    long[] strides = new long[output.rank()];
    long step = 1;
    for (int i = 1; i <= operand.rank(); i++) {
      strides[output.rank() - i] = operand.dim(-i) == 1 ? 0 : step;
      step *= operand.dim(-i);
    }
    return strides;
  }

  /** How far the operand moves when the variable grows by one. */
  private long step(long[] strides, Name name) {
    long step = 0;
    long inside = 1;
    for (int d = name.to - 1; d >= name.from; d--) {
      if (output.dim(d) == 1) {
        continue;
      }
      if (inside == 1) {
        step = strides[d];
      } else if (strides[d] != step * inside) {
        return UNEVEN;
      }
      inside *= output.dim(d);
    }
    return step;
  }

  /** Takes the element's number apart by the output's extents. */
  private String byDivision(long[] extents, long[] strides, String prefix, KernelParameters parameters) {
    List<String> terms = new ArrayList<>();
    long below = 1;
    for (int d = extents.length - 1; d >= 0; d--) {
      if (strides[d] != 0) {
        String term = whole;
        if (below > 1) {
          term += " / " + parameters.index(prefix + "_below" + d, below);
        }
        if (d > 0) {
          term += " % " + parameters.index(prefix + "_extent" + d, extents[d]);
        }
        terms.add(strides[d] == 1 ? term : term + " * " + parameters.index(prefix + "_stride" + d, strides[d]));
      }
      below *= extents[d];
    }
    return String.join(" + ", terms.reversed());
  }
}
