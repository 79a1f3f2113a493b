/** Internal: what moves elements: strided copies, casts, gather, scatter-add, sort. */
@NullMarked
package dev.orthant.cpu.move;

import org.jspecify.annotations.NullMarked;
