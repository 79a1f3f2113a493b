/**
 * Tensors in files: NumPy's .npy, and checkpoints of training runs; and {@link dev.orthant.io.OutputFile}, the one way
 * in which any file is written.
 */
@NullMarked
package dev.orthant.io;

import org.jspecify.annotations.NullMarked;
