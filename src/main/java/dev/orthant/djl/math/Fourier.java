package dev.orthant.djl.math;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Discrete Fourier transforms X_k = Σ_j x_j·e^{∓2πi·jk/n} along the last axis of tensors (…, 2, n), which hold real
 * parts before imaginary ones.
 *
 * <p>Up to {@link #DIRECT} elements a transform is one matrix product, [Re Im]·[[C, S], [−S, C]]. A length with a
 * factor a ≤ {@link #DIRECT}, n = a·b, is a transforms of length b of b ones of length a (Cooley and Tukey 1965); one
 * without is a convolution with a chirp, of a length that is a power of two (Bluestein 1970). All of it is made of
 * tensor operations: it runs on the device, and can be differentiated.
 */
public final class Fourier {
  private static final int DIRECT = 64;
  private static final Expr X = Expr.input(0);

  private Fourier() {}

  /**
   * The transform, not scaled.
   *
   * @param inverse whether the exponent is positive
   */
  public static Tensor transform(Tensor x, boolean inverse) {
    int n = Math.toIntExact(x.shape().dim(-1));
    if (n <= 1 || x.shape().isEmpty()) {
      return x;
    }
    double turn = (inverse ? 2 : -2) * Math.PI / n;
    if (n <= DIRECT) {
      return direct(x, n, turn);
    }
    int factor = factor(n);
    return factor == 1 ? chirped(x, n, inverse) : mixed(x, factor, n / factor, turn, inverse);
  }

  /** The largest factor up to {@link #DIRECT}. */
  private static int factor(int n) {
    return IntStream.iterate(DIRECT, f -> f - 1).limit(DIRECT).filter(f -> n % f == 0).findFirst().orElse(1);
  }

  private static Tensor direct(Tensor x, int n, double turn) {
    double[] matrix = new double[4 * n * n];
    for (int j = 0; j < n; j++) {
      for (int k = 0; k < n; k++) {
        double angle = turn * ((long) j * k % n);
        matrix[j * 2 * n + k] = Math.cos(angle);
        matrix[j * 2 * n + n + k] = Math.sin(angle);
        matrix[(n + j) * 2 * n + k] = -Math.sin(angle);
        matrix[(n + j) * 2 * n + n + k] = Math.cos(angle);
      }
    }
    Tensor w = Tensor.of(x.device(), x.dtype(), Shape.of(2L * n, 2L * n), matrix);
    return x.reshape(x.shape().elements() / (2L * n), 2L * n).matMul(w).reshape(x.shape().dims());
  }

  /**
   * With j = j₁·b + j₂ and k = k₁ + a·k₂: X_k = Σ_{j₂} e^{turn·i·j₂k₁}·(Σ_{j₁}
   * x_j·e^{turn·i·b·j₁k₁})·e^{turn·i·a·j₂k₂}.
   */
  private static Tensor mixed(Tensor x, int a, int b, double turn, boolean inverse) {
    long many = x.shape().elements() / (2L * a * b);
    Tensor columns = x.reshape(many, 2, a, b).transpose(0, 3, 1, 2);
    Tensor inner = direct(columns, a, turn * b);
    long n = (long) a * b;
    Tensor turned = times(inner, Shape.of(b, 1, a), i -> turn * ((long) (i / a) * (i % a) % n));
    Tensor outer = transform(turned.transpose(0, 3, 2, 1), inverse);
    return outer.transpose(0, 2, 3, 1).reshape(x.shape().dims());
  }

  /** z·e^{i·angle} for z (…, 2, n): z·cos + z′·(∓sin), z′ having real and imaginary parts exchanged. */
  private static Tensor times(Tensor z, Shape shape, IntToDoubleFunction angle) {
    int count = Math.toIntExact(shape.elements());
    double[] cosines = new double[count];
    double[] sines = new double[count];
    for (int i = 0; i < count; i++) {
      double at = angle.applyAsDouble(i);
      cosines[i] = Math.cos(at);
      sines[i] = Math.sin(at);
    }
    Device device = z.device();
    Tensor sign = Tensor.of(device, z.dtype(), Shape.of(2, 1), -1, 1);
    return z.apply("turn", X.times(Expr.input(2)).plus(Expr.input(1).times(Expr.input(3)).times(Expr.input(4))),
        List.of(z.flip(-2), Tensor.of(device, z.dtype(), shape, cosines), Tensor.of(device, z.dtype(), shape, sines),
            sign));
  }

  /**
   * By jk = (j² + k² − (k − j)²)/2: X_k = c_k·Σ_j (x_j·c_j)·c̄_{k−j} with c_j = e^{∓πi·j²/n}, the sum a cyclic
   * convolution of a length m ≥ 2n − 1.
   */
  private static Tensor chirped(Tensor x, int n, boolean inverse) {
    double half = (inverse ? 1 : -1) * Math.PI / n;
    IntToDoubleFunction chirp = j -> half * ((long) j * j % (2L * n));
    int m = Integer.highestOneBit(2 * n - 1) * 2;
    double[] back = new double[2 * m];
    for (int j = 0; j < n; j++) {
      double angle = -chirp.applyAsDouble(j);
      back[j] = back[(m - j) % m] = Math.cos(angle);
      back[m + j] = back[m + (m - j) % m] = Math.sin(angle);
    }
    // In double, as the other constants are: it is rounded once.
    Tensor spectrum = transform(Tensor.of(x.device(), DType.F64, Shape.of(2, m), back), false).cast(x.dtype());
    Tensor z = transform(times(x, Shape.of(1, n), chirp).pad(-1, 0, m - n, 0), false);
    Tensor sign = Tensor.of(x.device(), x.dtype(), Shape.of(2, 1), -1, 1);
    Tensor product =
        z.apply("spectra", X.times(Expr.input(2)).plus(Expr.input(1).times(Expr.input(3)).times(Expr.input(4))),
            List.of(z.flip(-2), spectrum.slice(0, 0, 1), spectrum.slice(0, 1, 2), sign));
    Tensor y = transform(product, true).slice(-1, 0, n).mul(1.0 / m);
    return times(y, Shape.of(1, n), chirp);
  }
}
