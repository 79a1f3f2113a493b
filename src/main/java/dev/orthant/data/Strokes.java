package dev.orthant.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A drawing made of lines, each a row of points {x, y}. The pen's box goes from (0, 0), top left, to (1, 1), bottom
 * right.
 */
record Strokes(List<double[][]> lines) {
  /** Points between two control points of a curve. */
  private static final int STEPS = 6;

  static Strokes none() {
    return new Strokes(List.of());
  }

  /** And straight lines through these points, given as x, y, x, y, … in percent of the box. */
  Strokes line(int... percent) {
    return and(points(percent));
  }

  /**
   * And a smooth curve through these points: Catmull-Rom, p(t) = ½·(2b + (c−a)·t + (2a−5b+4c−d)·t² + (3b−a−3c+d)·t³)
   * between b and c with neighbours a and d; the ends are their own neighbours.
   */
  Strokes curve(int... percent) {
    return and(smooth(points(percent), false));
  }

  /** And a closed smooth curve. */
  Strokes ring(int... percent) {
    return and(smooth(points(percent), true));
  }

  /** Every point moved by {@code map}. */
  Strokes map(UnaryOperator<double[]> map) {
    var moved = new ArrayList<double[][]>();
    for (double[][] line : lines) {
      double[][] there = new double[line.length][];
      for (int i = 0; i < line.length; i++) {
        there[i] = map.apply(line[i]);
      }
      moved.add(there);
    }
    return new Strokes(moved);
  }

  private Strokes and(double[][] line) {
    var all = new ArrayList<>(lines);
    all.add(line);
    return new Strokes(all);
  }

  private static double[][] points(int[] percent) {
    double[][] points = new double[percent.length / 2][];
    for (int i = 0; i < points.length; i++) {
      points[i] = new double[] {percent[2 * i] / 100.0, percent[2 * i + 1] / 100.0};
    }
    return points;
  }

  private static double[][] smooth(double[][] p, boolean closed) {
    int n = p.length;
    int spans = closed ? n : n - 1;
    double[][] out = new double[spans * STEPS + 1][];
    for (int s = 0; s < spans; s++) {
      double[] a = closed ? p[(s + n - 1) % n] : p[Math.max(s - 1, 0)];
      double[] d = closed ? p[(s + 2) % n] : p[Math.min(s + 2, n - 1)];
      for (int i = 0; i <= STEPS; i++) {
        double t = (double) i / STEPS;
        out[s * STEPS + i] = new double[] {between(a[0], p[s][0], p[(s + 1) % n][0], d[0], t),
            between(a[1], p[s][1], p[(s + 1) % n][1], d[1], t)};
      }
    }
    return out;
  }

  private static double between(double a, double b, double c, double d, double t) {
    return 0.5 * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d))));
  }
}
