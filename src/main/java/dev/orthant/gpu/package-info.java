/**
 * Internal: turns an op into launches, once, for any GPU driver: which kernel of {@code kernels/}, which tile, which
 * parameters by name; and does for every driver what a device must: checks, locking, memory, counters, and errors that
 * name the op. Knows no driver. Kernels that only some devices can run are used where {@code Guard} has seen them agree
 * with the ordinary ones.
 */
@NullMarked
package dev.orthant.gpu;

import org.jspecify.annotations.NullMarked;
