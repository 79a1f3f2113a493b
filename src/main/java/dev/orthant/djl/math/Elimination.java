package dev.orthant.djl.math;

import dev.orthant.core.InvalidInputException;

/** Inverses of small matrices by Gauss-Jordan elimination with partial pivoting, in double. */
public final class Elimination {
  private Elimination() {}

  /**
   * The inverses of matrices of n rows, one behind the other.
   *
   * @throws InvalidInputException when one has no pivot left
   */
  public static double[] inverses(double[] matrices, int n) {
    double[] result = new double[matrices.length];
    int one = n * n;
    for (int at = 0; at < matrices.length; at += one) {
      double[][] rows = augmented(matrices, at, n);
      for (int p = 0; p < n; p++) {
        eliminate(rows, p, at / one);
      }
      for (int i = 0; i < n; i++) {
        System.arraycopy(rows[i], n, result, at + i * n, n);
      }
    }
    return result;
  }

  /** A matrix, and the unit matrix beside it. */
  private static double[][] augmented(double[] matrices, int at, int n) {
    double[][] rows = new double[n][2 * n];
    for (int i = 0; i < n; i++) {
      System.arraycopy(matrices, at + i * n, rows[i], 0, n);
      rows[i][n + i] = 1;
    }
    return rows;
  }

  private static void eliminate(double[][] rows, int p, int which) {
    int best = p;
    for (int i = p + 1; i < rows.length; i++) {
      if (Math.abs(rows[i][p]) > Math.abs(rows[best][p])) {
        best = i;
      }
    }
    double[] pivot = rows[best];
    rows[best] = rows[p];
    rows[p] = pivot;
    if (pivot[p] == 0) {
      throw new InvalidInputException(
          "inverse: matrix " + which + " is singular: nothing is left in column " + p + " to divide by");
    }
    double scale = 1 / pivot[p];
    for (int j = 0; j < pivot.length; j++) {
      pivot[j] *= scale;
    }
    for (int i = 0; i < rows.length; i++) {
      double factor = rows[i][p];
      if (i != p && factor != 0) {
        for (int j = 0; j < pivot.length; j++) {
          rows[i][j] -= factor * pivot[j];
        }
      }
    }
  }
}
