package dev.orthant.djl.types;

import ai.djl.engine.EngineException;
import dev.orthant.core.DeviceException;
import java.util.function.Supplier;

/**
 * What DJL's users catch: a device's failure is an {@link EngineException}; a mistake of the caller's is an
 * {@link IllegalArgumentException} already.
 */
public final class EngineErrors {
  private EngineErrors() {}

  public static <T> T told(Supplier<T> work) {
    try {
      return work.get();
    } catch (DeviceException e) {
      throw new EngineException(e.getMessage(), e);
    }
  }
}
