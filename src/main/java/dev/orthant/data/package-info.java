/**
 * Internal: data to train on, drawn by seed: nothing is downloaded, and the same seed gives the same data on every
 * machine.
 */
@NullMarked
package dev.orthant.data;

import org.jspecify.annotations.NullMarked;
