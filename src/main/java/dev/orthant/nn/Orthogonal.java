package dev.orthant.nn;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.tensor.Tensor;

/**
 * Orthonormal rows or columns, whichever are fewer, of the matrix (all axes but the last, the last) times a gain (Saxe
 * et al. 2014): random normal vectors made orthogonal by modified Gram-Schmidt, on the host in double. Twice, which is
 * enough (Giraud et al. 2005).
 */
record Orthogonal(double gain) implements Initializer {
  @Override
  public Tensor draw(Parameters p, Shape shape, Fans fans) {
    if (shape.rank() < 2) {
      throw new ShapeException("orthogonal: takes a shape of rank 2 or more, got " + shape);
    }
    int columns = Math.toIntExact(shape.dim(-1));
    int rows = Math.toIntExact(shape.elements() / Math.max(1, columns));
    int few = Math.min(rows, columns);
    int many = Math.max(rows, columns);
    DType wide = p.dtype().compute();
    double[] flat = p.random().normal(p.device(), wide, Shape.of(few, many), 0, 1).toDoubleArray();
    double[][] vectors = new double[few][];
    for (int i = 0; i < few; i++) {
      vectors[i] = java.util.Arrays.copyOfRange(flat, i * many, (i + 1) * many);
      orthogonalise(vectors, i);
      orthogonalise(vectors, i);
    }
    double[] result = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        result[r * columns + c] = gain * (rows <= columns ? vectors[r][c] : vectors[c][r]);
      }
    }
    return Tensor.of(p.device(), p.dtype(), shape, result);
  }

  /** Takes from vector {@code i} its parts along those before it, and gives it length 1. */
  private static void orthogonalise(double[][] vectors, int i) {
    double[] v = vectors[i];
    for (int j = 0; j < i; j++) {
      double along = dot(v, vectors[j]);
      for (int k = 0; k < v.length; k++) {
        v[k] -= along * vectors[j][k];
      }
    }
    double length = Math.sqrt(dot(v, v));
    for (int k = 0; k < v.length; k++) {
      v[k] /= length;
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }
}
