/** Tensors in files: NumPy's .npy. */
@NullMarked
package dev.orthant.io;

import org.jspecify.annotations.NullMarked;
