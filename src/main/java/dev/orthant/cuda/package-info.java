/**
 * Internal: the CUDA driver: finds NVIDIA's driver and its devices; compiles (ahead of time, from the cache on disk, or
 * by NVRTC), allocates, copies, launches and waits. What is launched is decided in package {@code gpu}. NVIDIA's driver
 * is called through JCuda; what that lacks, and NVRTC, through {@link dev.orthant.cuda.compile.ForeignLibrary}.
 */
@NullMarked
package dev.orthant.cuda;

import org.jspecify.annotations.NullMarked;
