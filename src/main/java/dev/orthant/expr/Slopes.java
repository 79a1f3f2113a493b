package dev.orthant.expr;

/** Derivatives that are functions of the catalogue themselves: a constant of an enum cannot name one that follows. */
final class Slopes {
  private Slopes() {}

  static Expr sigmoid(Expr x) {
    return x.apply(Function.SIGMOID_SLOPE);
  }

  static Expr sigmoidTwice(Expr x) {
    return sigmoid(x).times(x.times(0.5).tanh()).neg();
  }

  static Expr tanh(Expr x) {
    return x.apply(Function.TANH_SLOPE);
  }

  static Expr tanhTwice(Expr x) {
    return tanh(x).times(x.tanh()).times(-2);
  }

  static Expr softsign(Expr x) {
    return x.apply(Function.SOFTSIGN_SLOPE);
  }

  static Expr silu(Expr x) {
    return x.apply(Function.SILU_SLOPE);
  }

  static Expr siluTwice(Expr x) {
    return sigmoid(x).times(Expr.constant(2).minus(x.times(x.times(0.5).tanh())));
  }

  static Expr mishTwice(Expr x) {
    return twice(Expr.input(0).times(Expr.input(0).softplus().tanh()), x);
  }

  static Expr geluTwice(Expr x) {
    return normal(x).times(Expr.constant(2).minus(x.squared()));
  }

  static Expr geluTanhTwice(Expr x) {
    Expr a = Expr.input(0);
    double c = 2 * Math.sqrt(2 / Math.PI);
    return twice(a.times(a.times(a.squared().times(c * 0.044715).plus(c)).sigmoid()), x);
  }

  private static Expr twice(Expr f, Expr x) {
    return Derivative.of(Derivative.of(f, 0), 0).substitute(i -> x, Expr::scalar);
  }

  static Expr mish(Expr x) {
    return x.apply(Function.MISH_SLOPE);
  }

  static Expr gelu(Expr x) {
    return x.apply(Function.GELU_SLOPE);
  }

  static Expr geluTanh(Expr x) {
    return x.apply(Function.GELU_TANH_SLOPE);
  }

  static Expr erf(Expr x) {
    return x.apply(Function.GAUSSIAN).times(2 / Math.sqrt(Math.PI));
  }

  static Expr erfc(Expr x) {
    return erf(x).neg();
  }

  static Expr gaussian(Expr x) {
    return x.apply(Function.GAUSSIAN).times(x).times(-2);
  }

  static Expr normal(Expr x) {
    return x.apply(Function.NORMAL_DENSITY);
  }

  static Expr normalTwice(Expr x) {
    return normal(x).times(x).neg();
  }
}
