package dev.orthant.cpu.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.orthant.cpu.gemm.GemmKernels;
import dev.orthant.cpu.gemm.GemmTest;
import dev.orthant.cpu.gemm.Operand;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.WorkerPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions of any geometry against a float64 loop with an a-priori bound. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConvolutionTest {
  private static final long SEED = 20261123;

  private final WorkerPool one = new WorkerPool(1);
  private final WorkerPool two = new WorkerPool(2);
  private final GemmKernels f32 = GemmKernels.best(ElementType.F32);
  private final GemmKernels f64 = GemmKernels.best(ElementType.F64);

  @AfterAll
  void close() {
    one.close();
    two.close();
  }

  /** {@code otherLayout} stores weights the way that the other image layout prefers. */
  record Case(ConvShape shape, ElementType storage, boolean scalar, boolean otherLayout) {
    long seed() {
      return SEED + shape.hashCode();
    }
  }

  /** n c h w, k r s, strides, padding top left bottom right, dilations, groups. */
  private static ConvShape shape(boolean nhwc, int... d) {
    int p = (d[2] + d[9] + d[11] - d[13] * (d[5] - 1) - 1) / d[7] + 1;
    int q = (d[3] + d[10] + d[12] - d[14] * (d[6] - 1) - 1) / d[8] + 1;
    return new ConvShape(d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[13], d[14], d[15], p, q,
        nhwc);
  }

  static Stream<Case> cases() {
    int[][] shapes = {
        {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1}, // a single product
        {2, 3, 8, 9, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // the usual 3 × 3
        {1, 7, 14, 17, 20, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // rows longer than two vectors
        {3, 8, 7, 7, 13, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // rows shorter than a vector
        {2, 5, 11, 12, 6, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1}, // 1 × 1
        {2, 4, 11, 12, 6, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1}, // 1 × 1 with stride
        {1, 4, 11, 12, 6, 1, 1, 3, 2, 1, 2, 0, 1, 1, 1, 1}, // stride larger than the filter, padded
        {1, 3, 23, 30, 8, 7, 7, 2, 2, 3, 3, 3, 3, 1, 1, 1}, // a stem
        {1, 3, 9, 10, 4, 2, 3, 1, 2, 0, 2, 3, 1, 1, 1, 1}, // asymmetric padding
        {1, 2, 20, 21, 3, 3, 2, 1, 1, 2, 3, 2, 3, 2, 3, 1}, // dilation
        {1, 2, 20, 40, 3, 3, 3, 2, 3, 2, 3, 2, 3, 3, 2, 1}, // dilation and stride
        {2, 6, 9, 10, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 3}, // groups
        {1, 4, 3, 3, 4, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 2}, // filter larger than the image
        {1, 2, 2, 2, 3, 1, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1}, // mostly padding
        {1, 70, 12, 12, 150, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // more than one k-block, more rows than a block
        {2, 8, 9, 21, 8, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 8}, // depthwise
        {1, 19, 10, 11, 38, 3, 3, 2, 2, 0, 1, 1, 0, 1, 1, 19}, // depthwise, stride, two filters each
        {2, 5, 12, 30, 15, 5, 3, 1, 1, 2, 1, 2, 1, 1, 2, 5}, // depthwise, dilation, three filters each
        {0, 3, 8, 9, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // no image
        {1, 0, 8, 9, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, // no channel: zeros
    };
    List<Case> cases = new ArrayList<>();
    for (int[] s : shapes) {
      for (boolean nhwc : new boolean[] {false, true}) {
        for (ElementType storage : ElementType.values()) {
          cases.add(new Case(shape(nhwc, s), storage, false, storage == ElementType.F64));
        }
        cases.add(new Case(shape(nhwc, s), ElementType.F32, true, true));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithFloat64(Case c) {
    ConvShape s = c.shape;
    try (Arena arena = Arena.ofShared()) {
      Random random = new Random(c.seed());
      Operand x = Operand.random(arena, c.storage, s.n() * s.c() * s.h() * s.w(), random);
      Operand w = Operand.random(arena, c.storage, s.k() * s.depth(), random);
      MemorySegment plain = compute(arena, c, x, w, one, false);
      check(c, x, w, plain, 0);
      assertThat(plain.mismatch(compute(arena, c, x, w, two, false))).as("threads differ: %s", c).isEqualTo(-1);
      MemorySegment fused = compute(arena, c, x, w, two, true);
      check(c, x, w, fused, 1.5);
      assertThat(fused.mismatch(compute(arena, c, x, w, one, true))).as("threads differ: %s", c).isEqualTo(-1);
    }
  }

  private MemorySegment compute(Arena arena, Case c, Operand x, Operand w, WorkerPool pool, boolean fused) {
    ElementType element = c.storage.compute();
    GemmKernels k = c.scalar ? GemmKernels.scalar(element) : element == ElementType.F64 ? f64 : f32;
    ConvShape s = c.shape;
    MemorySegment y = Operand.poisoned(arena, element, (long) s.n() * s.k() * s.pixels() + 8);
    ConvTensors.WeightStrides strides = ohwi(c)
        ? ConvTensors.WeightStrides.ohwi(s, c.storage) : ConvTensors.WeightStrides.oihw(s, c.storage);
    int size = element.bytes();
    long row = (s.nhwc() ? s.k() : s.pixels()) * size;
    ConvTensors.ImageEpilogue epilogue = (image, filter) -> GemmTest.addOneAndHalf(element,
        y.address() + (image * s.pixels() * s.k() + (s.nhwc() ? filter : filter * s.pixels())) * size, row);
    new Convolution(k, pool).run(s, new ConvTensors(c.storage, x.address(), w.address(), strides,
        fused ? 0 : y.address(), fused ? epilogue : null));
    return y;
  }

  private static boolean ohwi(Case c) {
    return c.shape.nhwc() != c.otherLayout;
  }

  private static void check(Case c, Operand x, Operand w, MemorySegment y, double added) {
    ConvShape s = c.shape;
    ElementType element = c.storage.compute();
    double gamma = Operand.gamma(element, s.depth() + 4);
    for (int n = 0; n < s.n(); n++) {
      for (int f = 0; f < s.k(); f++) {
        for (int pixel = 0; pixel < s.pixels(); pixel++) {
          long at = s.nhwc() ? (n * s.pixels() + pixel) * s.k() + f : ((long) n * s.k() + f) * s.pixels() + pixel;
          double got = Operand.element(element, y, at);
          double[] truth = truth(c, x, w, n, f, pixel / s.q(), pixel % s.q());
          double bound = gamma * (truth[1] + added) + Math.ulp(truth[0] + added);
          if (!(Math.abs(got - truth[0] - added) <= bound)) {
            fail("%s seed %d: image %d filter %d pixel %d is %s, expected %s ± %s", c, c.seed(), n, f, pixel, got,
                truth[0] + added, bound);
          }
        }
      }
    }
    for (int i = 0; i < 8; i++) {
      assertThat(Operand.element(element, y, (long) s.n() * s.k() * s.pixels() + i)).as("behind the output").isNaN();
    }
  }

  /** The sum and the sum of magnitudes. */
  private static double[] truth(Case c, Operand x, Operand w, int n, int f, int py, int px) {
    ConvShape s = c.shape;
    double sum = 0;
    double magnitude = 0;
    for (int gc = 0; gc < s.groupChannels(); gc++) {
      int channel = f / s.groupFilters() * s.groupChannels() + gc;
      for (int i = 0; i < s.r(); i++) {
        for (int j = 0; j < s.s(); j++) {
          int iy = py * s.strideH() - s.padTop() + i * s.dilationH();
          int ix = px * s.strideW() - s.padLeft() + j * s.dilationW();
          if (iy >= 0 && iy < s.h() && ix >= 0 && ix < s.w()) {
            int xAt = s.nhwc() ? ((n * s.h() + iy) * s.w() + ix) * s.c() + channel
                : ((n * s.c() + channel) * s.h() + iy) * s.w() + ix;
            int wAt = ohwi(c) ? ((f * s.r() + i) * s.s() + j) * s.groupChannels() + gc
                : ((f * s.groupChannels() + gc) * s.r() + i) * s.s() + j;
            double product = x.get(xAt) * w.get(wAt);
            sum += product;
            magnitude += Math.abs(product);
          }
        }
      }
    }
    return new double[] {sum, magnitude};
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> shape(false, 1, 4, 5, 5, 6, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 3))
        .hasMessage("convolution of 4 channels, 6 filters in 3 groups");
  }
}
