/**
 * Internal: training small networks on data drawn by seed: what {@code orthant train} does. Knows nothing of the
 * command line.
 */
@NullMarked
package dev.orthant.train;

import org.jspecify.annotations.NullMarked;
