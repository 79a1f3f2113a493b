package dev.orthant.op;

import dev.orthant.core.DType;
import dev.orthant.expr.Condition;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.Reduce.Stage;
import java.util.List;

/**
 * Stages of a {@link Reduce} for means, variances and norms that neither cancel nor overflow. The one place of these
 * formulas.
 *
 * <p>Variance: shifted sums (T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for computing the sample variance,
 * 1983). With a = min x, which is exact, and m = mean(x − a) the mean is a + m and the deviations are (x − a) − m:
 * their error is that of numbers of the size of the spread, whatever the mean is, and of equal numbers they are exactly
 * 0.
 *
 * <p>The sum of a row's x − a must be finite.
 *
 * <p>Squares: of numbers of F32 beyond 1.8·10¹⁹ they are infinite, below 10⁻²³ they are 0. They are taken of numbers
 * divided by a power of two that is chosen by the row's size (J. L. Blue, A portable Fortran program to find the
 * Euclidean norm of a vector, 1978), which rounds nothing; of ordinary numbers that power is 1.
 */
public final class Moments {
  private Moments() {}

  /**
   * Where one power of two follows another, in numbers of type: below {@code under} the numbers are divided by 2^{@code
   * exponent}.
   */
  private record Level(int under, int exponent) {}

  /**
   * The largest of a row divided by its power lies between 2^−49 and 2^52: its square is far from both ends, with room
   * for long sums. So is the slope of the square, which the power divides twice.
   */
  private static final List<Level> SINGLE =
      List.of(new Level(-76, -100), new Level(-24, -60), new Level(34, 0), new Level(80, 60), new Level(128, 100));

  private static final List<Level> DOUBLE = List.of(new Level(-608, -800), new Level(-192, -480), new Level(272, 0),
      new Level(640, 480), new Level(1024, 800));

  /**
   * Mean and variance of a row.
   *
   * @param stages to come first in the op
   * @param mean of the row
   * @param deviation of the element from it, divided by {@code power}
   * @param meanSquare of the deviations, so divided
   * @param power of two
   * @param inverse 1/power
   */
  public record Spread(List<Stage> stages, Expr mean, Expr deviation, Expr meanSquare, Expr power, Expr inverse) {
    /** The mean square of the deviations as they are: infinite where that is too large for the type. */
    public Expr variance() {
      return meanSquare.times(power).times(power);
    }

    /** The square root of the variance: finite also where that is not. Its slope at 0 is 0. */
    public Expr deviationOfRow() {
      return root(meanSquare).times(power);
    }

    /**
     * {@code epsilon}, divided by the square of the power: what is added to {@link #meanSquare} for the variance + ε.
     */
    public Expr plus(Expr epsilon) {
      return meanSquare.plus(epsilon.times(inverse).times(inverse));
    }
  }

  /**
   * The stages for mean and variance of {@code x} over rows that are not empty. The first stage's value does not matter
   * to the results: no gradient flows by it.
   *
   * @param operands of the op, whose first stages these become
   * @param compute the type that is computed in
   * @param least what the deviation is at least taken for when choosing the power, such as √ε
   */
  public static Spread spread(Expr x, int operands, DType compute, Expr least) {
    Expr anchor = Reduce.stage(operands, 0);
    Expr above = Reduce.stage(operands, 1);
    Expr size = Expr.max(above, least);
    Expr inverse = power(size, compute, -1);
    Expr deviation = x.minus(anchor).minus(above).times(inverse);
    List<Stage> stages = List.of(new Stage(Kind.MIN, x), new Stage(Kind.MEAN, x.minus(anchor)),
        new Stage(Kind.MEAN, deviation.squared()));
    return new Spread(stages, anchor.plus(above), deviation, Reduce.stage(operands, 2), power(size, compute, 1),
        inverse);
  }

  /**
   * As {@link #spread} about 0 instead of the mean: the mean square of a row. The first stage, the largest magnitude,
   * does not matter to the results.
   */
  public static Spread aboutZero(Expr x, int operands, DType compute, Expr least) {
    Expr size = Expr.max(Reduce.stage(operands, 0), least);
    Expr inverse = power(size, compute, -1);
    Expr scaled = x.times(inverse);
    List<Stage> stages = List.of(new Stage(Kind.MAX, x.abs()), new Stage(Kind.MEAN, scaled.squared()));
    return new Spread(stages, Expr.constant(0), scaled, Reduce.stage(operands, 1), power(size, compute, 1), inverse);
  }

  /** As {@link #spread} where rows have no elements, and so no least one: mean and variance are NaN. */
  public static Spread ofNothing(Expr x, int operands) {
    Expr one = Expr.constant(1);
    Expr nan = Reduce.stage(operands, 0);
    return new Spread(List.of(new Stage(Kind.MEAN, x)), nan, x, nan, one, one);
  }

  /**
   * Σ x² over a row whose largest magnitude is {@code largest}, as a stage to be: of x divided by {@link #power}, whose
   * square the sum is to be multiplied by.
   */
  public static Stage squares(Expr x, Expr largest, DType compute) {
    return new Stage(Kind.SUM, x.times(power(largest, compute, -1)).squared());
  }

  /** √Σ x² of the sum that {@link #squares} gives. Infinite if an element is, NaN if one is; its gradient at 0 is 0. */
  public static Expr norm(Expr sum, Expr largest, DType compute) {
    return root(sum).times(power(largest, compute, 1));
  }

  /**
   * Σ (|x|/s)^p as a stage to be, s the row's largest magnitude, whose root times s is the norm: no term is above 1.
   * Where s is 0 or infinite nothing is scaled.
   */
  public static Stage powers(Expr x, Expr largest, Expr p) {
    Expr scaled = x.abs().div(divisor(largest));
    return new Stage(Kind.SUM, Expr.where(x.eq(Expr.constant(0)), Expr.constant(0), scaled.pow(p)));
  }

  /** (Σ|x|^p)^(1/p) of the sum that {@link #powers} gives. */
  public static Expr norm(Expr sum, Expr largest, Expr reciprocal) {
    return Expr.where(sum.eq(Expr.constant(0)), sum, sum.pow(reciprocal)).times(divisor(largest));
  }

  private static Expr divisor(Expr largest) {
    Expr one = Expr.constant(1);
    Condition plain = largest.eq(Expr.constant(0)).or(largest.eq(Expr.constant(Double.POSITIVE_INFINITY)));
    return Expr.where(plain, one, largest);
  }

  /** √s, whose gradient at 0 is 0 once it is multiplied by that of s. */
  public static Expr root(Expr sum) {
    return Expr.where(sum.eq(Expr.constant(0)), sum, sum.sqrt());
  }

  /**
   * The power of two for rows of this size, to the power {@code sign}; anything for NaN.
   *
   * @param sign 1 or −1
   */
  public static Expr power(Expr size, DType compute, int sign) {
    List<Level> levels = compute == DType.F64 ? DOUBLE : SINGLE;
    Expr chosen = Expr.constant(Math.scalb(1.0, sign * levels.getLast().exponent));
    for (Level l : levels.reversed().subList(1, levels.size())) {
      Condition below = size.lt(Math.scalb(1.0, l.under));
      chosen = Expr.where(below, Expr.constant(Math.scalb(1.0, sign * l.exponent)), chosen);
    }
    return chosen;
  }
}
