/** Internal: the CPU device: packed, cache-blocked matrix kernels on the Vector API, with a scalar fallback. */
@NullMarked
package dev.orthant.cpu;

import org.jspecify.annotations.NullMarked;
