package dev.orthant.train;

/**
 * What an epoch came to.
 *
 * @param number from 1
 * @param loss the mean over the epoch's steps, each before its update
 * @param trained the share of training examples that were told right, each before its update
 * @param heldOut the share of held-out examples that are told right after the epoch
 * @param gradientNorm the global norm of the gradients in the epoch's last step
 * @param secondsPerStep the mean over the steps of this process
 */
public record EpochResult(int number, double loss, double trained, double heldOut, double gradientNorm,
    double secondsPerStep) {
  /** How many numbers there are. */
  static final int NUMBERS = 6;

  double[] toArray() {
    return new double[] {number, loss, trained, heldOut, gradientNorm, secondsPerStep};
  }

  static EpochResult of(double... n) {
    return new EpochResult((int) n[0], n[1], n[2], n[3], n[4], n[5]);
  }
}
