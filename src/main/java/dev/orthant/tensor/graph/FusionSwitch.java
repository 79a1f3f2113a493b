package dev.orthant.tensor.graph;

import dev.orthant.core.Setting;

/**
 * {@code -Dorthant.fusion=off} launches each operation on its own, as soon as it is called: to measure what fusion
 * saves.
 */
public final class FusionSwitch {
  private FusionSwitch() {}

  /** Whether operations wait to be joined. Asked anew each time, so that one run can measure both. */
  public static boolean isOn() {
    return Setting.FUSION.isOn();
  }
}
