/**
 * The service-provider interface that every device implements, the memory pool they share, and discovery: which devices
 * this machine has, and why the others cannot be used.
 */
@NullMarked
package dev.orthant.device;

import org.jspecify.annotations.NullMarked;
