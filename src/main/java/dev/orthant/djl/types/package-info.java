/**
 * Internal: types and devices as DJL names them, promotion, axes, strides, data on the host, and errors as DJL's users
 * catch them.
 */
@NullMarked
package dev.orthant.djl.types;

import org.jspecify.annotations.NullMarked;
