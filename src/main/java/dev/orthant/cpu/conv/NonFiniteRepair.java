package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.NonFiniteOperands;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * Adds to the gradient with respect to the filters the products with what is not finite in the images or in dy. These
 * are infinite or NaN whatever else is summed; the fast way leaves them out, because it multiplies with padding, which
 * has no products.
 */
final class NonFiniteRepair {
  private final ConvShape shape;
  private final FilterGradient.Problem problem;
  /** How many of a filter's elements are not NaN yet. */
  private final int[] left;

  NonFiniteRepair(FilterGradient.Problem problem) {
    this.shape = problem.shape();
    this.problem = problem;
    this.left = new int[shape.k()];
    java.util.Arrays.fill(left, shape.depth());
  }

  /** Makes what is not finite zero, and says whether there was any. */
  static boolean clean(ElementType element, FilterColumns.Piece piece) {
    if (!NonFiniteOperands.any(element, piece.from(), (piece.end() - piece.from()) / element.bytes())) {
      return false;
    }
    for (long at = piece.from(); at < piece.end(); at += element.bytes()) {
      if (element == ElementType.F64 && !Double.isFinite(Raw.getDouble(at))) {
        Raw.putDouble(at, 0);
      } else if (element != ElementType.F64 && !Float.isFinite(Raw.getFloat(at))) {
        Raw.putFloat(at, 0);
      }
    }
    return true;
  }

  void run() {
    gradients();
    images();
  }

  private double at(long tensor, long index) {
    long address = tensor + index * problem.storage().bytes();
    return problem.storage() == ElementType.F64 ? Raw.getDouble(address) : Raw.getAsFloat(problem.storage(), address);
  }

  private long index(long n, long channel, long pixel, long channels, long pixels) {
    return shape.nhwc() ? (n * pixels + pixel) * channels + channel : (n * channels + channel) * pixels + pixel;
  }

  /** For each element of dy that is not finite: the images' elements it meets. */
  private void gradients() {
    long count = shape.n() * shape.pixels() * shape.k();
    for (long i = 0; i < count; i++) {
      double dy = at(problem.dy(), i);
      if (!Double.isFinite(dy)) {
        int k = (int) (shape.nhwc() ? i % shape.k() : i / shape.pixels() % shape.k());
        long pixel = shape.nhwc() ? i / shape.k() % shape.pixels() : i % shape.pixels();
        gradient(dy, i / (shape.pixels() * shape.k()), k, (int) (pixel / shape.q()), (int) (pixel % shape.q()));
      }
    }
  }

  private void gradient(double dy, long n, int k, int p, int q) {
    int first = k / shape.groupFilters() * shape.groupChannels();
    for (int tap = 0; tap < shape.r() * shape.s() && left[k] > 0; tap++) {
      long y = (long) p * shape.strideH() - shape.padTop() + (long) (tap / shape.s()) * shape.dilationH();
      long x = (long) q * shape.strideW() - shape.padLeft() + (long) (tap % shape.s()) * shape.dilationW();
      if (y >= 0 && y < shape.h() && x >= 0 && x < shape.w()) {
        for (int c = 0; c < shape.groupChannels(); c++) {
          long from = index(n, first + c, y * shape.w() + x, shape.c(), (long) shape.h() * shape.w());
          add(k, c, tap, dy * at(problem.x(), from));
        }
      }
    }
  }

  /** For each element of the images that is not finite: the finite elements of dy it meets. */
  private void images() {
    long pixels = (long) shape.h() * shape.w();
    long count = shape.n() * pixels * shape.c();
    for (long i = 0; i < count; i++) {
      double x = at(problem.x(), i);
      if (!Double.isFinite(x)) {
        int c = (int) (shape.nhwc() ? i % shape.c() : i / pixels % shape.c());
        long pixel = shape.nhwc() ? i / shape.c() % pixels : i % pixels;
        image(x, i / (pixels * shape.c()), c, pixel / shape.w(), pixel % shape.w());
      }
    }
  }

  private void image(double image, long n, int c, long y, long x) {
    int first = c / shape.groupChannels() * shape.groupFilters();
    for (int tap = 0; tap < shape.r() * shape.s(); tap++) {
      long p = y + shape.padTop() - (long) (tap / shape.s()) * shape.dilationH();
      long q = x + shape.padLeft() - (long) (tap % shape.s()) * shape.dilationW();
      if (p >= 0 && q >= 0 && p % shape.strideH() == 0 && q % shape.strideW() == 0 && p / shape.strideH() < shape.p()
          && q / shape.strideW() < shape.q()) {
        long pixel = p / shape.strideH() * shape.q() + q / shape.strideW();
        for (int k = first; k < first + shape.groupFilters(); k++) {
          double dy = left[k] == 0 ? Double.NaN : at(problem.dy(), index(n, k, pixel, shape.k(), shape.pixels()));
          if (Double.isFinite(dy)) {
            add(k, c % shape.groupChannels(), tap, dy * image);
          }
        }
      }
    }
  }

  private void add(int k, int c, int tap, double product) {
    int channels = shape.groupChannels();
    long inside = shape.nhwc() ? (long) tap * channels + c : (long) c * shape.r() * shape.s() + tap;
    boolean wide = problem.storage() == ElementType.F64;
    long to = problem.dw() + (k * (long) shape.depth() + inside) * problem.storage().compute().bytes();
    double before = wide ? Raw.getDouble(to) : Raw.getFloat(to);
    double after = before + product;
    if (wide) {
      Raw.putDouble(to, Double.isNaN(after) ? Double.NaN : after);
    } else {
      Raw.putFloat(to, Double.isNaN(after) ? Float.NaN : (float) after);
    }
    if (Double.isNaN(after) && !Double.isNaN(before)) {
      left[k]--;
    }
  }
}
