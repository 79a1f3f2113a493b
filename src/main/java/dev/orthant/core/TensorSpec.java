package dev.orthant.core;

/** What is known of a tensor without its data: element type and shape. */
public record TensorSpec(DType dtype, Shape shape) {
  /** That type and shape. */
  public static TensorSpec of(DType dtype, long... dims) {
    return new TensorSpec(dtype, Shape.of(dims));
  }

  /** The size of the contiguous storage in bytes. */
  public long bytes() {
    return shape.elements() * dtype.size();
  }

  /** As messages print it: {@code (2, 3) f32}. */
  @Override
  public String toString() {
    return shape + " " + dtype;
  }
}
