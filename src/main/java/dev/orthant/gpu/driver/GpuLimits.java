package dev.orthant.gpu.driver;

/**
 * What a launch must keep to on a device, and what a tile is chosen by.
 *
 * @param groupItems the most work-items in a group of an ordinary kernel
 * @param groups the most groups in a launch; kernels loop when there is more to do
 * @param sharedBytes shared (local) memory of a group that every kernel may take
 * @param units compute units: how many groups run at a time, at least
 * @param cpuLike whether the "GPU" is a CPU (as PoCL's): shared memory is then ordinary memory and an item has vectors
 * of its own
 * @param matrixUnits the matrix instructions there are
 * @param dynamicSharedBytes shared memory of a group whose launch asks for it ({@link Grid#sharedBytes})
 */
public record GpuLimits(int groupItems, long groups, long sharedBytes, int units, boolean cpuLike,
    MatrixUnits matrixUnits, int dynamicSharedBytes) {
  /** A device without matrix units. */
  public GpuLimits(int groupItems, long groups, long sharedBytes, int units, boolean cpuLike) {
    this(groupItems, groups, sharedBytes, units, cpuLike, MatrixUnits.NONE, 0);
  }
}
