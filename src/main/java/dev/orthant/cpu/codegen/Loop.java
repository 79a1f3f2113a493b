package dev.orthant.cpu.codegen;

/** Generated code: formulas over a rectangle of elements. */
public interface Loop {
  /**
   * Computes every element. Nothing is checked.
   *
   * @param rows ≥ 0
   * @param columns ≥ 0; for vector code 0 or at least the length of a vector
   * @param addresses of each operand's first element
   * @param rowStrides of each operand, in bytes; along the columns an operand is contiguous or, when constant, one
   * element
   * @param scalars the launch-time numbers
   */
  void run(long rows, int columns, long[] addresses, long[] rowStrides, double[] scalars);
}
