/**
 * Internal: the OpenCL driver by JOCL, the only user of {@code org.jocl}: finding platforms and devices, and for each
 * device compile, allocate, copy, launch and wait. What is launched is decided in package {@code gpu}.
 */
@NullMarked
package dev.orthant.opencl;

import org.jspecify.annotations.NullMarked;
