/** Internal: linear algebra and Fourier transforms composed of tensors. */
@NullMarked
package dev.orthant.djl.math;

import org.jspecify.annotations.NullMarked;
