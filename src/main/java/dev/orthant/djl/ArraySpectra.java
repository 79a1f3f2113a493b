package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.math.Fourier;
import dev.orthant.djl.types.Axes;
import dev.orthant.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The part of {@link OrthantNDArray}: Fourier transforms and complex numbers. Everything is computed in FLOAT32: DJL's
 * only complex type is COMPLEX64.
 */
sealed interface ArraySpectra extends NDArray permits OrthantNDArray {
  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  // ---- transforms --------------------------------------------------------------------------------------------------

  /** X_k = Σ_j x_j·e^{−2πi·jk/n} along an axis, cut or filled with zeros to n = {@code length}. */
  @Override
  default NDArray fft(long length, long axis) {
    return transformed("fft", false, new long[] {length}, axis);
  }

  /** x_j = (1/n)·Σ_k X_k·e^{2πi·jk/n}. */
  @Override
  default NDArray ifft(long length, long axis) {
    return transformed("ifft", true, new long[] {length}, axis);
  }

  @Override
  default NDArray fft2(long[] sizes, long[] axes) {
    requirePairs("fft2", sizes, axes);
    return transformed("fft2", false, sizes, axes);
  }

  @Override
  default NDArray ifft2(long[] sizes, long[] axes) {
    requirePairs("ifft2", sizes, axes);
    return transformed("ifft2", true, sizes, axes);
  }

  private void requirePairs(String method, long[] sizes, long[] axes) {
    if (sizes.length != axes.length
        || Arrays.stream(axes).map(a -> self().axis(method, a)).distinct().count() != axes.length) {
      throw new ShapeException(
          method + ": takes as many different axes as lengths, got lengths " + Arrays.toString(sizes)
              + " and axes " + Arrays.toString(axes) + " for an array of " + getShape());
    }
  }

  private NDArray transformed(String method, boolean inverse, long[] lengths, long... axes) {
    int[] over = Arrays.stream(axes).mapToInt(a -> transformable(method, a)).toArray();
    requirePositive(method, lengths);
    return self().computeComplex(() -> {
      Tensor x = pairs();
      for (int i = 0; i < over.length; i++) {
        Tensor y = Fourier.transform(fitted(planar(x, over[i]), lengths[i]), inverse);
        x = interleaved(inverse ? y.mul(1.0 / lengths[i]) : y, over[i]);
      }
      return x;
    });
  }

  /** The first n/2 + 1 elements of a real array's transform: the others are their conjugates. */
  @Override
  default NDArray rfft(long length, long axis) {
    int a = transformable("rfft", axis);
    requirePositive("rfft", length);
    if (self().isComplex()) {
      throw new DTypeException(
          "rfft: takes real numbers, got " + getShape() + ' ' + getDataType() + "; fft takes complex ones");
    }
    return self().computeComplex(() -> {
      Tensor spectrum = Fourier.transform(fitted(planar(pairs(), a), length), false);
      return interleaved(spectrum.slice(-1, 0, length / 2 + 1), a);
    });
  }

  /** The real array of {@code length} elements of which this is the {@link #rfft}. */
  @Override
  default NDArray irfft(long length, long axis) {
    int a = transformable("irfft", axis);
    requirePositive("irfft", length);
    return self().compute(() -> {
      Tensor half = fitted(planar(pairs(), a), length / 2 + 1);
      long rest = length - length / 2 - 1;
      Tensor sign = Tensor.of(half.device(), half.dtype(), Shape.of(2, 1), 1, -1);
      Tensor all = rest == 0 ? half : Tensor.concat(half.shape().rank() - 1,
          List.of(half, half.slice(-1, 1, rest + 1).flip(-1).mul(sign)));
      Tensor real = Fourier.transform(all, true).select(-2, 0).mul(1.0 / length);
      return real.transpose(Axes.inverse(Axes.order(self().rank(), true, a)));
    });
  }

