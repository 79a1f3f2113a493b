package dev.orthant.tensor.graph;

import org.jspecify.annotations.Nullable;

/**
 * Where the gradients with respect to one tensor that asked for them are added up. Guarded by its device's monitor; who
 * adds holds this leaf's too, taken first.
 */
public final class GradientSlot {
  private @Nullable Node gradient;
  private boolean closed;

  @Nullable
  public Node gradient() {
    return gradient;
  }

  /** Its value is gone: what a backward pass that is still under way finds belongs to nobody. */
  void close() {
    closed = true;
    gradient(null);
  }

  /** Takes over one reference to {@code sum}, gives back the old one. */
  public void gradient(@Nullable Node sum) {
    if (closed && sum != null) {
      sum.release();
      return;
    }
    Node old = gradient;
    gradient = sum;
    if (old != null) {
      old.release();
    }
  }
}
