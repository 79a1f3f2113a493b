package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What PyTorch's engine has not of boxes: targets, suppression across classes, clipping; checked by hand. */
class BoxesTest {
  private static final float[] ANCHORS =
      {0, 0, 0.5f, 0.5f, 0.5f, 0.5f, 1, 1, 0, 0.5f, 0.5f, 1, 0.05f, 0.05f, 0.55f, 0.5f};

  private static NDManager manager() {
    return Engine.getEngine("Orthant").newBaseManager(ai.djl.Device.cpu());
  }

  private static NDArray anchors(NDManager m) {
    return m.create(ANCHORS, new Shape(1, 4, 4));
  }

  @Test
  void targetsAreTheBoxesThatAnchorsOverlap() {
    try (NDManager m = manager()) {
      NDArray labels =
          m.create(new float[] {2, 0, 0, 0.5f, 0.5f, 0, 0.5f, 0.5f, 0.9f, 1, -1, -1, -1, -1, -1}, new Shape(1, 3, 5));
      NDList r = anchors(m).getNDArrayInternal()
          .multiBoxTarget(new NDList(anchors(m), labels, m.zeros(new Shape(1, 4, 4))), 0.5f, -1, -1, 0.5f, 0);
      assertThat(r.get(2).toFloatArray()).containsExactly(3, 1, 0, 3);
      assertThat(r.get(1).toFloatArray()).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1);
      float[] offsets = r.get(0).toFloatArray();
      assertThat(offsets[0]).isZero();
      // Anchor 1 against a box of the same top and bottom, 0.8 times as wide: its centre lies 0.05 to the left.
      assertThat(offsets[4]).isCloseTo(-0.05f / 0.5f / 0.1f, org.assertj.core.api.Assertions.within(1e-5f));
      assertThat(offsets[6]).isCloseTo((float) (Math.log(0.8) / 0.2), org.assertj.core.api.Assertions.within(1e-5f));
    }
  }

  @Test
  void minedNegativesAreThoseLeastLikeBackground() {
    try (NDManager m = manager()) {
      NDArray labels = m.create(new float[] {0, 0, 0, 0.5f, 0.5f}, new Shape(1, 1, 5));
      NDArray predictions = m.create(new float[] {0, 5, 1, 0, 0, 0, 0, 0}, new Shape(1, 2, 4));
      NDList r = anchors(m).getNDArrayInternal().multiBoxTarget(new NDList(anchors(m), labels, predictions), 0.9f, -7,
          1, 0.5f, 0);
      assertThat(r.get(2).toFloatArray()).containsExactly(1, -7, 0, -7);
    }
  }

  @Test
  void anImageWithoutLabelsIsIgnored() {
    try (NDManager m = manager()) {
      NDArray labels = m.full(new Shape(1, 2, 5), -1f);
      NDList r = anchors(m).getNDArrayInternal()
          .multiBoxTarget(new NDList(anchors(m), labels, m.zeros(new Shape(1, 2, 4))), 0.5f, -1, 3, 0.5f, 0);
      assertThat(r.get(2).toFloatArray()).containsOnly(-1);
      assertThat(r.get(1).toFloatArray()).containsOnly(0);
    }
  }

  @Test
  void detectionsOfOtherClassesAndBehindTheFirstGo() {
    try (NDManager m = manager()) {
      NDArray p = m.create(new float[] {0, 0, 0, 0, 0.9f, 0.8f, 0.1f, 0, 0, 0, 0.7f, 0.6f}, new Shape(1, 3, 4));
      NDArray none = m.zeros(new Shape(1, 16));
      NDList in = new NDList(p, none, anchors(m));
      assertThat(column(anchors(m).getNDArrayInternal().multiBoxDetection(in, true, 0.05f, 0, 0.5f, false, -1)))
          .containsExactly(0, 0, 1, 1);
      assertThat(column(anchors(m).getNDArrayInternal().multiBoxDetection(in, true, 0.05f, 0, 0.5f, true, -1)))
          .containsExactly(0, 0, 1, -1);
      assertThat(column(anchors(m).getNDArrayInternal().multiBoxDetection(in, true, 0.05f, 0, 0.5f, false, 2)))
          .containsExactly(0, 0, -1, -1);
    }
  }

  private static float[] column(NDList r) {
    return r.head().get(":, :, 0").toFloatArray();
  }

  @Test
  void priorsAreClipped() {
    try (NDManager m = manager()) {
      NDArray b = m.zeros(new Shape(1, 1, 1, 1)).getNDArrayInternal()
          .multiBoxPrior(List.of(2f), List.of(1f), List.of(-1f, -1f), List.of(0.5f, 0.5f), true).head();
      assertThat(b.toFloatArray()).containsExactly(0, 0, 1, 1);
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (NDManager m = manager()) {
      NDArray a = anchors(m);
      assertThatThrownBy(
          () -> a.getNDArrayInternal().multiBoxPrior(List.of(1f), List.of(1f), List.of(1f, 1f), List.of(0f, 0f), false))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("multiBoxPrior");
      assertThatThrownBy(() -> a.getNDArrayInternal().multiBoxTarget(new NDList(a), 0.5f, -1, -1, 0.5f, 0))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3 arrays");
      assertThatThrownBy(
          () -> a.getNDArrayInternal().multiBoxDetection(new NDList(a, a, a), true, 0, 9, 0.5f, false, -1))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("multiBoxDetection");
    }
  }
}
