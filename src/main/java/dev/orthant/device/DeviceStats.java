package dev.orthant.device;

/**
 * Counters of a device.
 *
 * @param launches kernels launched (on the CPU: ops executed)
 * @param liveBuffers buffers allocated and not closed
 * @param liveBytes their sizes asked for
 * @param cachedBytes memory kept by the pool for later
 */
public record DeviceStats(long launches, long liveBuffers, long liveBytes, long cachedBytes) {}
