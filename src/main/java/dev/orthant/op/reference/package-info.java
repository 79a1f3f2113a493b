/**
 * Internal: what the float64 references of ops share: compensated sums, compute types, exact integers and quantiles.
 */
@NullMarked
package dev.orthant.op.reference;

import org.jspecify.annotations.NullMarked;
