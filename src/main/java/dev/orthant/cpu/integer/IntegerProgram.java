package dev.orthant.cpu.integer;

import dev.orthant.core.DType;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.IntegerSemantics;
import dev.orthant.expr.Operator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Formulas in integers of 64 bits, as {@link IntegerSemantics} means them: steps over registers of up to {@link #BLOCK}
 * numbers, each a loop that the just-in-time compiler makes vector code of. Equal subexpressions are computed once.
 */
final class IntegerProgram {
  /** Numbers of a register: a few of them stay in the first cache. */
  static final int BLOCK = 512;

  /** {@code r[z][i] = f(r[x][i], …)} for the first {@code n} numbers. */
  private interface Step {
    void run(long[][] r, int n);
  }

  private interface Unary {
    long apply(long a);
  }

  private interface Binary {
    long apply(long a, long b);
  }

  private record Fixed(int register, long value) {}

  private final int inputs;
  private final int[] results;
  private final List<Step> steps = new ArrayList<>();
  private final List<Fixed> constants = new ArrayList<>();
  /** Registers of launch-time numbers, by their number. */
  private final Map<Integer, Integer> scalars = new HashMap<>();
  private final Map<Object, Integer> known = new HashMap<>();
  private int registers;

  /**
   * Compiles.
   *
   * @param inputs how many formula inputs there are; they are the first registers
   */
  IntegerProgram(List<Expr> formulas, int inputs) {
    this.inputs = inputs;
    this.registers = inputs;
    this.results = formulas.stream().mapToInt(this::register).toArray();
  }

  /** Memory for one thread, in which the launch-time numbers stand. */
  long[][] memory(double[] values, int block) {
    long[][] r = new long[registers][block];
    constants.forEach(c -> Arrays.fill(r[c.register], c.value));
    scalars.forEach((number, register) -> Arrays.fill(r[register], (long) values[number]));
    return r;
  }

  /** The register of result {@code j}; it may be an input's. */
  int result(int j) {
    return results[j];
  }

  int inputs() {
    return inputs;
  }

  /** How much there is to do for an element. */
  int operations() {
    return steps.size();
  }

  void run(long[][] r, int n) {
    for (Step step : steps) {
      step.run(r, n);
    }
  }

  // ---- compiling
  // -----------------------------------------------------------------------------------------------------

  private int register(Expr e) {
    if (e instanceof Expr.Input i) {
      return i.index();
    }
    Integer before = known.get(e);
    if (before != null) {
      return before;
    }
    int z = switch (e) {
      case Expr.Input i -> i.index();
      case Expr.Scalar s -> scalars.computeIfAbsent(s.index(), _ -> registers++);
      case Expr.Constant c -> constant((long) c.value());
      case Expr.Unary u when u.function().isDefined() -> register(u.function().definition(u.argument(), DType.I64));
      case Expr.Unary u -> unary(u.function(), register(u.argument()));
      case Expr.Binary b -> binary(b.operator(), register(b.left()), register(b.right()));
      case Expr.Where w -> choice(register(w.condition()), register(w.then()), register(w.otherwise()));
    };
    known.put(e, z);
    return z;
  }

  /** 1 where it holds, else 0. */
  private int register(Condition c) {
    Integer before = known.get(c);
    if (before != null) {
      return before;
    }
    int z = switch (c) {
      case Condition.Compare k -> compare(k.relation(), register(k.left()), register(k.right()));
      case Condition.And a -> step(register(a.left()), register(a.right()), (x, y) -> x & y);
      case Condition.Or o -> step(register(o.left()), register(o.right()), (x, y) -> x | y);
      case Condition.Not n -> step(register(n.of()), x -> 1 - x);
    };
    known.put(c, z);
    return z;
  }

  private int constant(long value) {
    constants.add(new Fixed(registers, value));
    return registers++;
  }

  private int unary(Function f, int x) {
    return switch (f) {
      case NEG -> {
        int z = registers++;
        steps.add((r, n) -> {
          long[] a = r[x];
          long[] to = r[z];
          for (int i = 0; i < n; i++) {
            to[i] = -a[i];
          }
        });
        yield z;
      }
      case ABS -> step(x, Math::abs);
      case FLOOR, CEIL, RINT, TRUNC -> x;
      default -> throw new IllegalArgumentException(f + " has no meaning in integers");
    };
  }

  private int binary(Operator o, int x, int y) {
    int z = registers++;
    steps.add(switch (o) {
      case ADD -> (r, n) -> {
        long[] a = r[x];
        long[] b = r[y];
        long[] to = r[z];
        for (int i = 0; i < n; i++) {
          to[i] = a[i] + b[i];
        }
      };
      case SUB -> (r, n) -> {
        long[] a = r[x];
        long[] b = r[y];
        long[] to = r[z];
        for (int i = 0; i < n; i++) {
          to[i] = a[i] - b[i];
        }
      };
      case MUL -> (r, n) -> {
        long[] a = r[x];
        long[] b = r[y];
        long[] to = r[z];
        for (int i = 0; i < n; i++) {
          to[i] = a[i] * b[i];
        }
      };
      case DIV -> loop(x, y, z, IntegerSemantics::quotient);
      case FMOD -> loop(x, y, z, IntegerSemantics::remainder);
      case POW -> loop(x, y, z, IntegerSemantics::power);
      case MAX -> loop(x, y, z, Math::max);
      case MIN -> loop(x, y, z, Math::min);
      case ATAN2, SWISH -> throw new IllegalArgumentException(o + " has no meaning in integers");
    });
    return z;
  }

  private int compare(Condition.Relation relation, int x, int y) {
    return switch (relation) {
      case LT -> step(x, y, (a, b) -> a < b ? 1 : 0);
      case LE -> step(x, y, (a, b) -> a <= b ? 1 : 0);
      case GT -> step(x, y, (a, b) -> a > b ? 1 : 0);
      case GE -> step(x, y, (a, b) -> a >= b ? 1 : 0);
      case EQ -> step(x, y, (a, b) -> a == b ? 1 : 0);
      case NE -> step(x, y, (a, b) -> a != b ? 1 : 0);
    };
  }

  private int choice(int condition, int x, int y) {
    int z = registers++;
    steps.add((r, n) -> {
      long[] c = r[condition];
      long[] a = r[x];
      long[] b = r[y];
      long[] to = r[z];
      for (int i = 0; i < n; i++) {
        to[i] = c[i] != 0 ? a[i] : b[i];
      }
    });
    return z;
  }

  private int step(int x, Unary f) {
    int z = registers++;
    steps.add((r, n) -> {
      long[] a = r[x];
      long[] to = r[z];
      for (int i = 0; i < n; i++) {
        to[i] = f.apply(a[i]);
      }
    });
    return z;
  }

  private int step(int x, int y, Binary f) {
    int z = registers++;
    steps.add(loop(x, y, z, f));
    return z;
  }

  private static Step loop(int x, int y, int z, Binary f) {
    return (r, n) -> {
      long[] a = r[x];
      long[] b = r[y];
      long[] to = r[z];
      for (int i = 0; i < n; i++) {
        to[i] = f.apply(a[i], b[i]);
      }
    };
  }
}
