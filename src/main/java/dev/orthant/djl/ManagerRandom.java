package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDManager}: Random numbers. */
abstract class ManagerRandom extends ManagerCreation {
  ManagerRandom(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }
}
