package dev.orthant.data;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;

/**
 * Interleaved spirals in the plane: no line, no circle tells them apart, a small network does.
 *
 * <p>A point of arm a of A at t ∈ [0, 1): radius r = 0.1 + 0.9·t, angle φ = 2π·(1.25·t + a/A), (r·cos φ, r·sin φ) plus
 * noise of the given standard deviation in each coordinate. Neighbouring arms are about 0.72/A apart, so that for two
 * arms a noise of 0.03 hardly and one of 0.1 often carries points over.
 */
public final class Spirals {
  private static final double TURNS = 1.25;
  private static final double INNER = 0.1;

  private Spirals() {}

  /** {@code count} points to train on, as many of every arm as can be; arms are the classes. */
  public static Examples train(long seed, int count, int arms, double noise) {
    return draw(seed, Draws.Part.TRAIN, count, arms, noise);
  }

  /** Points that are not among those to train on, whatever their seed. */
  public static Examples test(long seed, int count, int arms, double noise) {
    return draw(seed, Draws.Part.TEST, count, arms, noise);
  }

  private static Examples draw(long seed, Draws.Part part, int count, int arms, double noise) {
    if (count < 0 || count > Integer.MAX_VALUE / 2 || arms < 1 || !(noise >= 0)) {
      throw new InvalidInputException(
          "spirals: " + count + " points of " + arms + " arms with noise " + noise + " cannot be drawn");
    }
    float[] points = new float[2 * count];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      Draws draws = Draws.of(seed, part, i);
      labels[i] = i % arms;
      double t = draws.between(0, 1);
      double r = INNER + (1 - INNER) * t;
      double angle = 2 * Math.PI * (TURNS * t + (double) labels[i] / arms);
      points[2 * i] = (float) (r * StrictMath.cos(angle) + noise * draws.bell());
      points[2 * i + 1] = (float) (r * StrictMath.sin(angle) + noise * draws.bell());
    }
    return new Examples(points, labels, Shape.of(2), arms);
  }
}
