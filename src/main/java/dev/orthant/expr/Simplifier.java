package dev.orthant.expr;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a formula of a user's as the catalogue would: with functions that keep their digits where the formula as
 * written loses them. The value in exact arithmetic is the same; where the formula as written is 0·∞ and has a limit,
 * the result is the limit.
 *
 * <ul>
 * <li>{@code 1 − tanh²u} is tanh′(u); {@code 1 ± tanh u} is 2σ(±2u); {@code 1 ± erf u} is erfc(∓u); {@code 1 − σ(u)} is
 * σ(−u)
 * <li>{@code e^u − 1} is expm1, {@code log(1 + v)} log1p, {@code log(1 + e^u)} softplus, {@code log σ(u)} −softplus(−u)
 * <li>{@code v/(1 + e^u)} is v·σ(−u); erfc of u/√2 is by the normal distribution
 * <li>the products x·σ(x), x·σ(kx), x·Φ(x), x·tanh(softplus x), and x·σ of GELU's polynomial are the catalogue's
 * </ul>
 *
 * <p>It is applied to a formula that is put on tensors, where an activation is defined and where a derivative is made;
 * not to what fusion puts together: a chain of operations would otherwise give other bits when it is fused.
 */
// "f(e) instanceof Expr u" names what a pattern found, or goes on where it found null
@SuppressWarnings("BadInstanceof")
final class Simplifier {
  private static final double CLOSE = 1e-12;

  private final IdentityHashMap<Expr, Expr> done = new IdentityHashMap<>();

  private Simplifier() {}

  static Expr of(Expr e) {
    // In integers x/2·2 is not x, and there are no digits to keep.
    return IntegerSemantics.isWhole(e) ? e : new Simplifier().simple(e);
  }

  private Expr simple(Expr e) {
    Expr known = done.get(e);
    if (known == null) {
      known = switch (e) {
        case Expr.Input _,Expr.Scalar _,Expr.Constant _ -> e;
        case Expr.Unary u -> unary(u, simple(u.argument()));
        case Expr.Binary b -> binary(b, simple(b.left()), simple(b.right()));
        case Expr.Where w -> {
          Expr then = simple(w.then());
          Expr otherwise = simple(w.otherwise());
          boolean same = isSame(then, w.then()) && isSame(otherwise, w.otherwise());
          yield same ? w : Expr.where(w.condition(), then, otherwise);
        }
      };
      done.put(e, known);
    }
    return known;
  }

  @SuppressWarnings("ReferenceEquality") // whether there is a new one
  private static boolean isSame(Expr a, Expr b) {
    return a == b;
  }

  private static Expr unary(Expr.Unary u, Expr x) {
    Expr plain = isSame(x, u.argument()) ? u : u.function().of(x);
    return switch (u.function()) {
      case LOG -> logarithm(x, plain);
      case LOG1P -> argument(x, Function.EXP) instanceof Expr v ? v.softplus() : plain;
      case ERFC -> complement(x, plain);
      default -> plain;
    };
  }

  private static Expr logarithm(Expr x, Expr plain) {
    if (argument(x, Function.SIGMOID) instanceof Expr u) {
      return u.logSigmoid();
    }
    Expr v = besideOne(x);
    if (v == null) {
      return plain;
    }
    return argument(v, Function.EXP) instanceof Expr u ? u.softplus() : v.log1p();
  }

  /** erfc(c·v) = 2Φ(∓v) for c = ±√½. */
  private static Expr complement(Expr x, Expr plain) {
    Factors f = Factors.of(x);
    boolean isNormal = Math.abs(Math.abs(f.constant) - Math.sqrt(0.5)) <= CLOSE && f.rest.size() == 1;
    if (!isNormal) {
      return plain;
    }
    Expr v = f.rest.getFirst();
    return (f.constant > 0 ? negated(v) : v).apply(Function.NORMAL_CDF).times(2);
  }

  private static Expr binary(Expr.Binary b, Expr x, Expr y) {
    Expr plain = isSame(x, b.left()) && isSame(y, b.right()) ? b : b.operator().of(x, y);
    return switch (b.operator()) {
      case ADD -> sum(x, y, plain);
      case SUB -> difference(x, y, plain);
      case MUL -> product(plain);
      case DIV -> {
        // v/(1 + e^u) = v·σ(−u)
        Expr u = besideOne(y) instanceof Expr v ? argument(v, Function.EXP) : null;
        if (u == null) {
          yield y instanceof Expr.Constant ? product(plain) : plain;
        }
        yield x.equals(u.exp()) ? u.sigmoid() : product(x.times(negated(u).sigmoid()));
      }
      case POW, ATAN2, FMOD, MAX, MIN, SWISH -> plain;
    };
  }

