/**
 * Data types, shapes and the typed errors that every other package speaks in. Knows only the JDK.
 */
@NullMarked
package dev.orthant.core;

import org.jspecify.annotations.NullMarked;
