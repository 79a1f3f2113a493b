package dev.orthant.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  /** Example i is (i, −i) of class i mod 3. */
  private static Examples numbered(int count) {
    float[] features = new float[2 * count];
    for (int i = 0; i < count; i++) {
      features[2 * i] = i;
      features[2 * i + 1] = -i;
    }
    return new Examples(features, IntStream.range(0, count).map(i -> i % 3).toArray(), Shape.of(2), 3);
  }

  private static List<Integer> order(List<Examples> batches) {
    return batches.stream().flatMap(b -> IntStream.range(0, b.count()).mapToObj(i -> (int) b.features()[2 * i]))
        .toList();
  }

  @Test
  void batchesHoldEveryExampleOnceWithItsLabel() {
    List<Examples> batches = numbered(10).batches(4, 1).toList();
    assertThat(batches.stream().map(Examples::count)).containsExactly(4, 4, 2);
    assertThat(order(batches)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (Examples b : batches) {
      assertThat(b.shape()).isEqualTo(Shape.of(b.count(), 2));
      for (int i = 0; i < b.count(); i++) {
        assertThat(b.features()[2 * i + 1]).isEqualTo(-b.features()[2 * i]);
        assertThat(b.labels()[i]).isEqualTo((int) b.features()[2 * i] % 3);
      }
    }
  }

  @Test
  void theSeedDecidesTheOrder() {
    Examples all = numbered(50);
    List<Integer> one = order(all.batches(7, 1).toList());
    assertThat(order(all.batches(7, 1).toList())).isEqualTo(one);
    assertThat(order(all.batches(50, 1).toList())).isEqualTo(one);
    assertThat(order(all.batches(7, 2).toList())).isNotEqualTo(one);
    assertThat(order(all.batches(7).toList())).isSorted().hasSize(50);
  }

  @Test
  void everyOrderIsAsLikely() {
    int[] seen = new int[6];
    for (int seed = 0; seed < 6000; seed++) {
      List<Integer> o = order(numbered(3).batches(3, seed).toList());
      seen[o.get(0) * 2 + (o.get(1) > o.get(2) ? 1 : 0)]++;
    }
    // 1000 ± 29 each: five standard deviations.
    assertThat(IntStream.of(seen).boxed()).as("seeds 0 to 5999").allMatch(n -> n > 855 && n < 1145);
  }

  @Test
  void batchesMayBeLargerThanAllOrNone() {
    assertThat(numbered(3).batches(Integer.MAX_VALUE, 1).map(Examples::count)).containsExactly(3);
    assertThat(numbered(0).batches(4, 1)).isEmpty();
    assertThatThrownBy(() -> numbered(3).batches(0, 1)).isInstanceOf(InvalidInputException.class)
        .hasMessage("a batch of 0 examples; there must be at least 1");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> new Examples(new float[5], new int[2], Shape.of(3), 1))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("2 labels and examples of shape (3,) need 6 features, got 5");
    assertThatThrownBy(() -> new Examples(new float[2], new int[] {0, 2}, Shape.of(), 2))
        .isInstanceOf(InvalidInputException.class).hasMessage("label 2 is none of 2 classes");
  }
}
