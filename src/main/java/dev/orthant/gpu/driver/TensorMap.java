package dev.orthant.gpu.driver;

import dev.orthant.core.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a kernel that copies whole boxes of a tensor between global and shared memory sees that tensor: all of a CUDA
 * tensor map (TMA descriptor) but its address. What lies outside the extents is read as 0 and not written. Names and
 * limits are those of {@code cuTensorMapEncodeTiled} and {@code cuTensorMapEncodeIm2col} in the CUDA driver API.
 *
 * @param type the elements' type
 * @param extents elements along each axis, the contiguous one first
 * @param strides bytes from one to the next along each axis but the first; multiples of 16
 * @param box elements along each axis that one copy takes; for im2col, only the channels' entry counts
 * @param elementStrides every how many elements are taken along each axis
 * @param swizzleBytes the width of the pattern in which shared memory is permuted: 0, 32, 64 or 128
 * @param im2col the window of a convolution, or null for plain boxes
 */
public record TensorMap(DType type, List<Long> extents, List<Long> strides, List<Integer> box,
    List<Integer> elementStrides, int swizzleBytes, @Nullable Im2col im2col) {
  /**
   * Boxes for a convolution over images of extents (channels, width, height, images).
   *
   * @param lowerCorner the first pixel's offset along width and height for the first tap, ≤ 0: minus the padding
   * @param upperCorner likewise the last pixel's, relative to the image's end
   * @param channels channels that one copy takes, at most 256
   * @param pixels pixels that one copy takes, at most 1024
   */
  public record Im2col(List<Integer> lowerCorner, List<Integer> upperCorner, int channels, int pixels) {
    public Im2col {
      lowerCorner = List.copyOf(lowerCorner);
      upperCorner = List.copyOf(upperCorner);
    }
  }

  public TensorMap {
    extents = List.copyOf(extents);
    strides = List.copyOf(strides);
    box = List.copyOf(box);
    elementStrides = List.copyOf(elementStrides);
  }
}
