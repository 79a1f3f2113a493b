package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Copy.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ops that move, convert, sort and add up: what they refuse, and their references against numbers worked out by hand.
 */
final class MoveOpsTest {
  private static final double NAN = Double.NaN;

  private static TensorSpec f32(long... dims) {
    return TensorSpec.of(DType.F32, dims);
  }

  private static TensorSpec i32(long... dims) {
    return TensorSpec.of(DType.I32, dims);
  }

  private static void refused(Op op, Class<? extends InvalidInputException> type, String message,
      TensorSpec... inputs) {
    assertThatThrownBy(() -> op.infer(List.of(inputs))).isInstanceOf(type).hasMessageContaining(message);
  }

  private static double[] reference(Op op, List<TensorSpec> inputs, double[]... values) {
    return op.reference(inputs, values)[0];
  }

  @Test
  void mistakesOfCopiesAndConcats() {
    refused(Copy.of(Axis.all(3, 1)), ShapeException.class, "does not fit the input (3,) f32", f32(3));
    refused(Copy.of(new Axis(3, 0, 0, 1, 0)), ShapeException.class, "every=0", f32(3));
    refused(Copy.of(Axis.all(3, 0)), ShapeException.class, "axis 1 of (3, 2) f32 is read by 0 axes", f32(3, 2));
    refused(Copy.of(Axis.all(3, 0), Axis.all(3, 0)), ShapeException.class, "is read by 2 axes", f32(3));
    refused(Copy.of(), ShapeException.class, "takes 1 input, got 2", f32(), f32());
    assertThat(Copy.of(Axis.repeat(4)).infer(List.of(f32(1, 1)))).containsExactly(f32(4));
    refused(new Concat(0), ShapeException.class, "takes at least 1 input");
    refused(new Concat(2), ShapeException.class, "axis 2 is not an axis of (3, 4) f32", f32(3, 4));
    refused(new Concat(0), ShapeException.class, "must agree but along axis 0", f32(3, 4), f32(3, 5));
    refused(new Concat(0), ShapeException.class, "must agree but along axis 0", f32(3, 4), f32(4));
    refused(new Concat(0), DTypeException.class, "takes inputs of one type", f32(3), i32(3));
  }

  @Test
  void mistakesOfIndices() {
    refused(new Gather(0, false), DTypeException.class, "indices must be i32 or i64, got (3,) f32", f32(3), f32(3));
    refused(new Gather(1, false), ShapeException.class, "axis 1 is not an axis of (3,) f32", f32(3), i32(3));
    refused(new Gather(0, true), ShapeException.class, "must agree with (3, 4) f32 but along axis 0", f32(3, 4),
        i32(2, 5));
    refused(new Gather(0, false), ShapeException.class, "takes 2 inputs", f32(3));
    refused(new ScatterAdd(0, false, 5), DTypeException.class, "takes updates of f16 bf16 f32 f64", i32(3), i32(3));
    refused(new ScatterAdd(0, false, -1), ShapeException.class, "extent -1", f32(3), i32(3));
    refused(new ScatterAdd(0, true, 5), ShapeException.class, "must have the shape of the updates", f32(3, 2), i32(3));
    refused(new ScatterAdd(0, false, 5), ShapeException.class, "must have the indices' extents", f32(3, 2), i32(4));
  }

  @Test
  void mistakesOfTheOthers() {
    refused(new Cast(DType.F16), ShapeException.class, "takes 1 input, got 0");
    refused(new CumSum(2, false, false), ShapeException.class, "takes 1 input that has axis 2", f32(3, 4));
    refused(new CumSum(0, false, false), DTypeException.class, "cast it to i64",
        TensorSpec.of(DType.BOOL, 3));
    refused(new Sort(-1, false), ShapeException.class, "takes 1 input that has axis -1", f32(3));
    assertThat(new Sort(0, false).infer(List.of(i32(3)))).containsExactly(i32(3), TensorSpec.of(DType.I64, 3));
  }

  @Test
  void copies() {
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(reference(Copy.of(Axis.all(3, 1), Axis.all(2, 0)), List.of(f32(2, 3)), x))
        .containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(reference(new Copy(List.of(new Axis(5, 0, -1, 1, 1)), 9), List.of(f32(3)), new double[] {1, 2, 3}))
        .containsExactly(9, 1, 2, 3, 9);
    assertThat(reference(new Copy(List.of(new Axis(6, 0, 4, -1, 2)), 9), List.of(f32(3)), new double[] {1, 2, 3}))
        .containsExactly(3, 9, 2, 9, 1, 9);
    assertThat(reference(Copy.of(Axis.repeat(2), Axis.all(2, 0)), List.of(f32(2)), new double[] {7, 8}))
        .containsExactly(7, 8, 7, 8);
  }

