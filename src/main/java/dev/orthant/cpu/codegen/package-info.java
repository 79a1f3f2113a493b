/**
 * Internal: formulas as machine code: expressions become a graph of correctly rounded operations, which is written as
 * vector or scalar bytecode.
 */
@NullMarked
package dev.orthant.cpu.codegen;

import org.jspecify.annotations.NullMarked;
