/** What is said about ReLU, as claims that are measured on a device: {@link dev.orthant.cli.claims.Claims} lists them. Knows nothing of the terminal. */
@NullMarked
package dev.orthant.cli.claims;

import org.jspecify.annotations.NullMarked;
