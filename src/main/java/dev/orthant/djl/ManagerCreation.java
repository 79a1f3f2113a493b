package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.util.PairList;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.djl.types.Sequences;
import dev.orthant.djl.types.Types;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.Buffer;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDManager}: number sequences and the like. */
abstract class ManagerCreation extends ManagerCore {
  ManagerCreation(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  private NDArray sequence(DataType type, long n, LongToDoubleFunction value) {
    DType stored = Types.of(type);
    return array(() -> Sequences.of(target(), stored, n, value));
  }

  // ---- sequences ---------------------------------------------------------------------------------------------------

  @Override
  public NDArray arange(int start, int stop, int step, DataType dataType) {
    return range(start, stop, step, dataType);
  }

  /** start, start + step, … before stop; empty when the step leads away from it. */
  @Override
  public NDArray arange(float start, float stop, float step, DataType dataType) {
    return range(start, stop, step, dataType);
  }

  private NDArray range(double start, double stop, double step, DataType type) {
    if (Math.signum(stop - start) != Math.signum(step)) {
      return create(new Shape(0), type);
    }
    boolean whole = type.isInteger();
    double first = whole ? (long) start : start;
    double by = whole ? (long) step : step;
    if (by == 0 || !Double.isFinite((stop - start) / step)) {
      throw new InvalidInputException("arange: from " + start + " to " + stop + " by " + step + " as " + type
          + " does not end; the step must not be 0, nor become 0 in the type");
    }
    double distance = type == DataType.INT64 ? (long) stop - first : stop - start;
    return sequence(type, (long) Math.ceil(distance / (type == DataType.INT64 ? by : step)), i -> first + i * by);
  }

  /** {@code num} numbers from start to stop, both included, or without stop, in even steps. */
  @Override
  public NDArray linspace(float start, float stop, int num, boolean endpoint) {
    if (num < 0) {
      throw new InvalidInputException("linspace: takes 0 numbers or more, got " + num);
    }
    float step = (stop - start) / (endpoint ? Math.max(1, num - 1) : num);
    // From both ends, as PyTorch: so stop itself is met.
    return sequence(DataType.FLOAT32, num, i -> !endpoint || i < num / 2 || num == 1 ? start + step * (float) i
        : stop - step * (float) (num - 1 - i));
  }

  /** 1 where the column is the row + k, else 0. */
  @Override
  public NDArray eye(int rows, int cols, int k, DataType dataType) {
    if (rows < 0 || cols < 0) {
      throw new InvalidInputException("eye: takes 0 rows and columns or more, got " + rows + " and " + cols);
    }
    NDArray flat = sequence(dataType, (long) rows * cols, i -> i % cols == i / cols + k ? 1 : 0);
    try (flat) {
      return ((OrthantNDArray) flat).compute(() -> ((OrthantNDArray) flat).tensor().reshape(rows, cols));
    }
  }

  /** The Hann window of a spectrum, w_i = ½ − ½·cos(2π·i / numPoints): periodic, as PyTorch's. */
  @Override
  public NDArray hanningWindow(long numPoints) {
    if (numPoints < 0) {
      throw new InvalidInputException("hanningWindow: takes 0 points or more, got " + numPoints);
    }
    return sequence(DataType.FLOAT32, numPoints,
        i -> numPoints == 1 ? 1 : 0.5 - 0.5 * Math.cos(2 * Math.PI * i / numPoints));
  }

  // ---- files -------------------------------------------------------------------------------------------------------

  /** Arrays saved by {@link NDList#encode}, or a NumPy file ({@code .npy}, {@code .npz}). */
  @Override
  public NDList load(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      return NDList.decode(this, in);
    } catch (IOException e) {
      throw new UncheckedIOException("load: " + path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * An array that {@code NDArray.encode} wrote.
   *
   * @throws IOException when it is damaged
   */
  @Override
  public NDArray decode(InputStream in) throws IOException {
    try {
      return super.decode(in);
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      // DJL's reader takes sizes and names from the stream as they are.
      throw new IOException("decode: not an array as DJL writes them, or damaged: " + e, e);
    }
  }

  // ---- what there is not -------------------------------------------------------------------------------------------

  @Override
  public NDArray create(String[] data, Charset charset, Shape shape) {
    throw new UnsupportedOperationException("Orthant has no strings");
  }

  @Override
  public NDArray createCSR(Buffer data, long[] indptr, long[] indices, Shape shape) {
    throw new UnsupportedOperationException("Orthant has no sparse arrays");
  }

  @Override
  public NDArray createRowSparse(Buffer data, Shape dataShape, long[] indices, Shape shape) {
    throw new UnsupportedOperationException("Orthant has no sparse arrays");
  }

  @Override
  public NDArray createCoo(Buffer data, long[][] indices, Shape shape) {
    throw new UnsupportedOperationException("Orthant has no sparse arrays");
  }

  @Override
  public void invoke(String operation, NDArray[] src, NDArray[] dest, PairList<String, ?> params) {
    throw unknown(operation);
  }

  @Override
  public NDList invoke(String operation, NDList src, PairList<String, ?> params) {
    throw unknown(operation);
  }

  private static UnsupportedOperationException unknown(String operation) {
    return new UnsupportedOperationException("Orthant has no operations by name, such as " + operation
        + ": those are other engines' own; use NDArray's methods");
  }
}
