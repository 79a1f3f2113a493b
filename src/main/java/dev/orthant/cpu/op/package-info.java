/**
 * Internal: one runner an op: products, convolutions, pointwise work and random numbers, made of the rooms beside it.
 */
@NullMarked
package dev.orthant.cpu.op;

import org.jspecify.annotations.NullMarked;
