/**
 * Parts of networks built on tensors: layers with their parameters, initial values, recurrent cells, attention. Plain
 * compositions; what is fast about them is the fusion below.
 */
@NullMarked
package dev.orthant.nn;

import org.jspecify.annotations.NullMarked;
