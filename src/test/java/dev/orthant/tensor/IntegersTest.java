package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tensors of integers compute as Java's integers do, beyond what a double holds. */
class IntegersTest {
  private static final Expr X = Expr.input(0);
  private static final Expr Y = Expr.input(1);
  /** No constants to the compiler, which would object to overflow. */
  private static final long BIG = Long.parseLong("9007199254740993");
  private static final long MAX = Long.MAX_VALUE + BIG - BIG;

  private Scope scope = Scope.open();

  @BeforeEach
  void open() {
    scope.close();
    scope = Scope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  static List<String> devices() {
    return Devices.all().stream().map(Device::name).toList();
  }

  private static Tensor longs(Device device, long... values) {
    return Tensor.of(device, TensorSpec.of(DType.I64, values.length), MemorySegment.ofArray(values));
  }

  private static Tensor of(Device device, DType type, double... values) {
    return Tensor.of(device, type, Shape.of(values.length), values);
  }

  private static long[] values(Tensor t) {
    assertThat(t.dtype()).isEqualTo(DType.I64);
    long[] values = new long[(int) t.shape().elements()];
    t.read(MemorySegment.ofArray(values));
    return values;
  }

  @ParameterizedTest
  @MethodSource("devices")
  void arithmeticIsExactAndWraps(String device) {
    Device d = Devices.named(device);
    Tensor x = longs(d, BIG, MAX, Long.MIN_VALUE, -7);
    Tensor y = longs(d, BIG, 1, -1, 3);
    assertThat(values(x.add(y))).containsExactly(2 * BIG, Long.MIN_VALUE, MAX, -4);
    assertThat(values(x.sub(1))).containsExactly(BIG - 1, MAX - 1, MAX, -8);
    assertThat(values(x.mul(y))).containsExactly(BIG * BIG, MAX, Long.MIN_VALUE, -21);
    assertThat(values(x.neg())).containsExactly(-BIG, -MAX, Long.MIN_VALUE, 7);
    assertThat(values(x.abs())).containsExactly(BIG, MAX, Long.MIN_VALUE, 7);
    assertThat(values(x.pow(3))).containsExactly(BIG * BIG * BIG, MAX, 0, -343);
    assertThat(values(x.maximum(y))).containsExactly(BIG, MAX, -1, 3);
    assertThat(values(x.relu())).containsExactly(BIG, MAX, 0, 0);
    assertThat(values(x.clip(-3, 5))).containsExactly(5, 5, -3, -3);
    assertThat(values(x.apply(Function.SIGN))).containsExactly(1, 1, -1, -1);
    assertThat(x.eq(longs(d, BIG - 1, MAX - 1, Long.MIN_VALUE, -7)).toDoubleArray())
        .containsExactly(0, 0, 1, 1);
    assertThat(values(x.where(of(d, DType.BOOL, 1, 0, 1, 0), y))).containsExactly(BIG, 1, Long.MIN_VALUE, 3);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void nothingTraps(String device) {
    Device d = Devices.named(device);
    Tensor x = longs(d, 7, -7, Long.MIN_VALUE, BIG, 0);
    Tensor y = longs(d, 0, 2, -1, 2, 0);
    assertThat(values(x.apply("quotient", DType.I64, X.div(Y), List.of(y)))).containsExactly(0, -3, Long.MIN_VALUE,
        BIG / 2, 0);
    assertThat(values(x.apply("remainder", Operator.FMOD.of(X, Y), List.of(y)))).containsExactly(0, -1, 0, 1, 0);
    assertThat(values(longs(d, 1, -1, -1, 2, 0).pow(longs(d, -5, -3, -2, -1, -1)))).containsExactly(1, -1, 1, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void typesMeetInTheWiderOne(String device) {
    Device d = Devices.named(device);
    Tensor i8 = of(d, DType.I8, 127, -128);
    Tensor u8 = of(d, DType.U8, 255, 1);
    Tensor bool = of(d, DType.BOOL, 1, 1);
    assertThat(i8.add(i8).dtype()).isEqualTo(DType.I8);
    assertThat(i8.add(i8).toDoubleArray()).containsExactly(-2, 0);
    assertThat(u8.add(1).toDoubleArray()).containsExactly(0, 2);
    assertThat(i8.add(u8).dtype()).isEqualTo(DType.I32);
    assertThat(i8.add(u8).toDoubleArray()).containsExactly(382, -127);
    assertThat(bool.add(u8).dtype()).isEqualTo(DType.U8);
    assertThat(bool.add(bool).dtype()).isEqualTo(DType.BOOL);
    assertThat(bool.add(bool).toDoubleArray()).containsExactly(1, 1);
    assertThat(of(d, DType.I32, 1 << 30, 5).mul(4).toDoubleArray()).containsExactly(0, 20);
    assertThat(of(d, DType.I32, 3, 5).add(longs(d, 1L << 40, 0)).dtype()).isEqualTo(DType.I64);
    assertThatThrownBy(() -> i8.div(u8)).isInstanceOf(DTypeException.class).hasMessageContaining("div")
        .hasMessageContaining("result's type");
    assertThatThrownBy(() -> u8.add(0.5)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(u8::exp).isInstanceOf(DTypeException.class);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void fractionsStayFloating(String device) {
    Device d = Devices.named(device);
    Tensor x = of(d, DType.I32, 1, 5, -3);
    Tensor y = of(d, DType.I32, 2, 2, 2);
    assertThat(x.apply("div", DType.F32, X.div(Y), List.of(y)).toDoubleArray()).containsExactly(0.5, 2.5, -1.5);
    assertThat(x.apply("floor", DType.I32, X.div(Y).apply(Function.FLOOR), List.of(y)).toDoubleArray())
        .containsExactly(0, 2, -2);
    assertThat(x.apply("half", DType.I32, X.times(0.5), List.of()).toDoubleArray()).containsExactly(0, 2, -1);
    // The same plan but for the number: each has its own mode.
    assertThat(x.apply("scaled", DType.I32, X.times(Expr.scalar(0)), List.of(), 0.5).toDoubleArray())
        .containsExactly(0, 2, -1);
    assertThat(x.apply("scaled", DType.I32, X.times(Expr.scalar(0)), List.of(), 2).toDoubleArray())
        .containsExactly(2, 10, -6);
  }

  /** What floats is computed as floats also where it and its reader are one launch, or could be. */
  @ParameterizedTest
  @MethodSource("devices")
  void pendingFloatsAreNotDrawnIntoIntegers(String device) {
    Device d = Devices.named(device);
    Tensor x = of(d, DType.I32, 1, 5, -3);
    Tensor y = of(d, DType.I32, 2, 2, 2);
    assertThat(x.apply("div", DType.F32, X.div(Y), List.of(y)).gt(0).toDoubleArray()).containsExactly(1, 1, 0);
    assertThat(x.apply("product", DType.F32, X.times(Y), List.of(y)).apply("sum", DType.I32, X.plus(1), List.of())
        .toDoubleArray()).containsExactly(3, 11, -5);
    Tensor quotient = x.apply("div", DType.F32, X.div(Y), List.of(y));
    assertThat(Tensor.applyAll("tests", List.of(X.gt(0).asNumber()), List.of(DType.BOOL), List.of(quotient))
        .getFirst().toDoubleArray()).containsExactly(1, 1, 0);
    assertThat(x.apply("div", DType.F32, X.div(Y), List.of(y)).argMax(0).toDoubleArray()).containsExactly(1);
  }

  @Test
  void aFloatingChainOfIntegersIsOneLaunch() {
    try (ReferenceDevice d = ReferenceDevice.named("reference")) {
      Tensor x = of(d, DType.I32, 1, 5, -3);
      assertThat(x.apply("half", DType.F32, X.times(0.5), List.of()).exp().add(1).toDoubleArray()).hasSize(3);
      assertThat(d.launches()).isEqualTo(1);
      scope.close();
    }
  }

  @ParameterizedTest
  @MethodSource("devices")
  void reductionsAreExact(String device) {
    Device d = Devices.named(device);
    Tensor x = longs(d, BIG, -BIG + 1, Long.MIN_VALUE, MAX, 3, 5).reshape(2, 3);
    assertThat(values(x.sum())).containsExactly(8);
    assertThat(values(x.sum(0))).containsExactly(BIG + MAX, -BIG + 4, Long.MIN_VALUE + 5);
    assertThat(values(x.prod(1))).containsExactly(0, MAX * 15);
    assertThat(values(x.max(1))).containsExactly(BIG, MAX);
    assertThat(values(x.min(0))).containsExactly(BIG, -BIG + 1, Long.MIN_VALUE);
    assertThat(values(longs(d, BIG - 1, BIG, BIG - 1).argMax(0))).containsExactly(1);
    assertThat(values(longs(d, BIG, BIG - 1, BIG).argMin(0))).containsExactly(1);
    double[] ones = new double[20_000];
    Arrays.fill(ones, 255);
    assertThat(values(of(d, DType.U8, ones).sum())).containsExactly(255L * ones.length);
    assertThat(of(d, DType.U8, ones).max().dtype()).isEqualTo(DType.U8);
    assertThat(values(of(d, DType.BOOL, 1, 0, 1).sum())).containsExactly(2);
    assertThat(of(d, DType.BOOL, 1, 0, 1).max().toDoubleArray()).containsExactly(1);
    assertThatThrownBy(() -> x.mean()).isInstanceOf(DTypeException.class).hasMessageContaining("cast it first");
  }

  /** More truth values than F32 can count. */
  @Test
  void countsBeyondTwoToThe24() {
    Device cpu = Devices.named("cpu");
    Tensor x = Tensor.full(cpu, DType.BOOL, Shape.of(), 1).broadcastTo(Shape.of(4097, 4097));
    assertThat(values(x.sum())).containsExactly(4097L * 4097);
  }

  @ParameterizedTest
  @MethodSource("devices")
  void runningSumsAndProducts(String device) {
    Device d = Devices.named(device);
    assertThat(values(longs(d, BIG, 1, MAX).cumSum(0))).containsExactly(BIG, BIG + 1,
        BIG + 1 + MAX);
    assertThat(of(d, DType.U8, 200, 100, 7).cumSum(0).toDoubleArray()).containsExactly(200, 44, 51);
    assertThatThrownBy(() -> of(d, DType.BOOL, 1).cumSum(0)).isInstanceOf(DTypeException.class)
        .hasMessageContaining("cast it to i64");
    long[] expected = new long[23];
    long product = 1;
    double[] factors = new double[expected.length];
    for (int i = 0; i < expected.length; i++) {
      factors[i] = 5 * i + 3;
      product *= 5 * i + 3;
      expected[i] = product;
    }
    assertThat(values(of(d, DType.I64, factors).cumProd(0))).containsExactly(expected);
    assertThat(of(d, DType.BOOL, 1, 1, 0, 1).cumProd(0).toDoubleArray()).containsExactly(1, 1, 0, 0);
    assertThat(of(d, DType.F32, 2, 0.5, Double.NaN, 3).cumProd(0).toDoubleArray()).containsExactly(2, 1, Double.NaN,
        Double.NaN);
    assertThat(of(d, DType.F32, 2, 0, -3, 4, 0, 1, 5, 6).reshape(2, 2, 2).cumProd(1).toDoubleArray())
        .containsExactly(2, 0, -6, 0, 0, 1, 0, 6);
    assertThat(of(d, DType.F32).cumProd(0).toDoubleArray()).isEmpty();
  }

  @Test
  void runningProductsHaveGradientsWithZerosAmongTheFactors() {
    Device cpu = Devices.named("cpu");
    GradientCheck.check(cpu, "cumProd", 3, in -> in.getFirst().cumProd(1), Shape.of(2, 7, 3));
    GradientCheck.checkAt(cpu, "cumProd of zeros", 3, in -> in.getFirst().cumProd(-1), List.of(Shape.of(3, 4)),
        List.of(new double[] {2, 0, 3, 1.5, 0, 0, 1, 2, -1, 2, 0, 3}));
  }
}
