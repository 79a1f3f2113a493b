package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.source.Coordinates;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Layout;

/**
 * What {@code conv2d_places.cl} is told: where a convolution reads its images.
 *
 * @param channels of the images, in all groups
 * @param outHeight rows of output
 * @param padTop negative where windows begin inside the image
 * @param numbersInText whether sizes of filter and window are part of the text (faster) rather than parameters (one
 * text for all)
 */
public record ConvGeometry(
    Layout layout, int groups, long n, long channels, long height, long width, long filterH, long filterW,
    long outHeight,
    long outWidth, int strideH, int strideW, int dilationH, int dilationW, int padTop, int padLeft, boolean padded,
    boolean numbersInText) {

  /** The elements of the images with what windows reach beyond them: an index may begin that far outside. */
  public double reach() {
    double rows = (double) height + 2.0 * Math.abs(padTop) + (double) filterH * dilationH + strideH;
    double columns = (double) width + 2.0 * Math.abs(padLeft) + (double) filterW * dilationW + strideW;
    return (double) n * Math.max(channels, 1) * rows * columns;
  }

  /** Defines the numbers and parameters; the images are called x. */
  public void define(KernelSource source, KernelParameters parameters, DType images) {
    source.define("LOAD_X", "LOAD_" + images.shortName());
    source.define("NHWC", layout == Layout.NHWC);
    source.define("PADDED", padded);
    number("FILTER_H", filterH, source, parameters);
    number("FILTER_W", filterW, source, parameters);
    number("STRIDE_H", strideH, source, parameters);
    number("STRIDE_W", strideW, source, parameters);
    number("DILATION_H", dilationH, source, parameters);
    number("DILATION_W", dilationW, source, parameters);
    parameters.index("groups", groups);
    parameters.index("channels", channels / groups);
    parameters.index("height", height);
    parameters.index("width", width);
    parameters.index("outHeight", outHeight);
    parameters.index("outWidth", outWidth);
    parameters.index("padTop", padTop);
    parameters.index("padLeft", padLeft);
  }

  private void number(String name, long value, KernelSource source, KernelParameters parameters) {
    source.define(name, numbersInText ? Long.toString(value) : parameters.index("p_" + name, value));
  }

  /** Where an epilogue's operands are read, for an output of images in this layout. */
  public Coordinates coordinates(TensorSpec output) {
    return new Coordinates(output.shape(), "at", switch (layout) {
      case NCHW -> java.util.List.of(new Coordinates.Name("image", 0, 1), new Coordinates.Name("channel", 1, 2),
          new Coordinates.Name("pixel", 2, 4));
      case NHWC -> java.util.List.of(new Coordinates.Name("pixel", 0, 3), new Coordinates.Name("channel", 3, 4));
    });
  }
}
