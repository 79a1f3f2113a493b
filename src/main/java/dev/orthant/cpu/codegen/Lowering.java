package dev.orthant.cpu.codegen;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes formulas as a {@link LoopIr}: functions become arithmetic, or a call per element where there is nothing
 * better.
 */
public final class Lowering {
  private final LoopIr dag = new LoopIr();
  private final Elementary elementary;
  private final DType compute;
  private final List<ElementType> inputs;
  /** By identity: formulas share subtrees, and comparing those by structure again and again would take for ever. */
  private IdentityHashMap<Object, Integer> done = new IdentityHashMap<>();
  /** The values that a spelling reads as its inputs, while one is written. */
  private int @Nullable [] arguments;

  private Lowering(DType compute, List<ElementType> inputs) {
    this.compute = compute;
    this.inputs = inputs;
    this.elementary = new Elementary(dag, compute);
  }

  /**
   * The operations of {@code formulas}. Operand i of the result is input i; the outputs follow the inputs.
   *
   * @param compute F32 or F64
   */
  public static LoopIr lower(List<Expr> formulas, DType compute, List<ElementType> inputs, List<ElementType> outputs) {
    Lowering l = new Lowering(compute, inputs);
    for (int i = 0; i < formulas.size(); i++) {
      int value = l.oneNan(l.value(formulas.get(i)));
      l.dag.store(Halves.stored(l.dag, outputs.get(i), value), inputs.size() + i);
    }
    return l.dag;
  }

  /** The same with every NaN made the same, where needed. */
  private int oneNan(int value) {
    return NanBits.areChance(dag, value)
        ? dag.select(dag.op(LoopIr.Code.EQ, value, value), value, dag.constant(Double.NaN))
        : value;
  }

  private int value(Expr e) {
    Integer known = done.get(e);
    if (known != null) {
      return known;
    }
    int id = switch (e) {
      case Expr.Input i when arguments != null -> arguments[i.index()];
      case Expr.Input i -> Halves.load(dag, inputs.get(i.index()), i.index());
      case Expr.Scalar s -> dag.leaf(LoopIr.Code.SCALAR, s.index());
      case Expr.Constant c -> dag.constant(c.value());
      case Expr.Unary u -> unary(u.function(), u.argument());
      case Expr.Binary b when b.operator().isDefined() ->
          spelled(b.operator().spelling(), value(b.left()), value(b.right()));
      // In the formulas of our own functions; a user's chain has the same bits fused and step by step, so that none of
      // it is contracted.
      case Expr.Binary(Operator o, Expr.Binary(Operator p, Expr a, Expr b, _), Expr c, _) when arguments != null
          && isSum(o)
          && p == Operator.MUL ->
          dag.fma(value(a), value(b), signed(o, value(c)));
      case Expr.Binary(Operator o, Expr c, Expr.Binary(Operator p, Expr a, Expr b, _), _) when arguments != null
          && isSum(o)
          && p == Operator.MUL ->
          dag.fma(signed(o, value(a)), value(b), value(c));
      case Expr.Binary b -> binary(b.operator(), value(b.left()), value(b.right()));
      case Expr.Where w -> dag.select(mask(w.condition()), value(w.then()), value(w.otherwise()));
    };
    done.put(e, id);
    return id;
  }

  private static boolean isSum(Operator o) {
    return o == Operator.ADD || o == Operator.SUB;
  }

  private int signed(Operator o, int value) {
    return o == Operator.SUB ? dag.op(LoopIr.Code.NEG, value) : value;
  }

  private int mask(Condition c) {
    Integer known = done.get(c);
    if (known != null) {
      return known;
    }
    int id = switch (c) {
      case Condition.Compare k -> compare(k.relation(), value(k.left()), value(k.right()));
      case Condition.And a -> dag.op(LoopIr.Code.AND, mask(a.left()), mask(a.right()));
      case Condition.Or o -> dag.op(LoopIr.Code.OR, mask(o.left()), mask(o.right()));
      case Condition.Not n -> dag.op(LoopIr.Code.NOT, mask(n.of()));
    };
    done.put(c, id);
    return id;
  }

  private int compare(Condition.Relation r, int a, int b) {
    return switch (r) {
      case LT -> dag.lt(a, b);
      case LE -> dag.le(a, b);
      case GT -> dag.lt(b, a);
      case GE -> dag.le(b, a);
      case EQ -> dag.op(LoopIr.Code.EQ, a, b);
      case NE -> dag.op(LoopIr.Code.NOT, dag.op(LoopIr.Code.EQ, a, b));
    };
  }

  private int binary(Operator o, int a, int b) {
    return switch (o) {
      case ADD -> dag.add(a, b);
      case SUB -> dag.sub(a, b);
      case MUL -> dag.mul(a, b);
      case DIV -> dag.div(a, b);
      case POW, ATAN2, FMOD -> dag.lanes(a, b, Lanes.index(o));
      case MAX, MIN, SWISH -> throw new IllegalStateException(o + " has a definition");
    };
  }

  /** A spelling over values. */
  private int spelled(Expr spelling, int first, int second) {
    IdentityHashMap<Object, Integer> outerDone = done;
    int[] outerArguments = arguments;
    done = new IdentityHashMap<>();
    arguments = new int[] {first, second};
    try {
      return value(spelling);
    } finally {
      done = outerDone;
      arguments = outerArguments;
    }
  }

  private int unary(Function f, Expr argument) {
    if (f.isDefined()) {
      return spelled(f.spelling(compute), value(argument), LoopIr.NONE);
    }
    int x = value(argument);
    return switch (f) {
      case NEG -> dag.op(LoopIr.Code.NEG, x);
      case ABS -> dag.abs(x);
      case SQRT -> dag.op(LoopIr.Code.SQRT, x);
      case FLOOR -> elementary.floor(x);
      case CEIL -> elementary.ceil(x);
      case RINT -> elementary.rint(x);
      case TRUNC -> elementary.trunc(x);
      default -> compute == DType.F32 ? transcendentalF32(f, x) : lanes(f, x);
    };
  }

  private int transcendentalF32(Function f, int x) {
    return switch (f) {
      case EXP -> elementary.expF32(x);
      case EXPM1 -> elementary.expm1F32(x);
      case LOG -> elementary.logF32(x);
      case LOG1P -> elementary.log1pF32(x);
      case TANH -> elementary.tanhF32(x);
      case ERF -> elementary.erfF32(x);
      default -> lanes(f, x);
    };
  }

  private int lanes(Function f, int x) {
    return dag.lanes(x, LoopIr.NONE, Lanes.index(f));
  }
}
