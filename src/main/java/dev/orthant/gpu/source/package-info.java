/** Internal: the texts of kernels: definitions, parameters by name, coordinates, formulas as C, tiles. */
@NullMarked
package dev.orthant.gpu.source;

import org.jspecify.annotations.NullMarked;
