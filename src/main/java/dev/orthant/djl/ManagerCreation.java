package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDManager}: Number sequences and the like. */
abstract class ManagerCreation extends ManagerCore {
  ManagerCreation(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }
}
