package dev.orthant.tensor;

import org.jspecify.annotations.Nullable;

/** Where the gradients by one tensor that asked for them are added up. Guarded by its device's monitor; who adds holds this leaf's too, taken first. */
final class Leaf {
  private @Nullable Node gradient;
  private boolean closed;

  @Nullable
  Node gradient() {
    return gradient;
  }

  /** Its value is gone: what a backward pass that is still under way finds belongs to nobody. */
  void close() {
    closed = true;
    gradient(null);
  }

  /** Takes over one reference to {@code sum}, gives back the old one. */
  void gradient(@Nullable Node sum) {
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
