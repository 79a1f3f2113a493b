package dev.orthant.tensor;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.expr.Activations;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of {@link Tensor} that multiplies matrices, convolves, pools and normalises. */
public sealed interface ProductOps permits Tensor {
  private Tensor self() {
    return (Tensor) this;
  }

  /**
   * The matrix product: this (…, m, k) · {@code rhs} (…, k, n) = (…, m, n); leading axes broadcast. A vector (k) on the
   * left is a row and on the right a column, and that axis goes: (k) · (k, n) = (n), (m, k) · (k) = (m), (k) · (k) =
   * ().
   *
   * <p>Operands of one floating type give that type. Two types meet in one, which the result has: floating ones in the
   * wider (F16 and BF16 in F32), an integer in the other's floating type, integers in that of
   * {@link dev.orthant.op.Pointwise#integers}. Integers are multiplied and summed in 64 bits: exact, and what the type
   * cannot hold wraps around, as in PyTorch. Each operand's gradient has its own type; integers have none.
   */
  default Tensor matMul(Tensor rhs) {
    return matMul(rhs, MathMode.standard());
  }

  /** The matrix product, F32 operands multiplied as {@code math} says. */
  default Tensor matMul(Tensor rhs, MathMode math) {
    return new MatrixProduct(MatMul.PLAIN.math(math)).of(self(), rhs);
  }

  /**
   * The matrix product with operands' last two axes taken as transposed:
   * {@code x.matMul(w, MatMul.PLAIN.rhsTransposed())} is x·wᵀ. F32 operands are multiplied as {@code how} says, and
   * where it says nothing but true F32 as {@link MathMode#standard} does.
   *
   * @throws InvalidInputException when {@code how} has an epilogue: that is given by calls on the result
   */
  default Tensor matMul(Tensor rhs, MatMul how) {
    requireNoEpilogue("matMul", how);
    return new MatrixProduct(how.math(how.math().orStandard())).of(self(), rhs);
  }

  /**
   * Convolution of these images with {@code filters}; shapes as {@link Layout} says. F32 operands are multiplied as
   * {@code how} says, and where it says nothing but true F32 as {@link MathMode#standard} does.
   */
  default Tensor conv2d(Tensor filters, Conv2d how) {
    return self().product(plain("conv2d", how), filters);
  }

  /**
   * One-dimensional convolution: signals (n, c, l) with filters (k, c/groups, s), or (n, l, c) with (k, s, c/groups) in
   * NHWC; only the width of {@code how}'s window counts.
   */
  default Tensor conv1d(Tensor filters, Conv2d how) {
    if (self().shape().rank() != 3 || filters.shape().rank() != 3) {
      throw new ShapeException("conv1d: takes rank 3 signals and filters, got " + self().spec() + ", " + filters.spec()
          + " (on " + self().device().name() + ")");
    }
    int axis = how.layout().heightAxis();
    try (Tensor image = self().expandDims(axis);
        Tensor wide = filters.expandDims(axis);
        Tensor y = image.conv2d(wide, alongWidth(how))) {
      return y.squeeze(axis);
    }
  }

  /** That convolution for images one row high. */
  private static Conv2d alongWidth(Conv2d how) {
    Window w = how.window();
    return new Conv2d(new Window(1, w.strideW(), 0, w.padLeft(), 0, w.padRight(), 1, w.dilationW()), how.groups(),
        how.layout(), how.epilogue(), how.math());
  }

  /**
   * One-dimensional transposed convolution: signals (n, k, q) with filters (k, c/groups, s) give (n, c, l), in NHWC (n,
   * q, k) with (k, s, c/groups) give (n, l, c); only the width of {@code how}'s window counts. See
   * {@link #convTranspose2d(Tensor, Conv2d, int)}.
   */
  default Tensor convTranspose1d(Tensor filters, Conv2d how, int extra) {
    if (self().shape().rank() != 3 || filters.shape().rank() != 3) {
      throw new ShapeException("convTranspose1d: takes rank 3 signals and filters, got " + self().spec() + ", "
          + filters.spec() + " (on " + self().device().name() + ")");
    }
    int axis = how.layout().heightAxis();
    try (Tensor image = self().expandDims(axis);
        Tensor wide = filters.expandDims(axis);
        Tensor y = image.convTranspose2d(wide, alongWidth(how), 0, extra)) {
      return y.squeeze(axis);
    }
  }

