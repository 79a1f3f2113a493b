/**
 * Proof that a device computes what an op means: seeded inputs with special values, poisoned outputs with canary tails,
 * a-priori error bounds against float64, repeatability, and a report. Runs as tests and as {@code orthant parity}.
 */
@NullMarked
package dev.orthant.parity;

import org.jspecify.annotations.NullMarked;
