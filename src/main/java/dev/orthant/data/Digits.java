package dev.orthant.data;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.util.stream.IntStream;

/**
 * Digits as if written by hand, 28×28 grey pixels in [0, 1], ink 1: a style of writing, bent, slanted, turned by up to
 * 12°, scaled, shifted by up to 3 pixels, drawn with a thin or a thick pen, blurred, and with noise.
 *
 * <p>Example i of a seed is always the same, on every machine, and shows i mod 10. Examples to test with are never
 * among those to train on.
 */
public final class Digits {
  /** Pixels on each side. */
  public static final int SIDE = 28;
  public static final int CLASSES = 10;

  private static final double HEIGHT = 18;
  private static final double WIDTH = 12.5;

  private Digits() {}

  /** {@code count} examples of shape (1, 28, 28) to train on. */
  public static Examples train(long seed, int count) {
    return draw(seed, Draws.Part.TRAIN, count);
  }

  /** Examples that are not among those to train on, whatever their seed. */
  public static Examples test(long seed, int count) {
    return draw(seed, Draws.Part.TEST, count);
  }

  private static Examples draw(long seed, Draws.Part part, int count) {
    int size = SIDE * SIDE;
    if (count < 0 || count > Integer.MAX_VALUE / size) {
      throw new InvalidInputException(
          "digits: " + count + " examples; there can be 0 to " + Integer.MAX_VALUE / size);
    }
    float[] features = new float[count * size];
    IntStream.range(0, count).parallel()
        .forEach(i -> draw(i % CLASSES, Draws.of(seed, part, i)).copyTo(features, i * size));
    return new Examples(features, IntStream.range(0, count).map(i -> i % CLASSES).toArray(), Shape.of(1, SIDE, SIDE),
        CLASSES);
  }

  private static Canvas draw(int digit, Draws draws) {
    Strokes strokes = Glyphs.of(digit, draws.below(Glyphs.styles(digit)));
    var canvas = new Canvas(SIDE);
    canvas.draw(placed(bent(strokes, draws), draws), draws.between(0.6, 1.6));
    canvas.blur(draws.between(0, 0.2));
    canvas.print(draws.between(0.75, 1), draws.between(0, 0.1), draws);
    return canvas;
  }

  /** A hand is not exact: a slow wave moves the points, neighbours alike, so that lines that meet still do. */
  private static Strokes bent(Strokes strokes, Draws draws) {
    double[] x = wave(draws);
    double[] y = wave(draws);
    return strokes.map(p -> new double[] {p[0] + shift(x, p), p[1] + shift(y, p)});
  }

  private static double[] wave(Draws draws) {
    return new double[] {draws.between(0, 0.07), draws.between(-4, 4), draws.between(-4, 4), draws.between(-3, 3)};
  }

  private static double shift(double[] wave, double[] p) {
    return wave[0] * StrictMath.sin(wave[1] * p[0] + wave[2] * p[1] + wave[3]);
  }

  /** From the pen's box to pixels. */
  private static Strokes placed(Strokes strokes, Draws draws) {
    double angle = StrictMath.toRadians(draws.between(-12, 12));
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    double width = WIDTH * draws.between(0.8, 1.2);
    double height = HEIGHT * draws.between(0.85, 1.15);
    double slant = draws.between(-0.25, 0.25);
    double right = SIDE / 2.0 + draws.between(-3, 3);
    double down = SIDE / 2.0 + draws.between(-3, 3);
    return strokes.map(p -> {
      double y = (p[1] - 0.5) * height;
      double x = (p[0] - 0.5) * width - slant * y;
      return new double[] {right + cos * x - sin * y, down + sin * x + cos * y};
    });
  }
}
