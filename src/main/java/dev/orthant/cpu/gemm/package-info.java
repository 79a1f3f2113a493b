/**
 * Internal: matrix products: packing, register tiles, generated micro-kernels, cache blocks, the fused epilogue,
 * products with one row or column.
 */
@NullMarked
package dev.orthant.cpu.gemm;

import org.jspecify.annotations.NullMarked;
