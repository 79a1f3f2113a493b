package dev.orthant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class DigitsTest {
  private static final long SEED = 7;
  private static final int PIXELS = Digits.SIDE * Digits.SIDE;

  private static float[] picture(Examples e, int i) {
    return Arrays.copyOfRange(e.features(), i * PIXELS, (i + 1) * PIXELS);
  }

  private static Set<Integer> pictures(Examples e) {
    var all = new HashSet<Integer>();
    for (int i = 0; i < e.count(); i++) {
      all.add(Arrays.hashCode(picture(e, i)));
    }
    return all;
  }

  @Test
  void areGreyPicturesOfEveryDigit() {
    Examples e = Digits.train(SEED, 205);
    assertThat(e.shape()).isEqualTo(Shape.of(205, 1, 28, 28));
    assertThat(e.classes()).isEqualTo(10);
    for (int i = 0; i < e.count(); i++) {
      assertThat(e.labels()[i]).isEqualTo(i % 10);
      double ink = 0;
      for (float p : picture(e, i)) {
        assertThat(p >= 0 && p <= 1).as("seed %d, picture %d: %s", SEED, i, p).isTrue();
        ink += p;
      }
      assertThat(ink).as("seed %d, ink of picture %d", SEED, i).isBetween(15.0, 250.0);
    }
  }

  /** The same on every machine and with every number of threads: whoever changes the drawing changes these as well. */
  @Test
  void areTheSameForASeed() {
    assertThat(checksum(Digits.train(SEED, 100))).isEqualTo(3079356887L);
    assertThat(checksum(Digits.test(SEED, 100))).isEqualTo(2785299805L);
    assertThat(picture(Digits.train(SEED, 40), 33)).isEqualTo(picture(Digits.train(SEED, 200), 33));
  }

  private static long checksum(Examples e) {
    ByteBuffer bytes = ByteBuffer.allocate(e.features().length * Float.BYTES);
    bytes.asFloatBuffer().put(e.features());
    var crc = new CRC32C();
    crc.update(bytes);
    return crc.getValue();
  }

  @Test
  void areAllDifferent() {
    Set<Integer> all = pictures(Digits.train(SEED, 500));
    all.addAll(pictures(Digits.test(SEED, 500)));
    all.addAll(pictures(Digits.train(SEED + 1, 500)));
    all.addAll(pictures(Digits.test(SEED + 1, 500)));
    assertThat(all).hasSize(2000);
  }

  /** No pixel tells a digit, but pixels do: a linear classifier gets most, and leaves something to a better one. */
  @Test
  void areAFairTask() {
    Examples train = Digits.train(SEED, 2000);
    Examples test = Digits.test(SEED, 500);
    double[][] weights = new double[Digits.CLASSES][PIXELS + 1];
    for (int epoch = 0; epoch < 8; epoch++) {
      train.batches(1, epoch).forEach(one -> step(weights, one));
    }
    int right = 0;
    for (int i = 0; i < test.count(); i++) {
      double[] p = softmax(weights, picture(test, i));
      int best = 0;
      for (int c = 1; c < p.length; c++) {
        best = p[c] > p[best] ? c : best;
      }
      right += best == test.labels()[i] ? 1 : 0;
    }
    assertThat(right).as("seed %d: right of 500 by a linear classifier", SEED).isBetween(350, 470);
  }

  private static void step(double[][] weights, Examples one) {
    double[] p = softmax(weights, one.features());
    for (int c = 0; c < p.length; c++) {
      double d = 0.02 * ((c == one.labels()[0] ? 1 : 0) - p[c]);
      for (int i = 0; i < PIXELS; i++) {
        weights[c][i] += d * one.features()[i];
      }
      weights[c][PIXELS] += d;
    }
  }

  private static double[] softmax(double[][] weights, float[] x) {
    double[] p = new double[weights.length];
    double sum = 0;
    for (int c = 0; c < p.length; c++) {
      double z = weights[c][PIXELS];
      for (int i = 0; i < PIXELS; i++) {
        z += weights[c][i] * x[i];
      }
      p[c] = Math.exp(z);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  @Test
  void refusesCountsThatNoArrayHolds() {
    assertThatThrownBy(() -> Digits.train(1, -1)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("-1 examples");
    assertThatThrownBy(() -> Digits.train(1, Integer.MAX_VALUE)).isInstanceOf(InvalidInputException.class);
    assertThat(Digits.train(1, 0).count()).isZero();
  }
}
