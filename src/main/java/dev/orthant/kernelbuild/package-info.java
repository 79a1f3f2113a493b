/**
 * Internal: compiles kernels ahead of time: what the build runs behind the compiler. It chooses calls ({@link
 * dev.orthant.kernelbuild.KernelSelection}), lets the planner compose their texts, has {@code nvcc} make a few files of
 * them, and writes the index by which {@code cuda} finds them. The kernels that are not among them are compiled when
 * they are first used.
 */
@NullMarked
package dev.orthant.kernelbuild;

import org.jspecify.annotations.NullMarked;
