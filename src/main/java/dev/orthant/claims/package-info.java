/**
 * Internal: what is said about ReLU, as claims that are measured on a device: {@link dev.orthant.claims.Claims} lists
 * them. Knows nothing of the terminal.
 */
@NullMarked
package dev.orthant.claims;

import org.jspecify.annotations.NullMarked;
