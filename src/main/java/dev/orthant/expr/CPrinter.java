package dev.orthant.expr;

import dev.orthant.core.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Reads an {@link Expr} as C: the same text for OpenCL C, CUDA C++ and host C++. Equal subexpressions are computed
 * once. The type is called {@code real}, which the kernel's dialect defines; arithmetic in integers is that of
 * {@code kernels/integers.h}.
 */
public final class CPrinter {
  /** A piece of C: statements that define temporaries, and the expression that is the value. */
  public record Code(List<String> statements, String result) {
    /** The statements, one a line, each ending in a semicolon. */
    public String body() {
      return String.join("\n", statements);
    }
  }

  private final DType type;
  private final IntFunction<String> inputs;
  private final IntFunction<String> scalars;
  private final String prefix;
  private final List<String> statements;
  private final Map<Expr, String> names = new HashMap<>();

  /**
   * A printer for formulas that share temporaries (several outputs of one op).
   *
   * @param type the computing type: F32 or F64, which is how numbers are written; or I64, for formulas that are whole
   * ({@link IntegerSemantics})
   * @param inputs the C text of each input
   * @param scalars the C text of each scalar
   * @param prefix begins the names of temporaries
   */
  public CPrinter(DType type, IntFunction<String> inputs, IntFunction<String> scalars, String prefix) {
    this.type = type;
    this.inputs = inputs;
    this.scalars = scalars;
    this.prefix = prefix;
    this.statements = new ArrayList<>();
  }

  /** Of a spelling whose inputs 0 and 1 have these texts; what it states goes with the rest. */
  private CPrinter(CPrinter outer, String first, String second) {
    this.type = outer.type;
    this.inputs = i -> i == 0 ? first : second;
    this.scalars = outer.scalars;
    this.prefix = outer.prefix;
    this.statements = outer.statements;
  }

  private CPrinter over(String first, String second) {
    return new CPrinter(this, first, second);
  }

  /** The C text of {@code e}; the statements contain what earlier calls on this printer have made. */
  public Code print(Expr e) {
    String result = text(e);
    return new Code(List.copyOf(statements), result);
  }

  private String text(Expr e) {
    return switch (e) {
      case Expr.Input i -> inputs.apply(i.index());
      case Expr.Scalar s -> scalars.apply(s.index());
      case Expr.Constant c -> number(c.value());
      case Expr.Unary u when u.function().isDefined() ->
          once(u, () -> over(text(u.argument()), "").text(u.function().spelling(type)));
      case Expr.Binary b when b.operator().isDefined() ->
          once(b, () -> over(text(b.left()), text(b.right())).text(b.operator().spelling()));
      case Expr.Unary u when type == DType.I64 -> whole(u);
      case Expr.Unary u -> temporary(e, () -> u.function().text() + "(" + text(u.argument()) + ")");
      case Expr.Binary b when type == DType.I64 ->
          temporary(e, () -> whole(b.operator()) + "(" + text(b.left()) + ", " + text(b.right()) + ")");
      case Expr.Binary b -> temporary(e, () -> b.operator().isInfix()
          ? text(b.left()) + " " + b.operator().text() + " " + text(b.right())
          : b.operator().text() + "(" + text(b.left()) + ", " + text(b.right()) + ")");
      case Expr.Where w -> temporary(e,
          () -> condition(w.condition()) + " ? " + text(w.then()) + " : " + text(w.otherwise()));
    };
  }

  private String whole(Expr.Unary u) {
    return switch (u.function()) {
      case NEG -> temporary(u, () -> "NEGATIVE(" + text(u.argument()) + ")");
      case ABS -> temporary(u, () -> "ABSOLUTE(" + text(u.argument()) + ")");
      case FLOOR, CEIL, RINT, TRUNC -> text(u.argument());
      default -> throw new IllegalArgumentException(u.function() + " has no meaning in integers");
    };
  }

  private static String whole(Operator o) {
    return switch (o) {
      case ADD -> "PLUS";
      case SUB -> "MINUS";
      case MUL -> "TIMES";
      case DIV -> "quotient";
      case FMOD -> "remainder_of";
      case POW -> "power";
      case ATAN2, MAX, MIN, SWISH -> throw new IllegalArgumentException(o + " has no meaning in integers");
    };
  }

  /** The text of a spelling, which has a name of its own already. */
  private String once(Expr e, java.util.function.Supplier<String> spelling) {
    String known = names.get(e);
    if (known == null) {
      known = spelling.get();
      names.put(e, known);
    }
    return known;
  }

  private String temporary(Expr e, java.util.function.Supplier<String> value) {
    String known = names.get(e);
    if (known != null) {
      return known;
    }
    String text = value.get();
    String name = prefix + statements.size();
    statements.add("const real " + name + " = " + text + ";");
    names.put(e, name);
    return name;
  }

  private String condition(Condition c) {
    return switch (c) {
      // Compilers warn of an integer that is compared with itself.
      case Condition.Compare k when type == DType.I64 && k.left().equals(k.right()) ->
          k.relation().test(0, 0) ? "1" : "0";
      case Condition.Compare k -> "(" + text(k.left()) + " " + k.relation().symbol() + " " + text(k.right()) + ")";
      case Condition.And a -> "(" + condition(a.left()) + " && " + condition(a.right()) + ")";
      case Condition.Or o -> "(" + condition(o.left()) + " || " + condition(o.right()) + ")";
      case Condition.Not n -> "(!" + condition(n.of()) + ")";
    };
  }

  /** C gives digits without a suffix the type that holds them. */
  private static String number(long v) {
    return v == Long.MIN_VALUE ? "((real)(-" + Long.MAX_VALUE + " - 1))" : "((real)" + v + ")";
  }

  private String number(double v) {
    if (type == DType.I64) {
      return number((long) v);
    }
    if (Double.isNaN(v)) {
      return "((real)NAN)";
    }
    if (Double.isInfinite(v)) {
      return v > 0 ? "((real)INFINITY)" : "(-(real)INFINITY)";
    }
    String digits = type == DType.F64 ? Double.toString(v) : finite((float) v);
    return digits.startsWith("-") ? "(" + digits + ")" : digits;
  }

  /** A double beyond the floats rounds to infinity, which has no digits. */
  private static String finite(float v) {
    if (Float.isInfinite(v)) {
      return v > 0 ? "((real)INFINITY)" : "(-(real)INFINITY)";
    }
    return v + "f";
  }
}
