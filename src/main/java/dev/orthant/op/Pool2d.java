package dev.orthant.op;

import dev.orthant.core.DTypeException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.reference.CompensatedSum;

import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Two-dimensional pooling of images (n, c, h, w) or (n, h, w, c): each output is the largest, the average or the p-norm
 * of the elements under a window of {@code height} × {@code width}.
 *
 * <p>MAX ignores padding (a NaN wins). AVERAGE divides by the number of the window's elements that lie inside the
 * image, or where {@code countPadding} inside the padded image: that is the window's size unless it hangs over the end.
 * LP is (Σ|x|^p)^(1/p) over the elements inside, as ONNX LpPool, finite wherever that is, and for p = ∞ the largest
 * magnitude. A window may not lie wholly in the padding.
 *
 * <p>The outputs along an axis are ⌊(extent + pads − dilation·(size − 1) − 1)/stride⌋ + 1; where {@code ceil}, rounded
 * up, without a last window that would begin behind the image and the padding before it. This and the divisor are those
 * of PyTorch's {@code ceil_mode} and of ONNX's since opset 19.
 *
 * @param p of LP, ≥ 1, or ∞; not used by the others
 * @param ceil whether the last window of an axis may hang over the padded image
 */
public record Pool2d(Kind kind, int height, int width, Window window, Layout layout, boolean countPadding, double p,
    boolean ceil) implements Op {
  /** Windows that lie in the padded image as a whole. */
  public Pool2d(Kind kind, int height, int width, Window window, Layout layout, boolean countPadding, double p) {
    this(kind, height, width, window, layout, countPadding, p, false);
  }

  /** The last window of each axis may hang over the end. */
  public Pool2d ceilMode() {
    return new Pool2d(kind, height, width, window, layout, countPadding, p, true);
  }

  /** What a window becomes. */
  public enum Kind {
    MAX,
    AVERAGE,
    LP
  }

  /** The extents: images, channels, height, width; output height and width. */
  public record Extents(long n, long c, long h, long w, long p, long q) {}

  /** Takes the elements of the input under a window, one by one. */
  @FunctionalInterface
  public interface Visitor {
    /** Takes the row-major place of one element. */
    void element(long index);
  }

  @Override
  public String name() {
    return "pool2d";
  }

  /** The extents of input and output for images {@code x}. */
  public Extents extents(TensorSpec x) {
    int ha = layout.heightAxis();
    long h = x.shape().dim(ha);
    long w = x.shape().dim(ha + 1);
    long p = window.outputHeight(h, height);
    long q = window.outputWidth(w, width);
    if (ceil) {
      p += hangsOver(h, window.padTop(), window.padBottom(), window.dilationH(), height, window.strideH(), p);
      q += hangsOver(w, window.padLeft(), window.padRight(), window.dilationW(), width, window.strideW(), q);
    }
    return new Extents(x.shape().dim(0), x.shape().dim(layout.channelAxis()), h, w, p, q);
  }

  /**
   * 1 where a window more, of number {@code outputs}, is needed for the last elements and begins before them, else 0.
   */
  private static long hangsOver(long extent, int before, int after, int dilation, int size, int stride, long outputs) {
    long end = (outputs - 1) * stride + (long) dilation * (size - 1) + 1;
    return end < extent + before + after && outputs * stride < extent + before ? 1 : 0;
  }

  /** How many rows of output row {@code row}'s windows AVERAGE counts: those inside the image, or the padded image. */
  public long countedRows(Extents e, long row) {
    return counted(row * window.strideH() - window.padTop(), window.dilationH(), height, e.h, window.padTop(),
        window.padBottom());
  }

  /** The same of the columns. */
  public long countedColumns(Extents e, long column) {
    return counted(column * window.strideW() - window.padLeft(), window.dilationW(), width, e.w, window.padLeft(),
        window.padRight());
  }

  private long counted(long from, int dilation, int size, long extent, int before, int after) {
    long low = countPadding ? -before : 0;
    long high = countPadding ? extent + after : extent;
    long count = 0;
    for (int i = 0; i < size; i++) {
      long at = from + (long) i * dilation;
      count += at >= low && at < high ? 1 : 0;
    }
    return count;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    if (inputs.size() != 1 || inputs.getFirst().shape().rank() != 4) {
      throw new ShapeException("pool2d: takes 1 input of rank 4, got " + inputs);
    }
    TensorSpec x = inputs.getFirst();
    if (!x.dtype().isFloating()) {
      throw new DTypeException("pool2d: takes f16 bf16 f32 f64, got " + x);
    }
    int ha = layout.heightAxis();
    String fault = window.fault(x.shape().dim(ha), x.shape().dim(ha + 1), height, width);
    if (!fault.isEmpty() || height < 1 || width < 1) {
      throw new ShapeException("pool2d: window " + height + " x " + width + " of " + x + ": "
          + (fault.isEmpty() ? "must be at least 1 x 1" : fault));
    }
    if (kind == Kind.LP && !(p >= 1)) {
      throw new ShapeException("pool2d: the p-norm needs p of at least 1, got " + p);
    }
    Extents e = extents(x);
    if (e.p < 1 || e.q < 1) {
      throw new ShapeException("pool2d: the window " + height + " x " + width + " does not fit the padded image " + x);
    }
    if (outside(e.h, e.p, window.strideH(), window.dilationH(), height, window.padTop())
        || outside(e.w, e.q, window.strideW(), window.dilationW(), width, window.padLeft())) {
      throw new ShapeException("pool2d: a window of " + height + " x " + width + " lies wholly in the padding of " + x
          + ", " + window);
    }
    return List.of(layout == Layout.NCHW ? TensorSpec.of(x.dtype(), e.n, e.c, e.p, e.q)
        : TensorSpec.of(x.dtype(), e.n, e.p, e.q, e.c));
  }

  /** Whether some window along one axis touches no element. */
  private static boolean outside(long extent, long outputs, int stride, int dilation, int size, int pad) {
    // Windows that begin in the image touch it. Of those that begin before it each is asked for its first place that is
    // not; there are no more than pad/stride + 1 of them. Of those that begin behind it, the last says it for all.
    for (long o = 0; o < outputs && o * stride < pad; o++) {
      long before = pad - o * stride;
      long r = Math.ceilDiv(before, dilation);
      if (r >= size || r * dilation - before >= extent) {
        return true;
      }
    }
    return extent == 0 || (outputs - 1) * stride - pad >= extent;
  }

  /**
   * Names the input's elements under the window of an output, in row-major order of the window. The definition of the
   * op.
   */
  public void elements(TensorSpec x, long output, Visitor visitor) {
    Extents e = extents(x);
    boolean nchw = layout == Layout.NCHW;
    long c = nchw ? output / (e.p * e.q) % e.c : output % e.c;
    long q = nchw ? output % e.q : output / e.c % e.q;
    long p0 = nchw ? output / e.q % e.p : output / (e.c * e.q) % e.p;
    long n = output / (e.c * e.p * e.q);
    for (long r = 0; r < height; r++) {
      for (long s = 0; s < width; s++) {
        long y = p0 * window.strideH() - window.padTop() + r * window.dilationH();
        long at = q * window.strideW() - window.padLeft() + s * window.dilationW();
        if (y >= 0 && y < e.h && at >= 0 && at < e.w) {
          visitor.element(nchw ? ((n * e.c + c) * e.h + y) * e.w + at : ((n * e.h + y) * e.w + at) * e.c + c);
        }
      }
    }
  }

  /** What AVERAGE divides by. */
  public long divisor(TensorSpec x, long output) {
    Extents e = extents(x);
    boolean nchw = layout == Layout.NCHW;
    long column = nchw ? output % e.q : output / e.c % e.q;
    long row = nchw ? output / e.q % e.p : output / (e.c * e.q) % e.p;
    return countedRows(e, row) * countedColumns(e, column);
  }

  /** What LP makes of an output's window: powers of the magnitudes over the largest, so that none overflows. */
  public double norm(TensorSpec x, long output, LongToDoubleFunction values) {
    double[] largest = {0};
    elements(x, output, at -> largest[0] = Math.max(largest[0], Math.abs(values.applyAsDouble(at))));
    double most = largest[0];
    if (!(most > 0 && most < Double.POSITIVE_INFINITY) || p == Double.POSITIVE_INFINITY) {
      return most;
    }
    CompensatedSum sum = new CompensatedSum();
    elements(x, output, at -> sum.add(Math.pow(Math.abs(values.applyAsDouble(at)) / most, p)));
    return most * Math.pow(sum.value(), 1 / p);
  }

  @Override
  public double flops(List<TensorSpec> inputs) {
    return (double) infer(inputs).getFirst().shape().elements() * height * width;
  }

  @Override
  public double[][] reference(List<TensorSpec> inputs, double[][] values) {
    TensorSpec x = inputs.getFirst();
    double[] y = new double[Math.toIntExact(infer(inputs).getFirst().shape().elements())];
    for (int i = 0; i < y.length; i++) {
      if (kind == Kind.LP) {
        y[i] = norm(x, i, at -> values[0][(int) at]);
        continue;
      }
      double[] largest = {Double.NEGATIVE_INFINITY};
      CompensatedSum sum = new CompensatedSum();
      elements(x, i, at -> {
        double v = values[0][(int) at];
        largest[0] = Math.max(largest[0], v);
        sum.add(v);
      });
      y[i] = kind == Kind.MAX ? largest[0] : sum.value() / divisor(x, i);
    }
    return new double[][] {y};
  }
}
