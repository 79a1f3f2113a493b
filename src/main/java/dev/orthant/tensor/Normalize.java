package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.op.Moments;
import dev.orthant.op.Reduce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Normalisation over axes, in one launch: y = f((x − mean)/√(variance + ε)·γ + β + residual), or by the root mean
 * square alone, y = f(x/√(mean x² + ε)·γ + β + residual).
 *
 * <p>Over which axes is all that tells the kinds apart: layer norm (Ba et al. 2016) takes the last ones, instance norm
 * (Ulyanov et al. 2016) height and width, batch norm (Ioffe and Szegedy 2015) all but the channels, group norm (Wu and
 * He 2018) a group of channels with height and width (see {@link Tensor#groupNorm}); RMS norm is of Zhang and Sennrich
 * (2019).
 *
 * <p>Neither a mean far larger than the deviations nor the size of the numbers harms: see {@link Moments}. Of equal
 * numbers (x − mean) is exactly 0.
 *
 * @param axes over which mean and variance are taken; negative ones count from the end
 * @param epsilon ε
 * @param rootMeanSquare whether the mean is left in
 * @param activation f, its parameters at their initial values
 */
public record Normalize(List<Integer> axes, double epsilon, boolean rootMeanSquare, Activation activation) {
  public Normalize {
    axes = List.copyOf(axes);
    if (!(epsilon >= 0)) {
      throw new InvalidInputException("normalize: epsilon must not be negative, got " + epsilon);
    }
  }

  /**
   * What comes out.
   *
   * @param y in the input's shape and type
   * @param mean in the input's shape with extent 1 along the axes, F32 (F64 of F64); 0 when the root mean square is
   * used
   * @param variance likewise; the mean square when that is used. Divided by the count
   */
  public record Result(Tensor y, Tensor mean, Tensor variance) implements AutoCloseable {
    @Override
    public void close() {
      y.close();
      mean.close();
      variance.close();
    }
  }

  /** ε = 10⁻⁵, no activation. */
  public static Normalize over(Integer... axes) {
    return new Normalize(Arrays.asList(axes), 1e-5, false, Activations.IDENTITY);
  }

  /** With another ε, which is added to the variance or mean square. */
  public Normalize epsilon(double value) {
    return new Normalize(axes, value, rootMeanSquare, activation);
  }

  /** By the root mean square. */
  public Normalize rms() {
    return new Normalize(axes, epsilon, true, activation);
  }

  /** With f done on the way, after scale, shift and residual. */
  public Normalize activation(Activation f) {
    return new Normalize(axes, epsilon, rootMeanSquare, f);
  }

  /**
   * Applies this. The caller closes what comes out.
   *
   * @param gamma the scale, broadcasting to x; null for 1
   * @param beta the shift, broadcasting to x; null for 0
   * @param residual added before the activation, broadcasting to x; null for none
   */
  public Result apply(Tensor x, @Nullable Tensor gamma, @Nullable Tensor beta, @Nullable Tensor residual) {
    List<Integer> over = x.axes("normalize", axes.stream().mapToInt(Integer::intValue).toArray());
    List<Tensor> operands = new ArrayList<>(List.of(x));
    Expr scale = operand(gamma, operands, Expr.constant(1));
    Expr shift = operand(beta, operands, Expr.constant(-0.0));
    Expr skip = operand(residual, operands, Expr.constant(-0.0));
    DType wide = x.dtype().compute();
    Expr deviation = Expr.scalar(1);
    // A row without elements has neither a least nor a largest.
    boolean empty = over.stream().anyMatch(a -> x.shape().dim(a) == 0);
    Moments.Spread spread = empty ? Moments.ofNothing(Expr.input(0), operands.size())
        : rootMeanSquare ? Moments.aboutZero(Expr.input(0), operands.size(), wide, deviation)
            : Moments.spread(Expr.input(0), operands.size(), wide, deviation);
    Expr y = activation
        .apply(spread.deviation().div(spread.plus(Expr.scalar(0)).sqrt()).times(scale).plus(shift).plus(skip));
    Reduce op = new Reduce(over, spread.stages(),
        List.of(new Reduce.Result(y, false, x.dtype()), new Reduce.Result(spread.mean(), true, wide),
            new Reduce.Result(spread.variance(), true, wide)),
        operands.size(), List.of(epsilon, Math.sqrt(epsilon)), x.shape());
    List<Tensor> results = Launcher.reduce("normalize", op, operands, empty ? Set.of() : Set.of(0));
    return new Result(results.get(0), results.get(1), results.get(2));
  }

  private static Expr operand(@Nullable Tensor t, List<Tensor> operands, Expr absent) {
    if (t == null) {
      return absent;
    }
    operands.add(t);
    return Expr.input(operands.size() - 1);
  }
}
