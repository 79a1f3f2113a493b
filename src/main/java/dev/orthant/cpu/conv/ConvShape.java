package dev.orthant.cpu.conv;

/**
 * A two-dimensional convolution: n images of c channels, h × w pixels, k filters of r × s taps, p × q output pixels.
 * Output pixel (y, x) sums over input pixels
 * {@code (y·strideH − padTop + i·dilationH, x·strideW − padLeft + j·dilationW)}, with zeros outside. What p and q
 * reach beyond the input is padding below and to the right. Negative padding leaves out rows or columns.
 *
 * @param nhwc whether images are stored with channels last, else as planes
 */
public record ConvShape(
    int n, int c, int h, int w, int k, int r, int s, int strideH, int strideW, int padTop, int padLeft,
    int dilationH, int dilationW, int groups, int p, int q, boolean nhwc) {
  public ConvShape {
    if (groups < 1 || c % groups != 0 || k % groups != 0) {
      throw new IllegalArgumentException(
          "convolution of " + c + " channels, " + k + " filters in " + groups + " groups");
    }
    if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1 || r < 1 || s < 1) {
      throw new IllegalArgumentException("convolution with a stride, dilation or filter size below 1");
    }
    if (n < 0 || h < 0 || w < 0 || p < 0 || q < 0) {
      throw new IllegalArgumentException("convolution with a negative size");
    }
  }

  /** Channels that one filter sees. */
  int groupChannels() {
    return c / groups;
  }

  int groupFilters() {
    return k / groups;
  }

  /** Products per output element. */
  int depth() {
    return Math.multiplyExact(groupChannels(), r * s);
  }

  long pixels() {
    return (long) p * q;
  }

  /** Rows of an image with its padding: from the first row that an output needs to the last. */
  int paddedH() {
    return (p - 1) * strideH + (r - 1) * dilationH + 1;
  }

  int paddedW() {
    return (q - 1) * strideW + (s - 1) * dilationW + 1;
  }

  /** A 1 × 1 filter that reads each pixel once: a plain matrix product. */
  boolean pointwise() {
    return r == 1 && s == 1 && strideH == 1 && strideW == 1 && padTop == 0 && padLeft == 0 && p == h && q == w;
  }

  boolean depthwise() {
    return groups == c && groups > 1;
  }
}
