package dev.orthant.train;

import dev.orthant.data.Digits;
import dev.orthant.data.Examples;
import dev.orthant.data.Spirals;

/** What can be learned. */
public enum Data {
  /** Three interleaved spirals in the plane. */
  SPIRALS,
  /** Digits as if written by hand. */
  DIGITS;

  private static final int ARMS = 3;
  private static final double NOISE = 0.03;

  /** Examples to train on. */
  public Examples train(long seed, int count) {
    return this == DIGITS ? Digits.train(seed, count) : Spirals.train(seed, count, ARMS, NOISE);
  }

  /** A third as many that are not among those to train on. */
  public Examples heldOut(long seed, int count) {
    int some = Math.max(Digits.CLASSES, count / 3);
    return this == DIGITS ? Digits.test(seed, some) : Spirals.test(seed, some, ARMS, NOISE);
  }

  /** How many examples suffice. */
  public int usualCount() {
    return this == DIGITS ? 10_000 : 1500;
  }

  /** The most that can be asked for. */
  public int mostExamples() {
    return 1_000_000;
  }

  /** How many times to go through them. */
  public int usualEpochs() {
    return this == DIGITS ? 6 : 40;
  }

  /** What the learning rate is multiplied by after each epoch: it falls to about a tenth over {@link #usualEpochs}. */
  public double usualDecay() {
    return this == DIGITS ? 0.7 : 0.95;
  }

  /** The network that fits. */
  public Net usualNet() {
    return this == DIGITS ? Net.CNN : Net.MLP;
  }
}
