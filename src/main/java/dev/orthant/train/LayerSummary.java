package dev.orthant.train;

import dev.orthant.core.Shape;

/**
 * A layer for a person to read.
 *
 * @param output the shape of its output for one example
 * @param parameters how many numbers are learned
 */
public record LayerSummary(String name, Shape output, long parameters) {}