  private static Expr sum(Expr x, Expr y, Expr plain) {
    if (isConstant(y, -1) && argument(x, Function.EXP) instanceof Expr u) {
      return u.expm1();
    }
    Expr v = besideOne(plain);
    if (v == null) {
      return plain;
    }
    if (argument(v, Function.TANH) instanceof Expr u) {
      return u.times(2).sigmoid().times(2);
    }
    return argument(v, Function.ERF) instanceof Expr u ? complement(negated(u), negated(u).erfc()) : plain;
  }

  private static Expr difference(Expr x, Expr y, Expr plain) {
    if (isConstant(y, 1) && argument(x, Function.EXP) instanceof Expr u) {
      return u.expm1();
    }
    if (!isConstant(x, 1)) {
      return plain;
    }
    if (y instanceof Expr.Unary(Function f, Expr u, _)) {
      return switch (f) {
        case TANH -> u.times(-2).sigmoid().times(2);
        case ERF -> complement(u, u.erfc());
        case SIGMOID -> negated(u).sigmoid();
        case NORMAL_CDF -> negated(u).apply(Function.NORMAL_CDF);
        default -> plain;
      };
    }
    boolean isSquare = y instanceof Expr.Binary(Operator o, Expr l, Expr r, _)
        && ((o == Operator.MUL && l.equals(r)) || (o == Operator.POW && isConstant(r, 2)));
    return isSquare && y instanceof Expr.Binary s && argument(s.left(), Function.TANH) instanceof Expr u
        ? u.apply(Function.TANH_SLOPE) : plain;
  }

  // ---- products
  // ------------------------------------------------------------------------------------------------------

  /** A product as a number and what is not one; signs and divisions by numbers are in the number. */
  private record Factors(double constant, List<Expr> rest) {
    static Factors of(Expr e) {
      return switch (e) {
        case Expr.Constant c -> new Factors(c.value(), List.of());
        case Expr.Unary u when u.function() == Function.NEG -> {
          Factors f = of(u.argument());
          yield new Factors(-f.constant, f.rest);
        }
        case Expr.Binary b when b.operator() == Operator.MUL -> {
          Factors l = of(b.left());
          Factors r = of(b.right());
          List<Expr> all = new ArrayList<>(l.rest);
          all.addAll(r.rest);
          yield new Factors(l.constant * r.constant, all);
        }
        case Expr.Binary b when b.operator() == Operator.DIV && b.right() instanceof Expr.Constant c -> {
          Factors f = of(b.left());
          yield new Factors(f.constant / c.value(), f.rest);
        }
        default -> new Factors(1, List.of(e));
      };
    }
  }

  private static Expr product(Expr plain) {
    Factors f = Factors.of(plain);
    if (f.rest.size() == 1 && f.constant == 1) {
      return f.rest.getFirst();
    }
    for (int i = 0; i < f.rest.size(); i++) {
      for (int j = 0; j < f.rest.size(); j++) {
        Expr joined = i == j ? null : joined(f.rest.get(i), f.rest.get(j));
        if (joined != null) {
          Expr all = joined;
          for (int k = 0; k < f.rest.size(); k++) {
            all = k == i || k == j ? all : all.times(f.rest.get(k));
          }
          return f.constant == 1 ? all : all.times(f.constant);
        }
      }
    }
    return plain;
  }

