package dev.orthant.tensor;

/**
 * What sorting along an axis gives, of the sorted tensor's shape but for that axis. The caller closes both.
 *
 * @param values the elements, in order
 * @param indices I64: where along the axis each was
 */
public record Sorted(Tensor values, Tensor indices) implements AutoCloseable {
  @Override
  public void close() {
    values.close();
    indices.close();
  }
}
