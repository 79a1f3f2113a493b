/**
 * DJL's own networks trained on Orthant, beside what DJL's PyTorch engine made of them ({@code
 * src/test/resources/djl/losses.tsv}).
 */
@NullMarked
package dev.orthant.djl.training;

import org.jspecify.annotations.NullMarked;