  /**
   * The spectra of {@code nFft} elements, {@code hopLength} apart, times the window: (…, nFft/2 + 1, frames), complex
   * or with pairs in a last axis.
   *
   * @param center whether element 0 is the middle of the first frame, the signal being mirrored at its ends
   * @param normalize whether they are divided by √nFft
   */
  @Override
  default NDArray stft(long nFft, long hopLength, boolean center, NDArray window, boolean normalize,
      boolean returnComplex) {
    requireSignal(nFft, hopLength, center, window);
    long length = getShape().get(self().rank() - 1);
    long side = center ? nFft / 2 : 0;
    int frames = Math.toIntExact(1 + (length + 2 * side - nFft) / hopLength);
    long[] from = new long[Math.toIntExact(frames * nFft)];
    for (int i = 0; i < from.length; i++) {
      long at = Math.abs(i / nFft * hopLength + i % nFft - side);
      from[i] = at < length ? at : 2 * (length - 1) - at;
    }
    java.util.function.Supplier<Tensor> work = () -> {
      Tensor x = single(self().tensor());
      Tensor parts = x.gather(x.shape().rank() - 1, Indices.of(x.device(), Shape.of(frames, nFft), from))
          .mul(single(self().operand(window)));
      Tensor spectrum = Fourier.transform(parts.expandDims(-2).pad(-2, 0, 1, 0), false).slice(-1, 0, nFft / 2 + 1);
      int last = spectrum.shape().rank() - 1;
      Tensor moved = spectrum.transpose(Axes.order(last + 1, true, last, last - 2, last - 1));
      return normalize ? moved.mul(1 / Math.sqrt((double) nFft)) : moved;
    };
    return returnComplex ? self().computeComplex(work) : self().compute(work);
  }

  private void requireSignal(long nFft, long hopLength, boolean center, NDArray window) {
    int rank = self().rank();
    long length = rank == 0 ? 0 : getShape().get(rank - 1);
    if (self().isComplex() || !self().tensor().dtype().isFloating()
        || window.getDataType() == ai.djl.ndarray.types.DataType.COMPLEX64) {
      throw new DTypeException("stft: takes a signal and a window of floating type, got " + getDataType() + " and "
          + window.getDataType());
    }
    if (rank < 1 || rank > 2 || nFft < 1 || hopLength < 1 || window.getShape().dimension() != 1
        || window.getShape().get(0) != nFft
        || (center ? nFft / 2 >= length : nFft > length)) {
      throw new ShapeException(
          "stft: takes a signal (time) or (batch, time) longer than half a frame, or a frame when not centred, a hop "
              + "of 1 or more"
              + " and a window of the frame's length, got " + getShape() + ", frame " + nFft + ", hop " + hopLength
              + ", window "
              + window.getShape());
    }
  }

  private int transformable(String method, long axis) {
    if (self().rank() == 0) {
      throw new ShapeException(method + ": takes an array of 1 axis or more, got a scalar");
    }
    return self().axis(method, axis);
  }

  private void requirePositive(String method, long... lengths) {
    if (Arrays.stream(lengths).anyMatch(n -> n < 1)) {
      throw new InvalidInputException(
          method + ": lengths must be 1 or more, got " + Arrays.toString(lengths) + " for an array of " + getShape());
    }
  }

  // ---- as transforms want them -------------------------------------------------------------------------------------

  private static Tensor single(Tensor t) {
    return t.dtype() == DType.F32 ? t : t.cast(DType.F32);
  }

  /** Real and imaginary parts in a last axis. */
  private Tensor pairs() {
    return self().isComplex() ? self().tensor() : single(self().tensor()).expandDims(-1).pad(-1, 0, 1, 0);
  }

  /** From (…, n, …, 2) to (…, 2, n). */
  private static Tensor planar(Tensor pairs, int axis) {
    int rank = pairs.shape().rank();
    return pairs.transpose(Axes.order(rank, true, rank - 1, axis));
  }

  private static Tensor interleaved(Tensor planar, int axis) {
    int rank = planar.shape().rank();
    return planar.transpose(Axes.inverse(Axes.order(rank, true, rank - 1, axis)));
  }

  /** Cut or filled with zeros along the last axis. */
  private static Tensor fitted(Tensor t, long length) {
    long more = length - t.shape().dim(-1);
    return more == 0 ? t : t.pad(-1, 0, more, 0);
  }

  // ---- complex numbers ---------------------------------------------------------------------------------------------

  /** Pairs in a last axis of extent 2 as complex numbers: a copy, as in PyTorch's engine. */
  @Override
  default NDArray complex() {
    if (self().isComplex() || self().tensor().dtype() != DType.F32 || self().rank() == 0
        || getShape().get(self().rank() - 1) != 2) {
      throw new InvalidInputException(
          "complex: takes FLOAT32 with a last axis of extent 2, real and imaginary parts, got "
              + getShape() + ' ' + getDataType());
    }
    return self().computeComplex(self()::tensor);
  }

  /** Complex numbers as pairs in a last axis of extent 2: a copy, as in PyTorch's engine. */
  @Override
  default NDArray real() {
    if (!self().isComplex()) {
      throw new DTypeException("real: takes complex numbers, got " + getShape() + ' ' + getDataType());
    }
    return self().compute(self()::tensor);
  }

  /** Real numbers as they are. */
  @Override
  default NDArray conj() {
    return self().isComplex()
        ? self().computeComplex(
            () -> self().tensor().mul(Tensor.of(self().tensor().device(), DType.F32, Shape.of(2), 1, -1)))
        : self().compute(self()::tensor);
  }
}
