/** Internal: {@code orthant run}: one op on arrays from {@code .npy} files. */
@NullMarked
package dev.orthant.cli.run;

import org.jspecify.annotations.NullMarked;
