/**
 * Internal: fast paths of NVIDIA's devices: products and convolutions by {@code wgmma}, {@code mma.sync} and
 * {@code cp.async}, each a {@link dev.orthant.gpu.plan.FastPath}.
 */
@NullMarked
package dev.orthant.cuda.kernels;

import org.jspecify.annotations.NullMarked;
