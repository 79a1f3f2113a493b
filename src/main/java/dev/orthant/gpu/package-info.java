/**
 * Turns an op into launches, once, for any GPU driver: which kernel, which tile, which arguments by name. Knows no driver.
 */
@NullMarked
package dev.orthant.gpu;

import org.jspecify.annotations.NullMarked;
