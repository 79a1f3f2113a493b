package dev.orthant.cli.run;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.io.Npy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Looks at the inputs of one run and gives them all the same type: the one asked for, else that of the first. */
final class Loader {
  private @Nullable DType dtype;

  Loader(@Nullable DType dtype) {
    this.dtype = dtype;
  }

  Operand load(Path file) {
    Npy.Header header = Npy.header(file);
    if (dtype == null) {
      if (!header.spec().dtype().isFloating()) {
        throw new InvalidInputException(
            file + ": holds " + header.spec().dtype() + "; ops compute on floats: --dtype f32 converts");
      }
      dtype = header.spec().dtype();
    }
    return new Operand(file, header.spec(), header.fortranOrder(), header.spec()).as(dtype);
  }
}
