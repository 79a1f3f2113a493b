package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.orthant.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: Fourier transforms and complex numbers. */
abstract class ArraySpectra extends ArrayProducts {
  ArraySpectra(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    super(manager, device, tensor, complex);
  }

  @Override
  public NDArray fft(long length, long axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray ifft(long length, long axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray rfft(long length, long axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray irfft(long length, long axis) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray stft(long nFft, long hopLength, boolean center, NDArray window, boolean normalize,
      boolean returnComplex) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray fft2(long[] sizes, long[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray ifft2(long[] sizes, long[] axes) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray complex() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray real() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray conj() {
    throw new UnsupportedOperationException("not yet");
  }
}
