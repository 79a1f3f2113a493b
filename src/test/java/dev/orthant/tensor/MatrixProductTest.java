package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.op.MatMul;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of vectors, of integers and of two types, on every device. */
class MatrixProductTest {
  private static final long SEED = Long.getLong("orthant.seed", 20_261_201);

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  private static Tensor count(Device device, DType type, long... dims) {
    Shape shape = Shape.of(dims);
    return Tensor.of(device, type, shape,
        IntStream.range(0, (int) shape.elements()).mapToDouble(i -> i % 7 - 3).toArray());
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void aVectorIsARowOnTheLeftAndAColumnOnTheRight(Device device) {
    for (DType type : device.name().equals("cpu") ? List.of(DType.F32, DType.I32) : List.of(DType.F32)) {
      try (Scope _ = Scope.open()) {
        Tensor v = count(device, type, 4);
        Tensor m = count(device, type, 4, 3);
        Tensor batch = count(device, type, 2, 4, 3);
        same(v.matMul(m), v.reshape(1, 4).matMul(m), Shape.of(3));
        same(m.transpose().matMul(v), m.transpose().matMul(v.reshape(4, 1)), Shape.of(3));
        same(v.matMul(batch), v.reshape(1, 4).matMul(batch), Shape.of(2, 3));
        same(batch.transpose(0, 2, 1).matMul(v), batch.transpose(0, 2, 1).matMul(v.reshape(4, 1)), Shape.of(2, 3));
        same(m.matMul(v, MatMul.PLAIN.lhsTransposed().rhsTransposed()), m.transpose().matMul(v), Shape.of(3));
        assertThat(v.matMul(v).shape()).isEqualTo(Shape.of());
        assertThat(v.matMul(v).toDoubleArray()).containsExactly(9 + 4 + 1);
        assertThatThrownBy(() -> v.matMul(count(device, type, 5))).isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("matmul");
        assertThatThrownBy(() -> v.matMul(count(device, type))).isInstanceOf(InvalidInputException.class)
            .hasMessageContaining("mul");
      }
    }
  }

  private static void same(Tensor found, Tensor expected, Shape shape) {
    assertThat(found.shape()).isEqualTo(shape);
    assertThat(found.toDoubleArray()).isEqualTo(expected.toDoubleArray());
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void integersAreExactAndWrapAround(Device device) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (DType type : device.name().equals("cpu") ? List.of(DType.I8, DType.U8, DType.I32, DType.I64)
        : List.of(DType.U8, DType.I64)) {
      for (int way = 0; way < 4; way++) {
        boolean left = way % 2 == 1;
        boolean right = way > 1;
        double most = type == DType.I8 ? 128 : type == DType.U8 ? 256 : 0x1p28;
        double[] a = random.doubles(2 * 5 * 37, type == DType.U8 ? 0 : -most, most).map(Math::floor).toArray();
        double[] b = random.doubles(37 * 3, type == DType.U8 ? 0 : -most, most).map(Math::floor).toArray();
        try (Scope _ = Scope.open()) {
          Tensor lhs = Tensor.of(device, type, left ? Shape.of(2, 37, 5) : Shape.of(2, 5, 37), a);
          Tensor rhs = Tensor.of(device, type, right ? Shape.of(3, 37) : Shape.of(37, 3), b);
          Tensor z = lhs.matMul(rhs, MatMul.PLAIN.lhsTransposed(left).rhsTransposed(right));
          assertThat(z.dtype()).isEqualTo(type);
          assertThat(z.shape()).isEqualTo(Shape.of(2, 5, 3));
          double[] found = z.toDoubleArray();
          for (int i = 0; i < found.length; i++) {
            int g = i / 15;
            int r = i / 3 % 5;
            int c = i % 3;
            long sum = 0;
            for (int k = 0; k < 37; k++) {
              long x = (long) a[g * 185 + (left ? k * 5 + r : r * 37 + k)];
              long y = (long) b[right ? c * 37 + k : k * 3 + c];
              sum += x * y;
            }
            double expected = switch (type) {
              case I8 -> (byte) sum;
              case U8 -> sum & 0xff;
              case I32 -> (int) sum;
              default -> sum;
            };
            if (found[i] != expected) {
              assertThat(found[i]).as("%s, way %d, element %d, seed %d on %s", type, way, i, SEED, device.name())
                  .isEqualTo(expected);
            }
          }
        }
      }
    }
    try (Scope _ = Scope.open()) {
      Tensor none = count(device, DType.I32, 2, 0).matMul(count(device, DType.I32, 0, 3));
      assertThat(none.toDoubleArray()).containsExactly(0, 0, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void twoTypesMeetInOne(Device device) {
    boolean wide = device.info().dtypes().contains(DType.F64);
    List<DType> all = Stream.of(DType.F16, DType.BF16, DType.F32, DType.F64, DType.I8, DType.U8, DType.I32, DType.I64)
        .filter(t -> wide || t != DType.F64).toList();
    boolean cpu = device.name().equals("cpu");
    double[] product = {22, 28, 49, 64};
    for (DType a : all) {
      // A cast and then one product of few kinds: not all pairs need a kernel each to show it.
      for (DType b : cpu ? all : List.of(DType.BF16, DType.I8)) {
        try (Scope _ = Scope.open()) {
          Tensor y = Tensor.of(device, a, Shape.of(2, 3), 1, 2, 3, 4, 5, 6)
              .matMul(Tensor.of(device, b, Shape.of(3, 2), 1, 2, 3, 4, 5, 6));
          assertThat(y.toDoubleArray()).as("%s with %s on %s", a, b, device.name()).containsExactly(product);
          assertThat(y.dtype()).as("%s with %s", a, b).isEqualTo(met(a, b));
        }
      }
    }
    try (Scope _ = Scope.open()) {
      Tensor bool = count(device, DType.BOOL, 2, 2);
      assertThatThrownBy(() -> bool.matMul(bool)).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("cast");
    }
  }

  private static DType met(DType a, DType b) {
    if (a == b) {
      return a;
    }
    if (a.isFloating() != b.isFloating()) {
      return a.isFloating() ? a : b;
    }
    List<DType> order = a.isFloating() ? List.of(DType.F16, DType.BF16, DType.F32, DType.F64)
        : List.of(DType.I8, DType.U8, DType.I32, DType.I64);
    int least = order.indexOf(a) < 2 && order.indexOf(b) < 2 ? 2 : 0;
    return order.get(Math.max(least, Math.max(order.indexOf(a), order.indexOf(b))));
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void eachGradientHasItsOperandsType(Device device) {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor a = Tensor.of(device, DType.F16, Shape.of(3), 1, 2, 3).requireGradient();
      Tensor b = Tensor.of(device, DType.F32, Shape.of(3, 2), 1, 2, 3, 4, 5, 6).requireGradient();
      tape.backward(a.matMul(b).sum());
      assertThat(a.gradient().dtype()).isEqualTo(DType.F16);
      assertThat(a.gradient().toDoubleArray()).containsExactly(3, 7, 11);
      assertThat(b.gradient().dtype()).isEqualTo(DType.F32);
      assertThat(b.gradient().toDoubleArray()).containsExactly(1, 1, 2, 2, 3, 3);
    }
  }

  @Test
  void gradientsOfVectors() {
    Device cpu = Devices.named("cpu");
    for (Shape[] s : new Shape[][] {{Shape.of(4), Shape.of(4, 3)}, {Shape.of(2, 3, 4), Shape.of(4)},
        {Shape.of(4), Shape.of(4)}, {Shape.of(4), Shape.of(2, 4, 3)}}) {
      GradientCheck.check(cpu, Arrays.toString(s), SEED, in -> in.get(0).matMul(in.get(1)).tanh(), s);
    }
  }
}
