package dev.orthant.expr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import java.util.Collection;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bound must hold what correct float arithmetic gives, and little else. */
final class EnclosureTest {
  private static final double[] NONE = {};

  static Collection<Activation> all() {
    return Activations.all();
  }

  /** Evaluates as a correctly rounding float device would: every node rounded once. */
  private static double asFloat(Expr e, double[] in) {
    return switch (e) {
      case Expr.Input i -> in[i.index()];
      case Expr.Scalar s -> throw new IllegalArgumentException("no scalars here: " + s);
      case Expr.Constant c -> (float) c.value();
      case Expr.Unary u when u.function().isDefined() -> asFloat(u.function().definition(u.argument(), DType.F32), in);
      case Expr.Unary u -> (float) u.function().applyAsDouble(asFloat(u.argument(), in));
      case Expr.Binary b -> (float) b.operator().applyAsDouble(asFloat(b.left(), in), asFloat(b.right(), in));
      case Expr.Where w -> test(w.condition(), in) ? asFloat(w.then(), in) : asFloat(w.otherwise(), in);
    };
  }

  private static boolean test(Condition c, double[] in) {
    return switch (c) {
      case Condition.Compare k -> k.relation().test(asFloat(k.left(), in), asFloat(k.right(), in));
      case Condition.And a -> test(a.left(), in) && test(a.right(), in);
      case Condition.Or o -> test(o.left(), in) || test(o.right(), in);
      case Condition.Not n -> !test(n.of(), in);
    };
  }

  @ParameterizedTest
  @MethodSource("all")
  void holdsEveryFloatResultOfEveryActivationAndSlope(Activation f) {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 4000; i++) {
      double x = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-3, 4)));
      check(f, f.apply(Expr.input(0)), x);
      check(f, f.apply(Expr.input(0)).derivative(0), x);
    }
    for (double x : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0, 1e-40,
        Float.MAX_VALUE}) {
      check(f, f.apply(Expr.input(0)), (float) x);
    }
  }

  private static void check(Activation f, Expr e, double x) {
    Interval lawful = new Enclosure(new Interval[] {Interval.point(x)}, NONE, DType.F32).of(e);
    double got = asFloat(e, new double[] {x});
    boolean inside = Double.isNaN(got) ? lawful.nan() : lawful.lo() <= got && got <= lawful.hi();
    assertThat(inside).as("%s(%s) = %s in %s", f.name(), x, got, lawful).isTrue();
  }

  @Test
  void isTightWhereTheFunctionIsTame() {
    Interval gelu = new Enclosure(new Interval[] {Interval.point(1.5)}, NONE, DType.F32).of(Activations.GELU.value());
    assertThat(gelu.hi() - gelu.lo()).isLessThan(1e-5);
    Interval relu = new Enclosure(new Interval[] {Interval.point(1.5)}, NONE, DType.F32).of(Activations.RELU.value());
    assertThat(relu).isEqualTo(Interval.point(1.5));
  }

  @Test
  void aConditionInDoubtAllowsBothSides() {
    Interval sum = Interval.around(0, 1e-6, 1, DType.F32);
    Interval y =
        new Enclosure(new Interval[] {sum}, NONE, DType.F32).of(Expr.where(Expr.input(0).lt(0), -7, Expr.constant(3)));
    assertThat(y.lo()).isEqualTo(-7);
    assertThat(y.hi()).isEqualTo(3);
  }

  @Test
  void storingToHalfMayRoundToTheLargestFiniteNumberOrInfinity() {
    Interval y = Interval.point(65510).stored(DType.F16);
    assertThat(y.lo()).isLessThanOrEqualTo(65504);
    assertThat(y.hi()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Interval.point(70000).stored(DType.F16)).isEqualTo(Interval.point(Double.POSITIVE_INFINITY));
  }
}
