/** Internal: reductions in stages over rows of any axes, and running sums. */
@NullMarked
package dev.orthant.cpu.reduce;

import org.jspecify.annotations.NullMarked;
