/** Internal: how ops walk over tensors: broadcasting, rows along axes, and positions congruent modulo a stride. */
@NullMarked
package dev.orthant.op.walk;

import org.jspecify.annotations.NullMarked;