  /**
   * Transposed convolution: the gradient of {@code how} by its images, so (n, k, p, q) becomes (n, c, h, w) with
   * filters (k, c/groups, r, s), h = (p − 1)·stride − pads + dilation·(r − 1) + 1 + {@code extra}.
   *
   * @param extra rows and columns more at the end (output padding), less than the stride or than the dilation, as
   * PyTorch has it
   */
  default Tensor convTranspose2d(Tensor filters, Conv2d how, int extra) {
    return convTranspose2d(filters, how, extra, extra);
  }

  /**
   * As {@link #convTranspose2d(Tensor, Conv2d, int)}, with as many rows more as {@code extraRows}, and columns
   * likewise.
   */
  default Tensor convTranspose2d(Tensor filters, Conv2d how, int extraRows, int extraColumns) {
    Window w = how.window();
    int axis = how.layout().heightAxis();
    if (self().shape().rank() != 4 || filters.shape().rank() != 4) {
      throw new ShapeException(
          "convTranspose2d: takes rank 4 images and filters, got " + self().spec() + ", " + filters.spec()
              + " (on " + self().device().name() + ")");
    }
    if (extraRows < 0 || extraRows >= Math.max(w.strideH(), w.dilationH()) || extraColumns < 0
        || extraColumns >= Math.max(w.strideW(), w.dilationW())) {
      throw new ShapeException("convTranspose2d: extra rows and columns " + extraRows + ", " + extraColumns
          + " must be from 0 to less than the stride or than the dilation of " + w + ", of " + self().spec() + ", "
          + filters.spec() + " (on " + self().device().name() + ")");
    }
    // What a stride cannot leave over comes out of the padding at the end, and behind that are zeros.
    int moreRows = Math.max(0, extraRows - w.strideH() + 1);
    int moreColumns = Math.max(0, extraColumns - w.strideW() + 1);
    Window less = w.padding(w.padTop(), w.padLeft(), Math.max(0, w.padBottom() - moreRows),
        Math.max(0, w.padRight() - moreColumns));
    int zeroRows = moreRows - (w.padBottom() - less.padBottom());
    int zeroColumns = moreColumns - (w.padRight() - less.padRight());
    long h = transposed(self().shape().dim(axis), w.strideH(), (long) w.padTop() + w.padBottom(), w.dilationH(),
        filters.shape().dim(axis), extraRows - zeroRows);
    long width = transposed(self().shape().dim(axis + 1), w.strideW(), (long) w.padLeft() + w.padRight(), w.dilationW(),
        filters.shape().dim(axis + 1), extraColumns - zeroColumns);
    Conv2d forward = plain("convTranspose2d",
        new Conv2d(less, how.groups(), how.layout(), how.epilogue(), how.math()));
    Tensor y = self().product(new Conv2dBackwardData(forward, h, width, Epilogue.NONE), filters);
    if (zeroRows == 0 && zeroColumns == 0) {
      return y;
    }
    try (y; Tensor rows = y.pad(axis, 0, zeroRows, 0)) {
      return rows.pad(axis + 1, 0, zeroColumns, 0);
    }
  }

  private long transposed(long extent, int stride, long pads, int dilation, long filter, int extra) {
    try {
      return Math.addExact(Math.multiplyExact(extent - 1, (long) stride) - pads,
          Math.addExact(Math.multiplyExact(dilation, filter - 1), 1L + extra));
    } catch (ArithmeticException _) {
      throw new ShapeException(
          "convTranspose2d: the image that becomes of " + self().spec() + " is larger than a long can count");
    }
  }

  private static Conv2d plain(String name, Conv2d how) {
    requireNoEpilogue(name, how);
    return how.math(how.math().orStandard());
  }

  private static void requireNoEpilogue(String name, Contraction how) {
    if (!how.epilogue().isIdentity()) {
      throw new InvalidInputException(
          name + ": give the epilogue by calls on the result, such as .add(residual).relu()");
    }
  }

  // ---- pooling -----------------------------------------------------------------------------------------------------

  /**
   * Pooling of images (n, c, h, w), in NHWC (n, h, w, c): a window's largest, average or p-norm; see {@link Pool2d} for
   * extents, padding and the gradient.
   */
  default Tensor pool2d(Pool2d how) {
    return Launcher.run("pool2d", how, List.of(self())).getFirst();
  }

