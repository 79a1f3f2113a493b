/** Internal: compiled kernels: those in the jar, the cache on disk, NVRTC and where it may lie. */
@NullMarked
package dev.orthant.cuda.compile;

import org.jspecify.annotations.NullMarked;
