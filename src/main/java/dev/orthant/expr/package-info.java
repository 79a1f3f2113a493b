/**
 * Elementwise formulas, written once and read by everyone: a double evaluator (the truth), a symbolic derivative, an
 * interval enclosure (the error bound), a C printer (every GPU) and, in package {@code cpu}, a vector compiler.
 * {@code Activations} is the catalogue; adding an activation is one line there.
 */
@NullMarked
package dev.orthant.expr;

import org.jspecify.annotations.NullMarked;
