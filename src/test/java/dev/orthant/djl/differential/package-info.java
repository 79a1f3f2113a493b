/**
 * What DJL's PyTorch engine makes of each method, and what ours makes of it. {@code DifferentialTest} compares ours
 * with what was recorded of PyTorch ({@code src/test/resources/djl/pytorch.tsv}); {@code mvn -Ppytorch test} runs
 * PyTorch itself, compares and records anew.
 */
@NullMarked
package dev.orthant.djl.differential;

import org.jspecify.annotations.NullMarked;
