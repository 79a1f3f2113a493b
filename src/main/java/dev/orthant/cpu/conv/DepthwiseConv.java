package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.GemmKernels;
import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.TileEpilogue;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Scratch;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Summation;
import java.util.Arrays;

/**
 * Depthwise convolution, one channel per group and one or more filters per channel, directly: each row of output is a
 * sum over taps of a row of the padded image times a weight. Vectors run along the pixels of a row for planes, along
 * the channels with channels last. Each element is one chain of fused multiply-adds in the order of the taps; of very
 * many taps a few such blocks, added with compensation.
 */
final class DepthwiseConv {
  private final GemmKernels kernels;
  private final WorkerPool pool;

  DepthwiseConv(GemmKernels kernels, WorkerPool pool) {
    this.kernels = kernels;
    this.pool = pool;
  }

  /**
   * Computes the convolution; {@code shape.groups()} equals {@code shape.c()}. The epilogue is called row by row: with
   * planes for one filter and the q pixels of an output row, with channels last for one pixel and all filters.
   */
  void run(ConvShape shape, ConvTensors tensors) {
    if (shape.n() == 0 || shape.k() == 0 || shape.pixels() == 0) {
      return;
    }
    Scratch shared = pool.borrow();
    try {
      long weights = packWeights(shape, tensors, shared);
      if (shape.nhwc()) {
        int step = Math.max(1, shape.p() / Math.max(1, 4 * pool.threads() / shape.n()));
        int parts = (shape.p() + step - 1) / step;
        for (int n = 0; n < shape.n(); n++) {
          pixels(shape, tensors, weights, n, step, parts, shared);
        }
      } else {
        pool.parallel((long) shape.n() * shape.c(),
            (i, own) -> plane(shape, tensors, weights, (int) (i / shape.c()), (int) (i % shape.c()), own));
      }
    } finally {
      pool.giveBack(shared);
    }
  }

  /** Weights as (tap, filter) in the compute type. */
  private long packWeights(ConvShape shape, ConvTensors tensors, Scratch shared) {
    int size = tensors.storage().compute().bytes();
    int taps = shape.r() * shape.s();
    long to = shared.get(Scratch.Slot.PREPACKED, (long) taps * shape.k() * size);
    ConvTensors.WeightStrides strides = tensors.strides();
    for (int tap = 0; tap < taps; tap++) {
      long from = tensors.weights() + tap / shape.s() * strides.tapRow() + tap % shape.s() * strides.tap();
      kernels.writer().gatherLanes(tensors.storage(), from, 0, strides.filter(), shape.k(), 1, 1,
          to + (long) tap * shape.k() * size);
    }
    return to;
  }

  private static long[] taps(ConvShape shape, PaddedImage image) {
    long[] taps = new long[shape.r() * shape.s()];
    for (int tap = 0; tap < taps.length; tap++) {
      taps[tap] = image.tap(0, tap / shape.s(), tap % shape.s());
    }
    return taps;
  }

  /** The taps of one block after another. */
  private static long[][] blocks(long[] taps) {
    int block = (int) Summation.DOT.block();
    long[][] blocks = new long[Math.max(1, (taps.length + block - 1) / block)][];
    for (int b = 0; b < blocks.length; b++) {
      blocks[b] = Arrays.copyOfRange(taps, b * block, Math.min(taps.length, (b + 1) * block));
    }
    return blocks;
  }

  /**
   * One row of output, as {@link PanelWriter#depthwise} makes it of a block of taps.
   *
   * @param more room for three more rows if there are several blocks
   */
  private void row(ElementType element, long image, long[][] blocks, long weights, long weightStride, boolean perLane,
      int count, long acc, long more) {
    PanelWriter writer = kernels.writer();
    if (blocks.length == 1) {
      writer.depthwise(element, image, blocks[0], weights, weightStride, perLane, count, acc);
      return;
    }
    long bytes = (long) count * element.bytes();
    Raw.zero(more, 2 * bytes);
    long from = weights;
    for (long[] taps : blocks) {
      writer.depthwise(element, image, taps, from, weightStride, perLane, count, more + 2 * bytes);
      writer.addCompensated(element, more + 2 * bytes, more, more + bytes, count);
      from += taps.length * weightStride;
    }
    writer.settle(element, more, more + bytes, acc, count);
  }

  private void plane(ConvShape shape, ConvTensors tensors, long weights, int n, int channel, Scratch own) {
    ElementType element = tensors.storage().compute();
    int size = element.bytes();
    PaddedImage image = new PaddedImage(shape, tensors.storage(), 1, 1);
    long copy = own.get(Scratch.Slot.IMAGE, image.bytes());
    long plane = (long) shape.h() * shape.w();
    image.fill(tensors.x() + ((long) n * shape.c() + channel) * plane * tensors.storage().bytes(), copy, 0,
        image.rows());
    int multiplier = shape.groupFilters();
    long[][] blocks = blocks(taps(shape, image));
    long row = own.get(Scratch.Slot.TILE, 4L * shape.q() * size);
    for (int f = channel * multiplier; f < (channel + 1) * multiplier; f++) {
      ConvTensors.ImageEpilogue chosen = tensors.epilogue();
      TileEpilogue epilogue = chosen == null ? null : chosen.of(n, f);
      for (int y = 0; y < shape.p(); y++) {
        long acc = epilogue != null
            ? row : tensors.y() + (((long) n * shape.k() + f) * shape.pixels() + (long) y * shape.q()) * size;
        row(element, copy + image.pixel(y, 0), blocks, weights + (long) f * size, (long) shape.k() * size, false,
            shape.q(), acc, row + (long) shape.q() * size);
        if (epilogue != null) {
          epilogue.apply(acc, (long) shape.q() * size, 0, (long) y * shape.q(), 1, shape.q());
        }
      }
    }
  }

  private void pixels(
      ConvShape shape, ConvTensors tensors, long weights, int n, int step, int parts, Scratch shared) {
    ElementType element = tensors.storage().compute();
    int size = element.bytes();
    PaddedImage image = new PaddedImage(shape, tensors.storage(), shape.c(), shape.groupFilters());
    long copy = shared.get(Scratch.Slot.IMAGE, image.bytes());
    long from = tensors.x() + (long) n * shape.h() * shape.w() * shape.c() * tensors.storage().bytes();
    pool.parallel(image.rows(), (row, _) -> image.fill(from, copy, row, row + 1));
    long[][] blocks = blocks(taps(shape, image));
    ConvTensors.ImageEpilogue chosen = tensors.epilogue();
    TileEpilogue epilogue = chosen == null ? null : chosen.of(n, 0);
    pool.parallel(parts, (part, own) -> {
      long row = own.get(Scratch.Slot.TILE, 4L * shape.k() * size);
      long end = Math.min(shape.p(), (part + 1) * step) * shape.q();
      for (long pixel = part * step * shape.q(); pixel < end; pixel++) {
        long acc = epilogue != null ? row : tensors.y() + (n * shape.pixels() + pixel) * shape.k() * size;
        long at = copy + image.pixel((int) (pixel / shape.q()), (int) (pixel % shape.q()));
        row(element, at, blocks, weights, (long) shape.k() * size, true, shape.k(), acc,
            row + (long) shape.k() * size);
        if (epilogue != null) {
          epilogue.apply(acc, (long) shape.k() * size, pixel, 0, 1, shape.k());
        }
      }
    });
  }
}
