/** Internal: from an op to launches: one plan a kind of op, and the interfaces by which faster ways join. */
@NullMarked
package dev.orthant.gpu.plan;

import org.jspecify.annotations.NullMarked;
