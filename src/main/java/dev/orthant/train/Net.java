package dev.orthant.train;

/** Kinds of network; {@link Networks} builds them. */
public enum Net {
  /** Two hidden layers. */
  MLP,
  /** Two convolutions, each with an activation and a pooling, and a linear layer. */
  CNN
}
