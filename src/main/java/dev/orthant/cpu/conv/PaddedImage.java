package dev.orthant.cpu.conv;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * A copy of some channels of one image, in the compute type and with its padding, in which every tap of every output
 * row reads a contiguous run: no bounds, strides or conversions in the loops over it.
 *
 * <p>As planes, a row is split by phase: column x lies at {@code (x mod strideW)·phase + x / strideW}, so that the
 * columns which one tap visits with stride are neighbours. With channels last a pixel's channels are neighbours anyway.
 */
final class PaddedImage {
  /** Readable bytes before and after the copy, for vectors that start early or end late. */
  static final int SLACK = 64;

  private final ConvShape shape;
  private final ElementType storage;
  private final int channels;
  private final int size;
  private final int repeat;
  private final int phase;

  /** For {@code channels} channels, each copied {@code repeat} times in a row (which only channels last allows). */
  PaddedImage(ConvShape shape, ElementType storage, int channels, int repeat) {
    this.shape = shape;
    this.storage = storage;
    this.channels = channels;
    this.size = storage.compute().bytes();
    this.repeat = repeat;
    this.phase = (shape.paddedW() + shape.strideW() - 1) / shape.strideW();
  }

  /** Bytes of a copy, slack included. */
  long bytes() {
    return rows() * rowBytes() + 2 * SLACK;
  }

  /** Rows to copy: of all planes, or of the one image. */
  long rows() {
    return shape.nhwc() ? shape.paddedH() : (long) channels * shape.paddedH();
  }

  private long rowBytes() {
    long columns = shape.nhwc() ? (long) shape.paddedW() * channels * repeat : (long) shape.strideW() * phase;
    return columns * size;
  }

  /** Offset of what output pixel (y, x) reads with tap (0, 0) of the first channel; linear in x. */
  long pixel(int y, int x) {
    return SLACK + (long) y * shape.strideH() * rowBytes() + x * pixelBytes();
  }

  /** Bytes from one output pixel's input to its right neighbour's. */
  long pixelBytes() {
    return shape.nhwc() ? (long) shape.strideW() * channels * repeat * size : size;
  }

  /** Bytes from what tap (0, 0) of the first channel reads to what tap (i, j) of {@code channel} reads. */
  long tap(int channel, int i, int j) {
    long row = (long) i * shape.dilationH() * rowBytes();
    int column = j * shape.dilationW();
    if (shape.nhwc()) {
      return row + ((long) column * channels * repeat + channel) * size;
    }
    long place = (long) column % shape.strideW() * phase + column / shape.strideW();
    return (long) channel * shape.paddedH() * rowBytes() + row + place * size;
  }

  /**
   * Copies rows {@code from … to}.
   *
   * @param x address of the image's first channel to copy
   * @param copy address of the copy
   */
  void fill(long x, long copy, long from, long to) {
    for (long row = from; row < to; row++) {
      int y = (int) (row % shape.paddedH()) - shape.padTop();
      long target = copy + SLACK + row * rowBytes();
      if (y < 0 || y >= shape.h()) {
        Raw.zero(target, rowBytes());
      } else if (shape.nhwc()) {
        pixelsOfRow(x + (long) y * shape.w() * shape.c() * storage.bytes(), target);
      } else {
        long plane = row / shape.paddedH() * shape.h() + y;
        columnsOfRow(x + plane * shape.w() * storage.bytes(), target);
      }
    }
  }

  private void columnsOfRow(long source, long target) {
    int stride = shape.strideW();
    for (int f = 0; f < stride; f++) {
      long to = target + (long) f * phase * size;
      int offset = f - shape.padLeft(); // input column of the phase's first
      int first = offset >= 0 ? 0 : Math.min(phase, (-offset + stride - 1) / stride);
      int end = offset >= shape.w() ? first : Math.clamp((shape.w() - offset + stride - 1L) / stride, first, phase);
      Raw.zero(to, (long) first * size);
      copy(source + (offset + (long) first * stride) * storage.bytes(), (long) stride * storage.bytes(),
          to + (long) first * size, end - first);
      Raw.zero(to + (long) end * size, (long) (phase - end) * size);
    }
  }

  private void pixelsOfRow(long source, long target) {
    int width = shape.paddedW();
    long pixel = (long) channels * repeat * size;
    int first = Math.clamp(shape.padLeft(), 0, width);
    int end = Math.clamp((long) shape.w() + shape.padLeft(), first, width);
    Raw.zero(target, first * pixel);
    for (int x = first; x < end; x++) {
      long from = source + (long) (x - shape.padLeft()) * shape.c() * storage.bytes();
      if (repeat == 1) {
        copy(from, storage.bytes(), target + x * pixel, channels);
      } else {
        repeated(from, target + x * pixel);
      }
    }
    Raw.zero(target + end * pixel, (width - end) * pixel);
  }

  private void repeated(long from, long to) {
    for (int i = 0; i < channels * repeat; i++) {
      copy(from + (long) (i / repeat) * storage.bytes(), storage.bytes(), to + (long) i * size, 1);
    }
  }

  private void copy(long from, long stride, long to, int count) {
    if (storage == ElementType.F32 && stride == 4) {
      copyFloats(from, to, count);
    } else if (storage == ElementType.F64) {
      for (int i = 0; i < count; i++) {
        Raw.putDouble(to + 8L * i, Raw.getDouble(from + i * stride));
      }
    } else {
      for (int i = 0; i < count; i++) {
        Raw.putFloat(to + 4L * i, Raw.getAsFloat(storage, from + i * stride));
      }
    }
  }

  private static void copyFloats(long from, long to, int count) {
    if (count >= 32) {
      Raw.copy(from, to, 4L * count);
      return;
    }
    for (int i = 0; i < count; i++) {
      Raw.putFloat(to + 4L * i, Raw.getFloat(from + 4L * i));
    }
  }
}
