/** Internal: formulas and reductions of integer types, exact and wrapping in 64 bits. */
@NullMarked
package dev.orthant.cpu.integer;

import org.jspecify.annotations.NullMarked;