  /** The largest of each {@code size} × {@code size} window, {@code stride} apart, in NCHW. */
  default Tensor maxPool2d(int size, int stride) {
    return pool2d(new Pool2d(Pool2d.Kind.MAX, size, size, Window.UNIT.stride(stride, stride), Layout.NCHW, false, 0));
  }

  /** The average of each {@code size} × {@code size} window, {@code stride} apart, in NCHW. */
  default Tensor avgPool2d(int size, int stride) {
    return pool2d(
        new Pool2d(Pool2d.Kind.AVERAGE, size, size, Window.UNIT.stride(stride, stride), Layout.NCHW, false, 0));
  }

  /** The average over each image's height and width, which keep extent 1. */
  default Tensor globalAvgPool2d(Layout layout) {
    return self().mean(true, layout.heightAxis(), layout.heightAxis() + 1);
  }

  /** The largest over each image's height and width, which keep extent 1. */
  default Tensor globalMaxPool2d(Layout layout) {
    return self().max(true, layout.heightAxis(), layout.heightAxis() + 1);
  }

  // ---- normalisation and groups of channels ------------------------------------------------------------------------

  /** Layer norm over the last axis with ε = 10⁻⁵; {@code gamma} and {@code beta} of its extent, or null. */
  default Tensor layerNorm(@Nullable Tensor gamma, @Nullable Tensor beta) {
    return normalized(Normalize.over(-1), self(), gamma, beta);
  }

  /** RMS norm over the last axis with ε = 10⁻⁵. */
  default Tensor rmsNorm(@Nullable Tensor gamma) {
    return normalized(Normalize.over(-1).rms(), self(), gamma, null);
  }

  /** Instance norm of images (n, c, h, w) with ε = 10⁻⁵; {@code gamma} and {@code beta} of shape (c), or null. */
  default Tensor instanceNorm(@Nullable Tensor gamma, @Nullable Tensor beta) {
    return groupNorm(Math.toIntExact(self().shape().dim(1)), gamma, beta);
  }

  /** Group norm of images (n, c, h, w) with ε = 10⁻⁵; {@code gamma} and {@code beta} of shape (c), or null. */
  default Tensor groupNorm(int groups, @Nullable Tensor gamma, @Nullable Tensor beta) {
    long c = self().shape().rank() == 4 ? self().shape().dim(1) : 0;
    if (groups < 1 || c % groups != 0 || c == 0) {
      throw new ShapeException(
          "groupNorm: takes images (n, c, h, w) with c a multiple of " + groups + ", got " + self().spec());
    }
    long[] parts = {self().shape().dim(0), groups, c / groups, self().shape().dim(2), self().shape().dim(3)};
    try (Scope scope = Scope.open()) {
      Tensor g = gamma == null ? null : gamma.reshape(groups, c / groups, 1, 1);
      Tensor b = beta == null ? null : beta.reshape(groups, c / groups, 1, 1);
      return scope
          .keep(normalized(Normalize.over(2, 3, 4), self().reshape(parts), g, b).reshape(self().shape().dims()));
    }
  }

  private static Tensor normalized(Normalize how, Tensor x, @Nullable Tensor gamma, @Nullable Tensor beta) {
    Normalize.Result r = how.apply(x, gamma, beta, null);
    r.mean().close();
    r.variance().close();
    return r.y();
  }

  /**
   * Maxout (Goodfellow et al. 2013): the largest of each {@code pieces} neighbours along an axis, whose extent they
   * divide.
   */
  default Tensor maxout(int axis, int pieces) {
    int a = self().axis("maxout", axis);
    long extent = self().shape().dim(a);
    if (pieces < 1 || extent % pieces != 0) {
      throw new ShapeException("maxout: " + pieces + " pieces do not divide axis " + axis + " of " + self().spec());
    }
    long[] dims =
        self().shape().slice(0, a).append(extent / pieces, pieces)
            .append(self().shape().slice(a + 1, self().shape().rank()).dims()).dims();
    try (Tensor parts = self().reshape(dims)) {
      return parts.max(a + 1);
    }
  }

  /** Concatenated ReLU (Shang et al. 2016): relu(x) and relu(−x), one behind the other along an axis. */
  default Tensor crelu(int axis) {
    try (Tensor up = self().activate(Activations.RELU); Tensor minus = self().neg(); Tensor down = minus.relu()) {
      return Tensor.concat(axis, List.of(up, down));
    }
  }
}
