package dev.orthant.djl;

import ai.djl.ndarray.NDArray;

/** The part of {@link OrthantNDArrayEx}: images. */
abstract class ExImages extends ExRecurrent {
  ExImages(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDArray interpolation(long[] size, int mode, boolean alignCorners) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray resize(int width, int height, int interpolation) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray randomFlipLeftRight() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray randomFlipTopBottom() {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray randomBrightness(float brightness) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray randomHue(float hue) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDArray randomColorJitter(float brightness, float contrast, float saturation, float hue) {
    throw new UnsupportedOperationException("not yet");
  }
}
