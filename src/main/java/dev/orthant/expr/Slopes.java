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
