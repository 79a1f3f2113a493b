package dev.orthant.bounds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.expr.Interval;
import dev.orthant.op.MathMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Each mode's bound holds what that mode may lawfully compute, and not what a worse one does. */
class DotBoundTest {
  private static final int TERMS = 40;
  private static final long SEED = 11;

  /** To 11 significant bits, ties away from zero. */
  private static float tf32(float v) {
    return Float.intBitsToFloat((Float.floatToRawIntBits(v) + 0x1000) & 0xffffe000);
  }

  private record Sums(Interval lawful, double ieee, double tf32, double split) {}

  /** All products rounded to one side, so that errors add up instead of cancelling. */
  private static Sums sums(MathMode mode) {
    SplittableRandom random = new SplittableRandom(SEED);
    DotBound bound = new DotBound(DType.F32, mode);
    float ieee = 0;
    double rounded = 0;
    double split = 0;
    for (int i = 0; i < TERMS; i++) {
      float a = 1 + random.nextInt(1, 100) * 0x1p-10f + 0x1p-11f + random.nextInt(1 << 10) * 0x1p-23f;
      float b = 1 + random.nextInt(1, 100) * 0x1p-10f + 0x1p-11f + random.nextInt(1 << 10) * 0x1p-23f;
      bound.add(a, b);
      ieee = Math.fma(a, b, ieee);
      rounded += (double) tf32(a) * tf32(b);
      float lowA = tf32(a - tf32(a));
      float lowB = tf32(b - tf32(b));
      split += (double) tf32(a) * tf32(b) + (double) tf32(a) * lowB + (double) lowA * tf32(b);
    }
    return new Sums(bound.interval(), ieee, rounded, split);
  }

  private static boolean holds(Interval lawful, double v) {
    return lawful.lo() <= v && v <= lawful.hi();
  }

  @Test
  void eachModeHoldsWhatItAllows() {
    Sums ieee = sums(MathMode.IEEE);
    assertThat(holds(ieee.lawful, ieee.ieee)).isTrue();
    assertThat(holds(ieee.lawful, ieee.tf32)).as("seed %s", SEED).isFalse();
    Sums rounded = sums(MathMode.TF32);
    assertThat(holds(rounded.lawful, rounded.ieee)).isTrue();
    assertThat(holds(rounded.lawful, rounded.tf32)).isTrue();
    Sums split = sums(MathMode.TF32X3);
    assertThat(holds(split.lawful, split.ieee)).isTrue();
    assertThat(holds(split.lawful, split.split)).isTrue();
    assertThat(holds(split.lawful, split.tf32)).as("seed %s", SEED).isFalse();
  }

  /** Each addend that is smaller than the largest is cut below its 24th bit, as matrix units do, all to one side. */
  @Test
  void sumsOfMatrixUnitsAreLawfulForHalvesOnly() {
    DotBound halves = new DotBound(DType.BF16, MathMode.IEEE);
    DotBound floats = new DotBound(DType.F32, MathMode.IEEE);
    double sum = 1;
    halves.add(1, 1);
    floats.add(1, 1);
    for (int i = 1; i < TERMS; i++) {
      double small = 0x1.fep-12;
      halves.add(small, small);
      floats.add(small, small);
      sum += Math.floor(small * small * 0x1p23) * 0x1p-23;
    }
    assertThat(holds(halves.interval(), sum)).isTrue();
    assertThat(holds(floats.interval(), 1 - TERMS * 0x1p-23)).as("no F32 sum is that wrong").isFalse();
  }

  @Test
  void modesAreForF32() {
    for (MathMode mode : MathMode.values()) {
      DotBound doubles = new DotBound(DType.F64, mode);
      DotBound halves = new DotBound(DType.F16, mode);
      doubles.add(1.1, 1.3);
      halves.add(1.5, 1.25);
      assertThat(doubles.interval().hi() - doubles.interval().lo()).isLessThan(1e-14);
      assertThat(halves.interval().hi() - halves.interval().lo()).isLessThan(1e-5);
    }
  }

  @Test
  void infinitiesAndNanStayWhatTheyAre() {
    for (MathMode mode : MathMode.values()) {
      DotBound infinite = new DotBound(DType.F32, mode);
      infinite.add(Double.POSITIVE_INFINITY, 1e-44);
      infinite.add(3, -3);
      assertThat(infinite.interval()).isEqualTo(Interval.point(Double.POSITIVE_INFINITY));
      infinite.add(Double.NEGATIVE_INFINITY, 1);
      assertThat(infinite.interval().surelyNan()).isTrue();
    }
  }
}