  /** x·g(x) where the catalogue has it. */
  private static @Nullable Expr joined(Expr x, Expr g) {
    if (argument(g, Function.NORMAL_CDF) instanceof Expr u) {
      return u.equals(x) ? x.apply(Function.GELU) : null;
    }
    if (argument(g, Function.TANH) instanceof Expr t && argument(t, Function.SOFTPLUS) instanceof Expr u) {
      return u.equals(x) ? x.apply(Function.MISH) : null;
    }
    if (!(argument(g, Function.SIGMOID) instanceof Expr u)) {
      return null;
    }
    if (u.equals(x)) {
      return x.apply(Function.SILU);
    }
    double[] p = Cubic.in(u, x);
    if (p != null) {
      double c = 2 * Math.sqrt(2 / Math.PI);
      boolean isGelu = p[0] == 0 && p[2] == 0 && isClose(p[1], c) && isClose(p[3], c * 0.044715);
      boolean isLine = p[0] == 0 && p[2] == 0 && p[3] == 0 && p[1] != 0;
      return isGelu ? x.apply(Function.GELU_TANH) : isLine ? Operator.SWISH.of(x, Expr.constant(p[1])) : null;
    }
    boolean isScaled = u instanceof Expr.Binary(Operator o, Expr l, Expr r, _) && o == Operator.MUL
        && ((l.equals(x) && isNumber(r)) || (r.equals(x) && isNumber(l)));
    return isScaled && u instanceof Expr.Binary b ? Operator.SWISH.of(x, b.left().equals(x) ? b.right() : b.left())
        : null;
  }

  private static boolean isNumber(Expr e) {
    return e instanceof Expr.Scalar || e instanceof Expr.Input || e instanceof Expr.Constant;
  }

  private static boolean isClose(double a, double b) {
    return Math.abs(a - b) <= CLOSE * Math.abs(b);
  }

  /** Polynomials of degree 3 with numbers for coefficients, constant first. */
  private static final class Cubic {
    private Cubic() {}

    /** {@code e} as a polynomial in {@code x}; null when it is none. */
    static double @Nullable [] in(Expr e, Expr x) {
      if (e.equals(x)) {
        return new double[] {0, 1, 0, 0};
      }
      return switch (e) {
        case Expr.Constant c -> new double[] {c.value(), 0, 0, 0};
        case Expr.Unary u when u.function() == Function.NEG -> sum(new double[4], in(u.argument(), x), -1);
        case Expr.Binary b when b.operator() == Operator.POW && b.right() instanceof Expr.Constant c -> {
          double[] base = in(b.left(), x);
          double[] square = product(base, base);
          yield c.value() == 2 ? square : c.value() == 3 ? product(square, base) : null;
        }
        case Expr.Binary b -> {
          double[] l = in(b.left(), x);
          double[] r = in(b.right(), x);
          yield switch (b.operator()) {
            case ADD -> sum(l, r, 1);
            case SUB -> sum(l, r, -1);
            case MUL -> product(l, r);
            case DIV -> b.right() instanceof Expr.Constant c ? sum(new double[4], l, 1 / c.value()) : null;
            case POW, ATAN2, FMOD, MAX, MIN, SWISH -> null;
          };
        }
        case Expr.Input _,Expr.Scalar _,Expr.Unary _,Expr.Where _ -> null;
      };
    }

    private static double @Nullable [] sum(double @Nullable [] a, double @Nullable [] b, double times) {
      if (a == null || b == null) {
        return null;
      }
      double[] s = a.clone();
      for (int i = 0; i < s.length; i++) {
        s[i] += times * b[i];
      }
      return s;
    }

    private static double @Nullable [] product(double @Nullable [] a, double @Nullable [] b) {
      if (a == null || b == null) {
        return null;
      }
      double[] p = new double[4];
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < b.length; j++) {
          if (a[i] != 0 && b[j] != 0) {
            if (i + j > 3) {
              return null;
            }
            p[i + j] += a[i] * b[j];
          }
        }
      }
      return p;
    }
  }

  // ---- patterns
  // ------------------------------------------------------------------------------------------------------

  /** u of f(u); null when {@code e} is not that. */
  private static @Nullable Expr argument(Expr e, Function f) {
    return e instanceof Expr.Unary u && u.function() == f ? u.argument() : null;
  }

  /** v of 1 + v or v + 1. */
  private static @Nullable Expr besideOne(Expr e) {
    if (!(e instanceof Expr.Binary b) || b.operator() != Operator.ADD) {
      return e instanceof Expr.Binary b && b.operator() == Operator.SUB && isConstant(b.left(), 1) ? b.right().neg()
          : null;
    }
    return isConstant(b.left(), 1) ? b.right() : isConstant(b.right(), 1) ? b.left() : null;
  }

  private static boolean isConstant(Expr e, double v) {
    return e instanceof Expr.Constant c && c.value() == v;
  }

  private static Expr negated(Expr e) {
    return argument(e, Function.NEG) instanceof Expr u ? u : e.neg();
  }
}
