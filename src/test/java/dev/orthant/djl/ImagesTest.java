package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Images changed at random: how far, and the same for the same seed. */
class ImagesTest {
  private static final int SEED = 99;

  private static NDManager seeded() {
    Engine.getEngine("Orthant").setRandomSeed(SEED);
    return Engine.getEngine("Orthant").newBaseManager(ai.djl.Device.cpu());
  }

  private static NDArray image(NDManager m) {
    return m.arange(36f).div(36).reshape(3, 4, 3);
  }

  @Test
  void flipsHalfOfThem() {
    try (NDManager m = seeded()) {
      NDArray x = image(m);
      for (int axis : new int[] {0, 1}) {
        int turned = 0;
        for (int i = 0; i < 100; i++) {
          NDArrayEx ex = x.getNDArrayInternal();
          NDArray y = axis == 1 ? ex.randomFlipLeftRight() : ex.randomFlipTopBottom();
          boolean same = y.contentEquals(x);
          assertThat(same || y.contentEquals(x.flip(axis))).isTrue();
          turned += same ? 0 : 1;
        }
        assertThat(turned).as("of 100, seed %d", SEED).isBetween(30, 70);
      }
    }
  }

  @Test
  void brightnessStaysInItsRange() {
    try (NDManager m = seeded()) {
      Set<Float> seen = new HashSet<>();
      for (int i = 0; i < 50; i++) {
        float f = m.ones(new Shape(1, 1, 3)).getNDArrayInternal().randomBrightness(0.25f).getFloat(0, 0, 0);
        assertThat(f).isBetween(0.75f, 1.25f);
        seen.add(f);
      }
      assertThat(seen).hasSizeGreaterThan(40);
    }
  }

  @Test
  void huesKeepGreysAndLuminance() {
    try (NDManager m = seeded()) {
      NDArray grey = m.full(new Shape(2, 2, 3), 0.5f);
      NDArray turned = grey.getNDArrayInternal().randomHue(0.5f);
      assertThat(turned.toFloatArray()).usingComparatorWithPrecision(5e-3f).containsOnly(0.5f);
      NDArray x = image(m);
      NDArray weights = m.create(new float[] {0.299f, 0.587f, 0.114f});
      float[] before = x.mul(weights).sum(new int[] {2}).toFloatArray();
      float[] after = x.getNDArrayInternal().randomHue(0.5f).mul(weights).sum(new int[] {2}).toFloatArray();
      for (int i = 0; i < before.length; i++) {
        assertThat(after[i]).isCloseTo(before[i], within(5e-3f));
      }
    }
  }

  @Test
  void jitterOfNoStrengthChangesNothing() {
    try (NDManager m = seeded()) {
      NDArray y = image(m).getNDArrayInternal().randomColorJitter(0, 0, 0, 0);
      assertThat(y.allClose(image(m), 1e-5, 1e-5, false)).isTrue();
      NDArray bytes = image(m).mul(255).toType(DataType.UINT8, false);
      assertThat(bytes.getNDArrayInternal().randomColorJitter(0, 0, 0, 0).sub(bytes).toType(DataType.INT8, false).abs()
          .max().getByte())
          .isLessThanOrEqualTo((byte) 1);
    }
  }

  @Test
  void bytesStayBytes() {
    try (NDManager m = seeded()) {
      NDArray bright = m.full(new Shape(4, 4, 3), 250f, DataType.UINT8);
      for (int i = 0; i < 20; i++) {
        NDArray y = bright.getNDArrayInternal().randomBrightness(0.1f);
        assertThat(y.getDataType()).isEqualTo(DataType.UINT8);
        assertThat(y.toType(DataType.INT32, false).min().getInt()).isBetween(225, 255);
      }
    }
  }

  @Test
  void comesAgainWithTheSeed() {
    for (Function<NDArrayEx, NDArray> f : List.<Function<NDArrayEx, NDArray>>of(NDArrayEx::randomFlipLeftRight,
        x -> x.randomBrightness(0.5f),
        x -> x.randomHue(0.3f), x -> x.randomColorJitter(0.4f, 0.4f, 0.4f, 0.1f))) {
      float[] first;
      try (NDManager m = seeded()) {
        first = f.apply(image(m).getNDArrayInternal()).toFloatArray();
      }
      try (NDManager m = seeded()) {
        assertThat(f.apply(image(m).getNDArrayInternal()).toFloatArray()).isEqualTo(first);
      }
    }
  }

  @Test
  void refusesWhatIsNoImage() {
    try (NDManager m = seeded()) {
      NDArrayEx flat = m.ones(new Shape(3, 3)).getNDArrayInternal();
      assertThatThrownBy(flat::randomFlipLeftRight).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("height, width, channels");
      assertThatThrownBy(() -> m.ones(new Shape(3, 3, 2)).getNDArrayInternal().randomHue(0.1f))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("channels");
      assertThatThrownBy(() -> image(m).getNDArrayInternal().randomHue(Float.NaN))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> image(m).getNDArrayInternal().randomBrightness(-1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
