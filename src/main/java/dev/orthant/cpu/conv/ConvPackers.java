package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.PanelPacker;
import dev.orthant.cpu.gemm.PanelWriter;
import dev.orthant.cpu.gemm.StridedPacker;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;

/**
 * The operands of a convolution as a matrix product, packed straight from a {@link PaddedImage}: the im2col matrix is
 * never formed, only the panels that a block needs.
 *
 * <p>The depth index runs over (channel, tap row, tap) for planes, over (tap row, tap, channel) with channels last.
 */
final class ConvPackers {
  private ConvPackers() {}

  /** For each depth index the offset of its tap in a padded image of {@code groupChannels} channels. */
  static long[] imageTaps(ConvShape shape, PaddedImage image) {
    long[] taps = new long[shape.depth()];
    forEachTap(shape, (index, channel, i, j) -> taps[index] = image.tap(channel, i, j));
    return taps;
  }

  /** For each depth index the offset of its weight from the filter's first. */
  static long[] weightTaps(ConvShape shape, ConvTensors.WeightStrides strides) {
    long[] taps = new long[shape.depth()];
    forEachTap(shape, (index, channel, i, j) -> taps[index] =
        channel * strides.channel() + i * strides.tapRow() + j * strides.tap());
    return taps;
  }

  private interface TapVisitor {
    void visit(int index, int channel, int i, int j);
  }

  private static void forEachTap(ConvShape shape, TapVisitor visitor) {
    int channels = shape.groupChannels();
    int taps = shape.r() * shape.s();
    for (int channel = 0; channel < channels; channel++) {
      for (int tap = 0; tap < taps; tap++) {
        int index = shape.nhwc() ? tap * channels + channel : channel * taps + tap;
        visitor.visit(index, channel, tap / shape.s(), tap % shape.s());
      }
    }
  }

  /** The filters of a group by (filter, depth): rows for planes, columns with channels last. */
  static PanelPacker weights(
      PanelWriter writer, ElementType storage, ConvShape shape, ConvTensors.WeightStrides strides, long address) {
    long[] taps = weightTaps(shape, strides);
    long step = taps.length > 1 ? taps[1] - taps[0] : storage.bytes();
    boolean uniform = true;
    for (int i = 0; i < taps.length; i++) {
      uniform &= taps[i] == i * step;
    }
    if (uniform) {
      return new StridedPacker(writer, storage, address, strides.filter(), step);
    }
    int run = shape.nhwc() ? shape.groupChannels() : shape.s();
    long runStep = shape.nhwc() ? strides.channel() : strides.tap();
    return new Runs(writer, storage, taps, run, runStep, i -> address + i * strides.filter());
  }

  /** Output pixels by (pixel, depth), channels last. */
  static PanelPacker pixels(
      PanelWriter writer, ElementType element, ConvShape shape, PaddedImage image, long[] taps, long copy) {
    int run = shape.groupChannels() * (shape.dilationW() == 1 ? shape.s() : 1);
    return new Runs(writer, element, taps, run, element.bytes(),
        i -> copy + image.pixel((int) (i / shape.q()), (int) (i % shape.q())));
  }

  /** Address of what row or column {@code i} reads at offset 0. */
  private interface Base {
    long of(long i);
  }

  /**
   * An operand whose depth comes in runs of constant stride.
   *
   * @param taps offset of each depth index; within a run they rise by {@code step}
   */
  private record Runs(PanelWriter writer, ElementType storage, long[] taps, int run, long step, Base base)
      implements PanelPacker {
    @Override
    public void pack(long first, int count, long k0, int k, int kPadded, int width, long to) {
      int size = storage.compute().bytes();
      int end = (int) k0 + k;
      for (int i = 0; i < count; i += width) {
        long panel = to + (long) (i / width) * kPadded * width * size;
        int lanes = Math.min(width, count - i);
        for (int lane = 0, same; lane < lanes; lane += same) {
          long from = base.of(first + i + lane);
          long stride = lanes - lane > 1 ? base.of(first + i + lane + 1) - from : 0;
          same = sameStride(first + i + lane, from, stride, lanes - lane);
          for (int p = (int) k0, next; p < end; p = next) {
            next = Math.min(end, (p / run + 1) * run);
            long target = panel + ((p - k0) * width + lane) * size;
            writer.gatherLanes(storage, from + taps[p], stride, step, next - p, same, width, target);
          }
        }
        for (int lane = lanes; lane < width; lane++) {
          PanelWriter.zeroLane(panel + (long) lane * size, k, width, size);
        }
        Raw.zero(panel + (long) k * width * size, (long) (kPadded - k) * width * size);
      }
    }

    /** How many of the next {@code most} rows start at a constant distance. */
    private int sameStride(long i, long from, long stride, int most) {
      int n = 1;
      while (n < most && base.of(i + n) == from + n * stride) {
        n++;
      }
      return n;
    }
  }

  /** Output pixels by (pixel, depth), planes. Lanes are runs of pixels, of which a vector spans at most two rows. */
  record Planes(PanelWriter writer, ElementType element, ConvShape shape, PaddedImage image, long[] taps, long copy)
      implements PanelPacker {
    @Override
    public void pack(long first, int count, long k0, int k, int kPadded, int width, long to) {
      int size = element.bytes();
      int lanes = writer.lanes(element);
      int padded = (count + width - 1) / width * width;
      for (int i = 0; i < padded; i += lanes) {
        long panel = to + (long) (i / width) * kPadded * width * size;
        long target = panel + (long) (i % width) * size;
        if (i + lanes <= count && (lanes <= shape.q() || lanes == 1)) {
          vector(first + i, lanes, (int) k0, k, width, target);
        } else {
          for (int lane = 0; lane < lanes; lane++) {
            lane(first, i + lane, count, (int) k0, k, width, target + (long) lane * size);
          }
        }
        if (i % width == 0) {
          Raw.zero(panel + (long) k * width * size, (long) (kPadded - k) * width * size);
        }
      }
    }

    private void vector(long pixel, int lanes, int k0, int k, int width, long to) {
      int y = (int) (pixel / shape.q());
      int x = (int) (pixel % shape.q());
      int split = Math.min(lanes, shape.q() - x);
      long from = copy + image.pixel(y, x);
      long second = split == lanes ? from : copy + image.pixel(y + 1, 0) - (long) split * element.bytes();
      writer.gatherTaps(element, from, second, split, taps, k0, k, width, to);
    }

    private void lane(long first, int i, int count, int k0, int k, int width, long to) {
      if (i < count) {
        long pixel = first + i;
        long from = copy + image.pixel((int) (pixel / shape.q()), (int) (pixel % shape.q()));
        PanelWriter.gatherTapLane(element, from, taps, k0, k, width, to);
      } else {
        PanelWriter.zeroLane(to, k, width, element.bytes());
      }
    }
  }
}
