package dev.orthant.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.op.reference.CompensatedSum;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SummationTest {
  private static final long SEED = 5;

  @Test
  void stepsAreTheTermsWithinABlockAndThoseOfATreeBeyond() {
    for (Summation how : new Summation[] {Summation.DOT, Summation.MATRIX_UNIT, Summation.SUM}) {
      long b = how.block();
      for (long n : new long[] {0, 1, 2, b - 1, b}) {
        assertThat(how.steps(n)).isEqualTo(n);
      }
      for (long n : new long[] {b + 1, 2 * b, 2 * b + 1, 3 * b, 4 * b, 4 * b + 1, 1 << 25, 1L << 40}) {
        double tree = Math.ceil(Math.log((double) n / b) / Math.log(2) - 1e-12);
        assertThat(how.steps(n)).as("%s terms in blocks of %s", n, b).isEqualTo(b + (long) tree);
      }
    }
  }

  @Test
  void onlyOrdinaryArithmeticSumsProductsInShortBlocks() {
    assertThat(Summation.of(DType.F32, MathMode.IEEE)).isEqualTo(Summation.DOT);
    assertThat(Summation.of(DType.F64, MathMode.TF32)).isEqualTo(Summation.DOT);
    assertThat(Summation.of(DType.F32, MathMode.TF32X3)).isEqualTo(Summation.MATRIX_UNIT);
    assertThat(Summation.of(DType.BF16, MathMode.IEEE)).isEqualTo(Summation.MATRIX_UNIT);
  }

  @Test
  void aCompensatedSumIsThatOfTwiceThePrecision() {
    SplittableRandom random = new SplittableRandom(SEED);
    CompensatedSum sum = new CompensatedSum();
    CompensatedSum dot = new CompensatedSum();
    BigDecimal exactSum = BigDecimal.ZERO;
    BigDecimal exactDot = BigDecimal.ZERO;
    for (int i = 0; i < 20_000; i++) {
      double a = random.nextDouble() * (i % 1000 == 0 ? 1e9 : 1);
      double b = random.nextDouble();
      sum.add(a);
      dot.addProduct(a, b);
      exactSum = exactSum.add(new BigDecimal(a));
      exactDot = exactDot.add(new BigDecimal(a).multiply(new BigDecimal(b)));
    }
    assertThat(sum.value()).as("seed %s", SEED).isEqualTo(exactSum.doubleValue());
    assertThat(dot.value()).as("seed %s", SEED).isEqualTo(exactDot.doubleValue());
  }

  @Test
  void infinitiesAndNanAreThoseOfAddition() {
    CompensatedSum sum = new CompensatedSum();
    sum.add(1);
    sum.add(Double.POSITIVE_INFINITY);
    sum.addProduct(2, 3);
    assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
    sum.addProduct(Double.NEGATIVE_INFINITY, 2);
    assertThat(sum.value()).isNaN();
  }
}
