package dev.orthant.cpu.conv;

import dev.orthant.cpu.gemm.TileEpilogue;
import dev.orthant.cpu.memory.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one convolution.
 *
 * @param storage how images and weights are stored
 * @param x address of the images: dense, planes or channels last as the {@link ConvShape} says
 * @param weights address of filter 0, channel 0, tap (0, 0)
 * @param strides of the weights
 * @param y where sums go, dense, in the compute type and in the layout of the images; 0 if the epilogue stores
 * @param epilogue what takes over finished sums; null to leave them in {@code y}
 */
public record ConvTensors(
    ElementType storage, long x, long weights, WeightStrides strides, long y, @Nullable ImageEpilogue epilogue) {
  public ConvTensors {
    if (y == 0 && epilogue == null) {
      throw new IllegalArgumentException("convolution without output or epilogue");
    }
  }

  /** Bytes from one filter of a group, channel of a group, tap row, tap and group to the next. */
  public record WeightStrides(long filter, long channel, long tapRow, long tap, long group) {
    /** Whether filters are equally spaced across groups too. */
    boolean even(ConvShape shape) {
      return shape.groups() == 1 || group == shape.groupFilters() * filter;
    }

    /** Dense (filter, channel, tap row, tap). */
    public static WeightStrides oihw(ConvShape shape, ElementType storage) {
      long b = storage.bytes();
      return new WeightStrides(shape.depth() * b, (long) shape.r() * shape.s() * b, shape.s() * b, b,
          (long) shape.groupFilters() * shape.depth() * b);
    }

    /** Dense (filter, tap row, tap, channel). */
    public static WeightStrides ohwi(ConvShape shape, ElementType storage) {
      long b = storage.bytes();
      long channels = shape.groupChannels();
      return new WeightStrides(shape.depth() * b, b, shape.s() * channels * b, channels * b,
          (long) shape.groupFilters() * shape.depth() * b);
    }
  }

  /** Chooses the epilogue of one image and group. */
  @FunctionalInterface
  public interface ImageEpilogue {
    /**
     * Returns what takes over the sums of filters {@code firstFilter …} of {@code image}. As planes, rows are filters
     * counted from {@code firstFilter} and columns are output pixels; with channels last it is the other way round.
     */
    TileEpilogue of(int image, int firstFilter);
  }
}
