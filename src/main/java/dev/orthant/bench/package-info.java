/**
 * Internal: what {@code orthant bench} measures: suites and their reader, operands, timed runs that were validated
 * first, peaks of the device. Knows nothing of the terminal.
 */
@NullMarked
package dev.orthant.bench;

import org.jspecify.annotations.NullMarked;
