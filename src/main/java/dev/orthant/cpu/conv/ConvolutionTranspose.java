package dev.orthant.cpu.conv;

import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.walk.StridePhase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a convolution by its images, as convolutions of dy by the transposed filters: one for each
 * {@link StridePhase} along the height and along the width, so that no product with an inserted zero is made.
 */
public final class ConvolutionTranspose {
  private final ConvShape forward;
  private final ElementType storage;
  private final List<StridePhase> rows;
  private final List<StridePhase> columns;

  public ConvolutionTranspose(Call call, Conv2dBackwardData op, ElementType storage) {
    this.forward = ConvShapes.forward(call, op.forward(),
        op.forward().extents(op.images(call.input(0), call.input(1)), call.input(1)));
    this.storage = storage;
    this.rows = StridePhase.of(forward.h(), forward.r(), forward.strideH(), forward.padTop(), forward.dilationH());
    this.columns = StridePhase.of(forward.w(), forward.s(), forward.strideW(), forward.padLeft(), forward.dilationW());
  }

  /** Whether one convolution makes all sums, in the order of the output. */
  public boolean isOneConvolution() {
    return forward.strideH() == 1 && forward.strideW() == 1;
  }

  /** Makes the sums of the one convolution. */
  public void run(Convolution engine, long dy, long weights, long y, ConvTensors.@Nullable ImageEpilogue epilogue) {
    part(engine, rows.getFirst(), columns.getFirst(), dy, weights, y, epilogue);
  }

  /** Makes all sums, each residue's on its own, at {@code sums}: dense, in the layout of the images. */
  public void scatter(Convolution engine, long dy, long weights, long sums) {
    if (rows.stream().anyMatch(r -> r.taps() == 0) || columns.stream().anyMatch(r -> r.taps() == 0)) {
      Raw.zero(sums, (long) forward.n() * forward.c() * forward.h() * forward.w() * storage.compute().bytes());
    }
    for (StridePhase row : rows) {
      for (StridePhase column : columns) {
        if (row.taps() > 0 && column.taps() > 0) {
          part(engine, row, column, dy, weights, 0, (image, channel) -> forward.nhwc()
              ? new Scatter(this, row, column, sums, image, channel)::pixels
              : new Scatter(this, row, column, sums, image, channel)::planes);
        }
      }
    }
  }

  private void part(Convolution engine, StridePhase row, StridePhase column, long dy, long weights, long y,
      ConvTensors.@Nullable ImageEpilogue epilogue) {
    ConvTensors.WeightStrides w = forward.nhwc() ? ConvTensors.WeightStrides.ohwi(forward, storage)
        : ConvTensors.WeightStrides.oihw(forward, storage);
    long last = weights + row.lastTap() * w.tapRow() + column.lastTap() * w.tap();
    // With one channel to a group the step between channels of a group is free: this one makes all channels evenly
    // spaced.
    long channel = forward.groupChannels() == 1 ? w.group() : w.channel();
    ConvTensors.WeightStrides flipped = new ConvTensors.WeightStrides(channel, w.filter(), -row.tapStep() * w.tapRow(),
        -column.tapStep() * w.tap(), w.group());
    engine.run(ConvShapes.transposed(forward, row, column), new ConvTensors(storage, dy, last, flipped, y, epilogue));
  }

  /** Puts sums of one residue where they belong. */
  private record Scatter(ConvolutionTranspose of, StridePhase row, StridePhase column, long sums, int image,
      int channel) {
    private long position(int pixel) {
      int y = row.first() + pixel / column.count() * row.stride();
      int x = column.first() + pixel % column.count() * column.stride();
      return (long) y * of.forward.w() + x;
    }

    /** Rows are channels, columns are the residue's positions. */
    void planes(long acc, long accStride, long first, long pixel, int channels, int pixels) {
      int size = of.storage.compute().bytes();
      long plane = (long) of.forward.h() * of.forward.w() * size;
      long to = sums + ((long) image * of.forward.c() + channel + first) * plane;
      for (int done = 0, run; done < pixels; done += run) {
        int at = (int) pixel + done;
        run = Math.min(pixels - done, column.count() - at % column.count());
        long target = to + position(at) * size;
        for (int i = 0; i < channels; i++) {
          copy(acc + i * accStride + (long) done * size, target + i * plane, run, (long) column.stride() * size, size);
        }
      }
    }

    /** Rows are the residue's positions, columns are channels. */
    void pixels(long acc, long accStride, long pixel, long first, int pixels, int channels) {
      int size = of.storage.compute().bytes();
      for (int i = 0; i < pixels; i++) {
        long at = (long) image * of.forward.h() * of.forward.w() + position((int) pixel + i);
        long target = sums + (at * of.forward.c() + channel + first) * size;
        copy(acc + i * accStride, target, channels, size, size);
      }
    }

    private static void copy(long from, long to, int count, long step, int size) {
      for (int i = 0; i < count; i++) {
        if (size == 8) {
          Raw.putDouble(to + i * step, Raw.getDouble(from + 8L * i));
        } else {
          Raw.putFloat(to + i * step, Raw.getFloat(from + 4L * i));
        }
      }
    }
  }
}
