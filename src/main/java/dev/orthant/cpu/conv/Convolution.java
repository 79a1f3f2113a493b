package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.Gemm;
import dev.orthant.cpu.gemm.GemmKernels;
import dev.orthant.cpu.gemm.PackedOperand;
import dev.orthant.cpu.gemm.PanelPacker;
import dev.orthant.cpu.gemm.StridedPacker;
import dev.orthant.cpu.gemm.TileEpilogue;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as implicit matrix product: for each image and group, (filters × depth)·(depth × pixels) for planes,
 * (pixels × depth)·(depth × filters) with channels last. Weights are packed once per call; each image is copied once,
 * padded and converted; panels of the im2col matrix are packed from that copy into the cache of the thread that uses
 * them. Depthwise convolutions go to {@link DepthwiseConv}.
 */
public final class Convolution {
  private static final long ALIGN = 64;

  private final GemmKernels kernels;
  private final WorkerPool pool;
  private final Gemm gemm;

  Convolution(GemmKernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
    this.gemm = new Gemm(kernels, pool);
  }

  /** Computes the convolution on all threads: images and groups side by side if there are enough, else within each. */
  public void run(ConvShape shape, ConvTensors tensors) {
    if (shape.n() == 0 || shape.k() == 0 || shape.pixels() == 0) {
      return;
    }
    if (shape.depthwise() && tensors.strides().even(shape)) {
      new DepthwiseConv(kernels, pool).run(shape, tensors);
      return;
    }
    Scratch shared = pool.borrow();
    try {
      Call call = new Call(shape, tensors, shared);
      long parts = (long) shape.n() * shape.groups();
      if (pool.threads() > 1 && parts >= pool.threads()) {
        pool.parallel(parts, (part, own) -> call.part(part, own, false));
      } else {
        for (long part = 0; part < parts; part++) {
          call.part(part, shared, true);
        }
      }
    } finally {
      pool.giveBack(shared);
    }
  }

  /** What all images of one call have in common. */
  private final class Call {
    private final ConvShape shape;
    private final ConvTensors tensors;
    private final ElementType element;
    private final PackedOperand[] weights;
    private final PaddedImage image;
    private final long[] taps;

    Call(ConvShape shape, ConvTensors tensors, Scratch shared) {
      this.shape = shape;
      this.tensors = tensors;
      this.element = tensors.storage().compute();
      this.weights = new PackedOperand[shape.groups()];
      this.image = new PaddedImage(shape, tensors.storage(), shape.groupChannels(), 1);
      this.taps = ConvPackers.imageTaps(shape, image);
      packWeights(shared);
    }

    private void packWeights(Scratch shared) {
      int filters = shape.groupFilters();
      int depth = shape.depth();
      long bytes = shape.nhwc() ? gemm.packedBBytes(filters, depth) : gemm.packedABytes(filters, depth);
      long stride = (bytes + ALIGN - 1) / ALIGN * ALIGN;
      long address = shared.get(Scratch.Slot.PREPACKED, stride * shape.groups());
      for (int g = 0; g < shape.groups(); g++) {
        long from = tensors.weights() + g * tensors.strides().group();
        PanelPacker packer =
            ConvPackers.weights(kernels.writer(), tensors.storage(), shape, tensors.strides(), from);
        weights[g] = shape.nhwc()
            ? gemm.packB(packer, filters, depth, address + g * stride)
            : gemm.packA(packer, filters, depth, address + g * stride);
      }
    }

    /** One image and group. */
    void part(long part, Scratch scratch, boolean wholePool) {
      int n = (int) (part / shape.groups());
      int g = (int) (part % shape.groups());
      PanelPacker pixels = shape.pointwise() ? pointwise(n, g) : copied(n, g, scratch, wholePool);
      Gemm.Output output = output(n, g);
      ConvTensors.ImageEpilogue chosen = tensors.epilogue();
      TileEpilogue epilogue = chosen == null ? null : chosen.of(n, g * shape.groupFilters());
      Gemm.Product product = shape.nhwc()
          ? new Gemm.Product(shape.pixels(), shape.groupFilters(), shape.depth(), pixels, weights[g], output, epilogue)
          : new Gemm.Product(shape.groupFilters(), shape.pixels(), shape.depth(), weights[g], pixels, output, epilogue);
      if (wholePool) {
        gemm.run(product);
      } else {
        gemm.runSerial(product, scratch);
      }
    }

    private long source(int n, int g) {
      long channel = (long) g * shape.groupChannels();
      long plane = (long) shape.h() * shape.w();
      long start = n * plane * shape.c() + (shape.nhwc() ? channel : channel * plane);
      return tensors.x() + start * tensors.storage().bytes();
    }

    /** A 1 × 1 convolution reads the image where it lies. */
    private PanelPacker pointwise(int n, int g) {
      long bytes = tensors.storage().bytes();
      return shape.nhwc()
          ? new StridedPacker(kernels.writer(), tensors.storage(), source(n, g), shape.c() * bytes, bytes)
          : new StridedPacker(kernels.writer(), tensors.storage(), source(n, g), bytes, shape.pixels() * bytes);
    }

    private PanelPacker copied(int n, int g, Scratch scratch, boolean wholePool) {
      long copy = scratch.get(Scratch.Slot.IMAGE, image.bytes());
      long from = source(n, g);
      if (wholePool && image.bytes() > 64 << 10) {
        long step = Math.max(1, image.rows() / (4L * pool.threads()));
        pool.parallel((image.rows() + step - 1) / step,
            (i, _) -> image.fill(from, copy, i * step, Math.min(image.rows(), (i + 1) * step)));
      } else {
        image.fill(from, copy, 0, image.rows());
      }
      return shape.nhwc()
          ? ConvPackers.pixels(kernels.writer(), element, shape, image, taps, copy)
          : new ConvPackers.Planes(kernels.writer(), element, shape, image, taps, copy);
    }

    private Gemm.@Nullable Output output(int n, int g) {
      if (tensors.y() == 0) {
        return null;
      }
      long filter = (long) g * shape.groupFilters();
      long start = n * shape.pixels() * shape.k() + (shape.nhwc() ? filter : filter * shape.pixels());
      long row = shape.nhwc() ? shape.k() : shape.pixels();
      return new Gemm.Output(tensors.y() + start * element.bytes(), row * element.bytes());
    }
  }
}
