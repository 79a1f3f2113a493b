package dev.orthant.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ShapeTest {
  @Test
  void countsAndPrints() {
    assertThat(Shape.of().elements()).isEqualTo(1);
    assertThat(Shape.of(2, 3).elements()).isEqualTo(6);
    assertThat(Shape.of(2, 0, 3).isEmpty()).isTrue();
    assertThat(Shape.of(2, 3)).hasToString("(2, 3)");
    assertThat(Shape.of(4)).hasToString("(4,)");
    assertThat(Shape.of()).hasToString("()");
    assertThat(Shape.of(2, 3).dim(-1)).isEqualTo(3);
  }

  @Test
  void refusesWhatCannotBeAddressed() {
    assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32)).isInstanceOf(ShapeException.class)
        .hasMessageContaining("4294967296");
    assertThatThrownBy(() -> Shape.of(Long.MAX_VALUE)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Shape.of(3, -1)).isInstanceOf(ShapeException.class).hasMessageContaining("(3, -1)");
    assertThat(Shape.of(Long.MAX_VALUE, 0).elements()).isZero();
  }

  @Test
  void broadcastsAsNumPyDoes() {
    assertThat(Shape.of(4, 1).broadcast(Shape.of(3))).isEqualTo(Shape.of(4, 3));
    assertThat(Shape.of(0, 3).broadcast(Shape.of(1, 1))).isEqualTo(Shape.of(0, 3));
    assertThat(Shape.of(3).broadcastsTo(Shape.of(2, 3))).isTrue();
    assertThat(Shape.of(2, 3).broadcastsTo(Shape.of(3))).isFalse();
    assertThatThrownBy(() -> Shape.of(2).broadcast(Shape.of(3))).isInstanceOf(ShapeException.class)
        .hasMessageContaining("(2,)")
        .hasMessageContaining("(3,)");
  }
}
