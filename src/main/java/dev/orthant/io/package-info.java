/** Tensors in files: NumPy's .npy, and checkpoints of training runs. */
@NullMarked
package dev.orthant.io;

import org.jspecify.annotations.NullMarked;
