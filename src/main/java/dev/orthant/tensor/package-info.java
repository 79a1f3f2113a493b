/**
 * Tensors: what users hold. Work on them is recorded, fused and launched when a result is needed; scopes close what
 * they own, tapes differentiate.
 */
@NullMarked
package dev.orthant.tensor;

import org.jspecify.annotations.NullMarked;
