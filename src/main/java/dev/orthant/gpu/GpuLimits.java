package dev.orthant.gpu;

/**
 * What a launch must keep to on a device, and what a tile is chosen by.
 *
 * @param groupItems the most work-items in a group
 * @param groups the most groups in a launch; kernels loop when there is more to do
 * @param sharedBytes shared (local) memory of a group
 * @param units compute units: how many groups run at a time, at least
 * @param cpuLike whether the "GPU" is a CPU (as PoCL's): shared memory is then ordinary memory and an item has vectors of its own
 */
public record GpuLimits(int groupItems, long groups, long sharedBytes, int units, boolean cpuLike) {}
