package dev.orthant.gpu;

import java.util.List;

/**
 * What a launch must keep to on a device.
 *
 * @param maxGroupItems the most work-items in a group
 * @param maxItems the most work-items in a group along each of three dimensions
 * @param localBytes local (shared) memory per group
 * @param maxGroups the most groups along each of three dimensions
 * @param fp64 whether there is double precision
 * @param cpuLike whether the "GPU" is a CPU (as PoCL's): local memory is then no faster than global
 */
public record GpuLimits(int maxGroupItems, List<Integer> maxItems, long localBytes, List<Long> maxGroups, boolean fp64,
    boolean cpuLike) {}
