package dev.orthant.cli;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.io.HostTensor;
import dev.orthant.io.Npy;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads the inputs of one run and gives them all the same type: the one asked for, else that of the first. */
final class Loader {
  private final Arena arena;
  private @Nullable DType dtype;

  Loader(Arena arena, @Nullable DType dtype) {
    this.arena = arena;
    this.dtype = dtype;
  }

  HostTensor load(Path file) {
    HostTensor tensor = Npy.read(file, arena);
    if (dtype == null) {
      if (!tensor.dtype().isFloating()) {
        throw new InvalidInputException(
            file + ": holds " + tensor.dtype() + "; ops compute on floats: --dtype f32 converts");
      }
      dtype = tensor.dtype();
    }
    return tensor.as(dtype, arena);
  }
}
