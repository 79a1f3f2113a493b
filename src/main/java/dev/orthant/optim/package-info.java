/** Optimizers, each a fused elementwise op; learning-rate schedules; gradient clipping. */
@NullMarked
package dev.orthant.optim;

import org.jspecify.annotations.NullMarked;
