package dev.orthant.cli.run;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.io.HostTensor;
import dev.orthant.io.Npy;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * A tensor in a file of which only the header has been read: enough to decide what is to be done, and whether there is
 * memory for it.
 *
 * @param file where it is
 * @param stored as it is there
 * @param fortranOrder whether it must be transposed in memory
 * @param spec as it is used
 */
public record Operand(Path file, TensorSpec stored, boolean fortranOrder, TensorSpec spec) {
  Shape shape() {
    return spec.shape();
  }

  /** The same elements under another shape. */
  Operand reshaped(Shape shape) {
    if (shape.elements() != shape().elements()) {
      throw new ShapeException(file + ": cannot reshape " + spec + " to " + shape);
    }
    return new Operand(file, stored, fortranOrder, new TensorSpec(spec.dtype(), shape));
  }

  Operand as(DType type) {
    return new Operand(file, stored, fortranOrder, new TensorSpec(type, shape()));
  }

  /** What {@link #read} needs beside what it returns. */
  long passing() {
    return (spec.dtype() == stored.dtype() ? 0 : stored.bytes()) + (fortranOrder ? stored.bytes() : 0);
  }

  /** All of it, in memory of {@code arena}. */
  HostTensor read(Arena arena) {
    if (spec.dtype() == stored.dtype()) {
      return Npy.read(file, arena).reshaped(shape());
    }
    try (Arena passing = Arena.ofConfined()) {
      return Npy.read(file, passing).as(spec.dtype(), arena).reshaped(shape());
    }
  }
}
