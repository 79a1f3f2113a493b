/** Internal: the command line. It knows devices only by what {@link dev.orthant.device.Devices} finds. */
@NullMarked
package dev.orthant.cli;

import org.jspecify.annotations.NullMarked;
