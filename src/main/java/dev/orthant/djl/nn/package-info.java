/** Internal: sliding windows and pooling with DJL's arguments. */
@NullMarked
package dev.orthant.djl.nn;

import org.jspecify.annotations.NullMarked;
