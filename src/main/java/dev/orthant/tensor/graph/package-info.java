/**
 * Internal: the graph of pending work: nodes, how they fuse, buffers that views share, and where gradients are kept.
 */
@NullMarked
package dev.orthant.tensor.graph;

import org.jspecify.annotations.NullMarked;