  @Test
  void gathersAndTheirTransposes() {
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(reference(new Gather(0, false), List.of(f32(3, 2), i32(3)), x, new double[] {2, 0, 5}))
        .containsExactly(5, 6, 1, 2, 0, 0);
    assertThat(reference(new Gather(1, true), List.of(f32(2, 3), i32(2, 2)), x, new double[] {2, 0, -1, 1}))
        .containsExactly(3, 1, 0, 5);
    assertThat(reference(new ScatterAdd(0, false, 2), List.of(f32(3, 2), i32(3)), x, new double[] {1, 7, 1}))
        .containsExactly(0, 0, 6, 8);
    assertThat(reference(new ScatterAdd(1, true, 2), List.of(f32(2, 3), i32(2, 3)), x,
        new double[] {0, 0, 1, 1, 2, 1})).containsExactly(3, 3, 0, 10);
  }

  @Test
  void conversions() {
    double[] x = {300.7, -300.7, NAN, Double.POSITIVE_INFINITY, -0.5, 0};
    List<TensorSpec> floats = List.of(f32(6));
    assertThat(reference(new Cast(DType.I8), floats, x)).containsExactly(127, -128, 0, 127, 0, 0);
    assertThat(reference(new Cast(DType.U8), floats, x)).containsExactly(255, 0, 0, 255, 0, 0);
    assertThat(reference(new Cast(DType.I32), List.of(TensorSpec.of(DType.I64, 2)), new double[] {0x1p32 + 5, -1}))
        .containsExactly(5, -1);
    assertThat(reference(new Cast(DType.U8), List.of(i32(2)), new double[] {-1, 257})).containsExactly(255, 1);
  }

  @Test
  void runningSumsAndSorts() {
    double[] x = {1, 2, 3, 4, 5, 6};
    assertThat(reference(new CumSum(1, false, false), List.of(f32(2, 3)), x)).containsExactly(1, 3, 6, 4, 9, 15);
    assertThat(reference(new CumSum(0, true, true), List.of(f32(2, 3)), x)).containsExactly(4, 5, 6, 0, 0, 0);
    double[][] up = new Sort(0, false).reference(List.of(f32(5)), new double[][] {{NAN, 0.0, 2, -0.0, -1}});
    assertThat(up[0]).containsExactly(-1, 0.0, -0.0, 2, NAN);
    assertThat(up[1]).containsExactly(4, 1, 3, 2, 0);
    double[][] down = new Sort(0, true).reference(List.of(f32(5)), new double[][] {{3, NAN, 3, 5, NAN}});
    assertThat(down[1]).containsExactly(1, 4, 3, 0, 2);
  }

  /** What devices walk by is what {@link Copy#source} says, element by element. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void latticesAreTheirCopies(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 400; round++) {
      TensorSpec x = f32(random.nextLong(0, 5), random.nextLong(1, 6), 1);
      List<Axis> axes = new ArrayList<>();
      for (int d : random.nextBoolean() ? new int[] {0, 1} : new int[] {1, -1, 0}) {
        axes.add(d < 0 ? Axis.repeat(random.nextLong(1, 4)) : new Axis(random.nextLong(0, 8), d,
            random.nextLong(-6, 9), random.nextLong(-4, 5), random.nextLong(1, 5)));
      }
      Copy op = new Copy(axes, 0);
      StridedWalk walk = StridedWalk.of(op, x.shape());
      long elements = op.infer(List.of(x)).getFirst().shape().elements();
      for (long i = 0; i < elements; i++) {
        assertThat(source(walk, i)).as("seed %d: element %d of %s of %s", seed, i, op, x).isEqualTo(op.source(x, i));
      }
    }
  }

  private static long source(StridedWalk walk, long index) {
    long rest = index;
    long from = walk.base();
    boolean inside = true;
    for (StridedWalk.Axis a : walk.axes().reversed()) {
      long i = rest % a.length() - a.first();
      rest /= a.length();
      inside &= i >= 0 && i % a.period() == 0 && i / a.period() < a.count();
      from += i / a.period() * a.stride();
    }
    return inside ? from : -1;
  }
}
