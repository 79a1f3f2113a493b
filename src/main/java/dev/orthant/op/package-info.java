/**
 * What can be computed: one immutable record per op, each with its only validator ({@code infer}), its cost ({@code
 * flops}, {@code bytes}) and a naive float64 {@code reference}. Knows no device.
 */
@NullMarked
package dev.orthant.op;

import org.jspecify.annotations.NullMarked;
