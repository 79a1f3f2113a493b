/** Internal: convolutions and their gradients as products of packed panels; depthwise ones and padding. */
@NullMarked
package dev.orthant.cpu.conv;

import org.jspecify.annotations.NullMarked;
