package dev.orthant.claims;

import dev.orthant.device.Device;
import dev.orthant.nn.Parameters;

/**
 * How claims are measured.
 *
 * @param device what computes
 * @param seed of weights and data
 * @param quick whether smaller sizes will do
 * @param timing what takes times
 */
public record ClaimSetting(Device device, long seed, boolean quick, Timing timing) {
  /** The size that goes with the haste. */
  int size(int inHaste, int else_) {
    return quick ? inHaste : else_;
  }

  /**
   * What draws the weights of the {@code index}-th network of a claim: streams that do not overlap for any two small
   * seeds.
   */
  Parameters parameters(int index) {
    return Parameters.on(device, seed * 1_000_003 + index);
  }
}
