package dev.orthant.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DTypeTest {
  @Test
  void constantsOfTheFormats() {
    assertThat(DType.F32.unitRoundoff()).isEqualTo(Math.ulp(1f) / 2.0);
    assertThat(DType.F32.maxFinite()).isEqualTo(Float.MAX_VALUE);
    assertThat(DType.F32.minNormal()).isEqualTo(Float.MIN_NORMAL);
    assertThat(DType.F32.minSubnormal()).isEqualTo(Float.MIN_VALUE);
    assertThat(DType.F64.unitRoundoff()).isEqualTo(Math.ulp(1.0) / 2);
    assertThat(DType.F64.maxFinite()).isEqualTo(Double.MAX_VALUE);
    assertThat(DType.F64.minSubnormal()).isEqualTo(Double.MIN_VALUE);
    assertThat(DType.F16.maxFinite()).isEqualTo(65504);
    assertThat(DType.F16.minSubnormal()).isEqualTo(0x1p-24);
    assertThat(DType.BF16.maxFinite()).isEqualTo(0x1.fep127);
    assertThat(DType.BF16.unitRoundoff()).isEqualTo(0x1p-8);
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F16", "BF16"})
  void everyBitPatternSurvivesARoundTrip(DType type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment m = arena.allocate(4);
      for (int bits = 0; bits < 1 << 16; bits++) {
        m.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) bits);
        double v = type.get(m, 0);
        type.set(m, 1, v);
        assertThat(Double.compare(type.get(m, 1), v)).isZero();
        assertThat(Double.doubleToLongBits(type.round(v))).isEqualTo(Double.doubleToLongBits(v));
      }
    }
  }

  /** Half-way cases decide: a double just above the middle of two halves must not be rounded to the middle first. */
  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F16", "BF16"})
  void roundsOnceAndToTheNearest(DType type) {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      double low = type.round(random.nextGaussian() * 100);
      double high = type.round(low + Math.abs(low) * 1.5 * 2 * type.unitRoundoff());
      if (!(high > low)) {
        continue;
      }
      double middle = (low + high) / 2;
      double above = Math.nextUp(middle);
      assertThat(Math.abs(type.round(above) - above)).as("above the middle of %s and %s", low, high)
          .isLessThanOrEqualTo(Math.min(above - low, high - above) + 0);
    }
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"F16", "BF16", "F32", "F64"})
  void keepsSpecialValues(DType type) {
    assertThat(type.round(Double.NaN)).isNaN();
    assertThat(type.round(Double.POSITIVE_INFINITY)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(1 / type.round(-0.0)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(type.round(-1e300) == Double.NEGATIVE_INFINITY).isEqualTo(type != DType.F64);
  }

  @Test
  void namesAndErrors() {
    assertThat(DType.named("bf16")).isEqualTo(DType.BF16);
    assertThatThrownBy(() -> DType.named("float8")).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("float8")
        .hasMessageContaining("bf16");
  }
}
