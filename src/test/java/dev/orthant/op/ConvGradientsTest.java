package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.walk.StridePhase;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The references of convolution's and pooling's gradients: transposes of the forward pass, and numbers worked out by
 * hand.
 */
final class ConvGradientsTest {
  private static TensorSpec f64(long... dims) {
    return TensorSpec.of(DType.F64, dims);
  }

  private static double[] normal(TensorSpec spec, SplittableRandom random) {
    return random.doubles(spec.shape().elements(), -1, 1).toArray();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double[] reference(Op op, List<TensorSpec> inputs, double[]... values) {
    return op.reference(inputs, values)[0];
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void areTransposesOfTheConvolution(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Layout layout = random.nextBoolean() ? Layout.NCHW : Layout.NHWC;
    int groups = 1 + random.nextInt(2);
    Conv2d op = Conv2d.PLAIN.strides(1 + random.nextInt(3), 1 + random.nextInt(3)).groups(groups).layout(layout)
        .padding(random.nextInt(3), random.nextInt(3), random.nextInt(3), random.nextInt(3))
        .dilation(1 + random.nextInt(2), 1 + random.nextInt(2));
    long c = groups * (1L + random.nextInt(2));
    long k = groups * (1L + random.nextInt(3));
    long r = 1L + random.nextInt(3);
    long s = 1L + random.nextInt(3);
    long h = 6L + random.nextInt(3);
    long w = 6L + random.nextInt(3);
    TensorSpec x = layout == Layout.NCHW ? f64(2, c, h, w) : f64(2, h, w, c);
    TensorSpec f = layout == Layout.NCHW ? f64(k, c / groups, r, s) : f64(k, r, s, c / groups);
    TensorSpec y = op.product(x, f);
    double[] image = normal(x, random);
    double[] filter = normal(f, random);
    double[] dy = normal(y, random);

    double forward = dot(dy, reference(op, List.of(x, f), image, filter));
    double byImage =
        dot(image, reference(new Conv2dBackwardData(op, h, w, Epilogue.NONE), List.of(y, f), dy, filter));
    double byFilter =
        dot(filter, reference(new Conv2dBackwardWeights(op, r, s, Epilogue.NONE), List.of(x, y), image, dy));

    double bound = 1e-12 * dy.length * k * r * s;
    assertThat(Math.abs(forward - byImage) <= bound).as("seed %d, %s: %s, %s", seed, op, forward, byImage).isTrue();
    assertThat(Math.abs(forward - byFilter) <= bound).as("seed %d, %s: %s, %s", seed, op, forward, byFilter).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void averagesGradientIsTheTransposeOfTheAverage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Window window =
        Window.UNIT.stride(1 + random.nextInt(3), 1 + random.nextInt(3)).padding(random.nextInt(2), 1, 1, 0);
    Pool2d pool = new Pool2d(Pool2d.Kind.AVERAGE, 2 + random.nextInt(2), 2 + random.nextInt(2), window,
        random.nextBoolean() ? Layout.NCHW : Layout.NHWC, random.nextBoolean(), 2);
    TensorSpec x = f64(2, 5, 6, 7);
    TensorSpec y = pool.infer(List.of(x)).getFirst();
    double[] image = normal(x, random);
    double[] dy = normal(y, random);
    double forward = dot(dy, reference(pool, List.of(x), image));
    double backward = dot(image, reference(new Pool2dBackward(pool, x.shape()), List.of(y), dy));
    assertThat(Math.abs(forward - backward) <= 1e-12 * dy.length).as("seed %d, %s", seed, pool).isTrue();
  }

  @Test
  void workedOutByHand() {
    // A row of five, filter (10, 1), stride 2: y = (10·x0 + x1, 10·x2 + x3); x4 is reached by none.
    Conv2d op = Conv2d.stride(2);
    TensorSpec dy = f64(1, 1, 1, 2);
    TensorSpec w = f64(1, 1, 1, 2);
    assertThat(reference(new Conv2dBackwardData(op, 1, 5, Epilogue.NONE), List.of(dy, w), new double[] {3, 4},
        new double[] {10, 1})).containsExactly(30, 3, 40, 4, 0);
    assertThat(reference(new Conv2dBackwardWeights(op, 1, 2, Epilogue.NONE), List.of(f64(1, 1, 1, 5), dy),
        new double[] {1, 2, 3, 4, 5}, new double[] {3, 4})).containsExactly(3 + 12, 6 + 16);
  }

  @Test
  void theFirstOfTheLargestGetsTheGradient() {
    Pool2d pool = new Pool2d(Pool2d.Kind.MAX, 1, 2, Window.UNIT, Layout.NCHW, true, 2);
    TensorSpec x = f64(1, 1, 1, 4);
    TensorSpec y = f64(1, 1, 1, 3);
    Pool2dBackward op = new Pool2dBackward(pool, x.shape());
    double[] unused = new double[3];
    assertThat(reference(op, List.of(y, x, y), new double[] {1, 2, 4}, new double[] {7, 7, 1, 9}, unused))
        .containsExactly(1, 2, 0, 4);
    assertThat(reference(op, List.of(y, x, y), new double[] {1, 2, 4}, new double[] {7, Double.NaN, Double.NaN, 9},
        unused)).containsExactly(0, 3, 4, 0);
  }

  @Test
  void theNormsGradient() {
    // |(3, −4)| = 5: its slopes are 3/5 and −4/5; that of the norm 0 is 0.
    Pool2d pool = new Pool2d(Pool2d.Kind.LP, 1, 2, Window.UNIT.stride(2, 2), Layout.NHWC, true, 2);
    TensorSpec x = f64(1, 1, 4, 1);
    TensorSpec y = f64(1, 1, 2, 1);
    double[] dx = reference(new Pool2dBackward(pool, x.shape()), List.of(y, x, y), new double[] {10, 1},
        new double[] {3, -4, 0, 0}, new double[] {5, 0});
    assertThat(Arrays.stream(dx).map(v -> Math.rint(v * 1e9) / 1e9).toArray()).containsExactly(6, -8, 0, 0);
  }

  @Test
  void residuesSkipNoPositionAndKeepTheirTaps() {
    // Stride 2, three taps, one element of padding: even positions meet the middle tap, odd ones the outer two.
    assertThat(StridePhase.of(5, 3, 2, 1, 1)).containsExactly(new StridePhase(1, 2, 2, 2, 0, 2, 1, 0),
        new StridePhase(0, 2, 3, 1, 1, 2, 1, 0));
  }

  @Test
  void saysWhatIsWrong() {
    Conv2d op = Conv2d.stride(2);
    assertThatThrownBy(
        () -> new Conv2dBackwardData(op, 7, 5, Epilogue.NONE).infer(List.of(f64(1, 1, 1, 2), f64(1, 1, 1, 2))))
        .isInstanceOf(ShapeException.class).hasMessageContaining("conv2d_backward_data").hasMessageContaining("7 x 5");
    assertThatThrownBy(
        () -> new Conv2dBackwardWeights(op, 3, 3, Epilogue.NONE).infer(List.of(f64(1, 1, 9, 9), f64(1, 2, 3, 4))))
        .isInstanceOf(ShapeException.class).hasMessageContaining("conv2d_backward_weights")
        .hasMessageContaining("(2, 1, 3, 3)");
    assertThatThrownBy(() -> new Conv2dBackwardData(op, 1, 5, Epilogue.NONE)
        .infer(List.of(f64(1, 1, 1, 2), TensorSpec.of(DType.F32, 1, 1, 1, 2)))).isInstanceOf(DTypeException.class);
    Pool2d pool = new Pool2d(Pool2d.Kind.MAX, 2, 2, Window.UNIT, Layout.NCHW, true, 2);
    assertThatThrownBy(() -> new Pool2dBackward(pool, Shape.of(1, 1, 4, 4)).infer(List.of(f64(1, 1, 3, 3))))
        .isInstanceOf(ShapeException.class).hasMessageContaining("takes 3 inputs");
    assertThatThrownBy(() -> new Pool2d(Pool2d.Kind.LP, 2, 2, Window.UNIT, Layout.NCHW, true, 0.5)
        .infer(List.of(f64(1, 1, 4, 4)))).isInstanceOf(ShapeException.class).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new Pool2d(Pool2d.Kind.MAX, 1, 1, Window.UNIT.padding(1, 0, 0, 0), Layout.NCHW, true, 2)
        .infer(List.of(f64(1, 1, 4, 4)))).isInstanceOf(ShapeException.class)
        .hasMessageContaining("wholly in the padding");
  }

  /**
   * By the rule of PyTorch, worked out by hand along one axis: extent, size, stride, padding; divisors with padding
   * counted, and not.
   */
  @Test
  void aWindowThatHangsOverCountsWhatThereIs() {
    int[][] cases = {{5, 2, 2, 0}, {5, 3, 3, 1}, {4, 3, 3, 1}, {6, 3, 2, 1}, {2, 2, 3, 1}, {8, 2, 3, 0}};
    int[][] counted = {{2, 2, 1}, {3, 3}, {3, 3}, {3, 3, 3, 2}, {2}, {2, 2, 2}};
    int[][] inside = {{2, 2, 1}, {2, 3}, {2, 2}, {2, 3, 3, 1}, {1}, {2, 2, 2}};
    for (int i = 0; i < cases.length; i++) {
      int[] c = cases[i];
      TensorSpec x = TensorSpec.of(DType.F32, 1, 1, 1, c[0]);
      for (boolean counts : new boolean[] {true, false}) {
        Pool2d pool = new Pool2d(Pool2d.Kind.AVERAGE, 1, c[1], Window.UNIT.stride(1, c[2]).padding(0, c[3], 0, c[3]),
            Layout.NCHW, counts, 0).ceilMode();
        long outputs = pool.infer(List.of(x)).getFirst().shape().dim(3);
        assertThat(java.util.stream.LongStream.range(0, outputs).mapToInt(o -> (int) pool.divisor(x, o)).toArray())
            .as("%s, padding counted: %s", java.util.Arrays.toString(c), counts)
            .containsExactly(counts ? counted[i] : inside[i]);
      }
    }
  }
}
