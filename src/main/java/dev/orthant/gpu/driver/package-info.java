/**
 * Internal: what the author of a GPU driver reads: memory, kernels, launches, limits, errors, and how native libraries
 * are found.
 */
@NullMarked
package dev.orthant.gpu.driver;

import org.jspecify.annotations.NullMarked;
