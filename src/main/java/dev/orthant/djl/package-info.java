/**
 * The engine "Orthant" of the Deep Java Library (DJL 0.36): {@code Engine.getEngine("Orthant")}, found when
 * {@code ai.djl:api} is on the class path.
 *
 * <p>The methods of DJL's two large interfaces stand by theme in a chain of abstract classes each: {@code Array…} for
 * {@code NDArray}, ending in {@link dev.orthant.djl.OrthantNDArray}, and {@code Ex…} for {@code NDArrayEx}, ending in
 * {@link dev.orthant.djl.OrthantNDArrayEx}. What a method means is what it means in DJL's PyTorch engine.
 */
@NullMarked
package dev.orthant.djl;

import org.jspecify.annotations.NullMarked;
