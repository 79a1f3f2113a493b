/** Internal: pooling and its gradient. */
@NullMarked
package dev.orthant.cpu.pool;

import org.jspecify.annotations.NullMarked;
