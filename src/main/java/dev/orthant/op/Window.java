package dev.orthant.op;

/**
 * How a filter moves over an image: stride, zero padding on each side, dilation; in elements.
 */
public record Window(int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight, int dilationH,
    int dilationW) {
  private static final double FURTHEST = 0x1p62;

  /** Stride 1, no padding, no dilation. */
  public static final Window UNIT = new Window(1, 1, 0, 0, 0, 0, 1, 1);

  /** With these strides along height and width. */
  public Window stride(int h, int w) {
    return new Window(h, w, padTop, padLeft, padBottom, padRight, dilationH, dilationW);
  }

  /** With this zero padding on each side, from 0. */
  public Window padding(int top, int left, int bottom, int right) {
    return new Window(strideH, strideW, top, left, bottom, right, dilationH, dilationW);
  }

  /** With these distances between neighbouring taps. */
  public Window dilation(int h, int w) {
    return new Window(strideH, strideW, padTop, padLeft, padBottom, padRight, h, w);
  }

  /**
   * The number of rows that a filter of {@code r} rows finds in an image of {@code h}: ⌊(h + pads − dilation·(r−1) −
   * 1)/stride⌋ + 1.
   */
  public long outputHeight(long h, long r) {
    return outputs(h + padTop + (long) padBottom, r, strideH, dilationH);
  }

  /** The same along the width. */
  public long outputWidth(long w, long s) {
    return outputs(w + padLeft + (long) padRight, s, strideW, dilationW);
  }

  private static long outputs(long padded, long filter, int stride, int dilation) {
    return Math.floorDiv(Math.subtractExact(padded, Math.multiplyExact(dilation, filter - 1)) - 1, stride) + 1;
  }

  /**
   * The first thing wrong with this window over an image of {@code h} × {@code w} by a filter of {@code r} × {@code s},
   * or an empty text.
   */
  public String fault(long h, long w, long r, long s) {
    String own = fault();
    boolean large =
        own.isEmpty() && (reaches(h, padTop, padBottom, r, dilationH) || reaches(w, padLeft, padRight, s, dilationW));
    return large ? "the padded image, or the dilated filter, is larger than a long can address" : own;
  }

  /** Whether what is computed from these extents could overflow. */
  private static boolean reaches(long extent, int before, int after, long filter, int dilation) {
    return (double) extent + before + after + (double) filter * dilation >= FURTHEST;
  }

  /** The first thing wrong with this window, or an empty text. */
  public String fault() {
    if (strideH < 1 || strideW < 1) {
      return "stride must be at least 1, got (" + strideH + ", " + strideW + ")";
    }
    if (dilationH < 1 || dilationW < 1) {
      return "dilation must be at least 1, got (" + dilationH + ", " + dilationW + ")";
    }
    if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      return "padding must not be negative, got (" + padTop + ", " + padLeft + ", " + padBottom + ", " + padRight + ")";
    }
    return "";
  }
}
