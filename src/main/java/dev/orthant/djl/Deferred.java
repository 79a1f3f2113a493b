package dev.orthant.djl;

import dev.orthant.core.TensorSpec;

/**
 * Work whose results are known by shape but not computed yet, because what follows may join it: a batch norm in
 * training waits for the addition and the activation behind it. Arrays that wait for one are given their tensors by
 * {@link ArrayCore#settle}.
 */
interface Deferred {
  /** What one of the waiting arrays will be. */
  TensorSpec spec(ArrayCore array);

  /** Computes, and settles every array that waits. */
  void force();

  /** One of the waiting arrays was closed: what only it needed can go. */
  void closed(ArrayCore array);
}
