package dev.orthant.djl;

import dev.orthant.expr.Activation;
import org.jspecify.annotations.Nullable;

/** A normalisation that waits, with or without something added, for the activation that may follow it. */
interface Normalized extends Deferred {
  /** f of it, in one launch with it; null when it waits no longer. */
  @Nullable
  OrthantNDArray activated(Activation f);
}
