/**
 * Internal: memory of the CPU device: raw access by address and element type, work memory per thread, and the pool of
 * worker threads.
 */
@NullMarked
package dev.orthant.cpu.memory;

import org.jspecify.annotations.NullMarked;
