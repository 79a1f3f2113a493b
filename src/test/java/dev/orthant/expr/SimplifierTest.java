package dev.orthant.expr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.parity.UlpSweep;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SimplifierTest {
  private static final Expr X = Expr.input(0);
  private static final Expr ONE = Expr.constant(1);
  private static final double C = Math.sqrt(2 / Math.PI);

  static Collection<Device> devices() {
    return Devices.all();
  }

  private record Pair(Expr written, Expr meant) {}

  private static List<Pair> pairs() {
    Expr u = X.times(3).plus(0.5);
    return List.of(new Pair(ONE.minus(u.tanh().squared()), u.apply(Function.TANH_SLOPE)),
        new Pair(ONE.minus(u.tanh().pow(2)), u.apply(Function.TANH_SLOPE)),
        new Pair(u.erf().plus(1), u.neg().erfc()), new Pair(ONE.plus(u.erf()), u.neg().erfc()),
        new Pair(ONE.minus(u.erf()), u.erfc()), new Pair(ONE.minus(u.sigmoid()), u.neg().sigmoid()),
        new Pair(u.exp().minus(1), u.expm1()), new Pair(u.exp().plus(-1), u.expm1()),
        new Pair(u.squared().plus(1).log(), u.squared().log1p()), new Pair(u.exp().plus(1).log(), u.softplus()),
        new Pair(u.exp().log1p(), u.softplus()), new Pair(u.sigmoid().log(), u.logSigmoid()),
        new Pair(ONE.div(u.neg().exp().plus(1)), u.sigmoid()),
        new Pair(X.div(X.neg().exp().plus(1)), X.apply(Function.SILU)),
        new Pair(u.exp().div(u.exp().plus(1)), u.sigmoid()),
        new Pair(X.times(X.sigmoid()), X.apply(Function.SILU)),
        new Pair(X.times(X.times(1.702).sigmoid()), Operator.SWISH.of(X, Expr.constant(1.702))),
        new Pair(X.times(Expr.input(1).times(X).sigmoid()), Operator.SWISH.of(X, Expr.input(1))),
        new Pair(X.times(X.softplus().tanh()), X.apply(Function.MISH)),
        new Pair(X.times(X.exp().plus(1).log().tanh()), X.apply(Function.MISH)),
        new Pair(X.times(0.5).times(X.times(Math.sqrt(0.5)).erf().plus(1)), X.apply(Function.GELU)),
        new Pair(X.times(ONE.plus(X.div(Math.sqrt(2)).erf())).times(0.5), X.apply(Function.GELU)),
        new Pair(X.times(0.5).times(X.plus(X.pow(3).times(0.044715)).times(C).tanh().plus(1)),
            X.apply(Function.GELU_TANH)),
        new Pair(X.times(X.times(X.squared().times(0.044715).plus(1)).times(C).tanh().plus(1)).div(2),
            X.apply(Function.GELU_TANH)));
  }

  @Test
  void formulasBecomeThoseOfTheCatalogue() {
    for (Pair p : pairs()) {
      assertThat(p.written.simplified()).as("%s", p.written).isEqualTo(p.meant);
    }
  }

  /** What may be computed in integers is left as it is written: a quotient of integers is cut. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void integersKeepTheirQuotients(Device device) {
    Expr even = X.div(Expr.constant(2)).times(Expr.constant(2));
    Expr thirds = X.neg().div(Expr.constant(3)).times(Expr.constant(-3));
    for (DType type : List.of(DType.I8, DType.I32, DType.I64)) {
      try (Scope _ = Scope.open()) {
        Tensor x = Tensor.of(device, type, Shape.of(4), 5, -7, 8, 100);
        assertThat(x.apply("even", type, even, List.of()).toDoubleArray()).as("%s on %s", type, device.name())
            .containsExactly(4, -6, 8, 100);
        assertThat(x.apply("thirds", type, thirds, List.of()).toDoubleArray()).as("%s on %s", type, device.name())
            .containsExactly(3, -6, 6, 99);
      }
    }
  }

  @Test
  void theValueInExactArithmeticIsTheSame() {
    for (Pair p : pairs()) {
      for (double x = -3; x <= 3; x += 0.37) {
        double[] in = {x, 0.7};
        double written = p.written.evaluate(in, new double[0]);
        double meant = p.meant.evaluate(in, new double[0]);
        assertThat(Math.abs(written - meant) <= 1e-12 * Math.max(1e-3, Math.abs(meant)))
            .as("%s at %s: %s, %s", p.written, x, written,
                meant)
            .isTrue();
      }
    }
  }

  @Test
  void whatIsNotMeantStays() {
    for (Expr e : List.of(X.plus(1), X.tanh().minus(1), X.times(Expr.input(1).sigmoid()), X.exp().plus(2), X.log(),
        X.times(X.tanh()), Expr.constant(2).minus(X.tanh().squared()), X.erf().plus(2))) {
      assertThat(e.simplified()).isSameAs(e);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void aUsersFormulaIsAsGoodAsTheCatalogues(Device device) {
    UlpSweep sweep = new UlpSweep(device, 5);
    for (Activation f : List.of(
        Activation.define("my_gelu", x -> x.times(0.5).times(x.times(Math.sqrt(0.5)).erf().plus(1))),
        Activation.define("my_gelu_tanh",
            x -> x.times(0.5).times(x.plus(x.times(x).times(x).times(0.044715)).times(C).tanh().plus(1))),
        Activation.define("my_swish", x -> x.div(x.neg().exp().plus(1))),
        Activation.define("my_softplus", x -> x.exp().plus(1).log()),
        Activation.define("my_mish", x -> x.times(x.exp().plus(1).log().tanh())))) {
      for (UlpSweep.Row row : sweep.rows(f, DType.F32)) {
        assertThat(row.fine()).as("%s", row).isTrue();
      }
    }
  }
}
