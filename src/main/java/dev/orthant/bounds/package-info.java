/**
 * A-priori error bounds of every op against float64, elementwise: what parity holds devices to, and what a device holds
 * its own faster kernels to before it uses them.
 */
@NullMarked
package dev.orthant.bounds;

import org.jspecify.annotations.NullMarked;
