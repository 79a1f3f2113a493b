package dev.orthant.claims;

import java.util.List;

/** Takes times. */
@FunctionalInterface
public interface Timing {
  /**
   * Seconds of one run of each work, the wait for the device included: medians over samples taken in turn, so that what
   * else the machine does meets all of them alike.
   *
   * @param seconds about how long to measure in all
   */
  double[] medians(double seconds, List<Runnable> works);
}
