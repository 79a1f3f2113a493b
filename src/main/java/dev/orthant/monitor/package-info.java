/**
 * What a network does while it trains: dead units, sparsity, statistics of activations and gradients, all computed on
 * the device.
 */
@NullMarked
package dev.orthant.monitor;

import org.jspecify.annotations.NullMarked;
