/**
 * Internal: what every command needs of a terminal: exit codes, printable text, tables, progress, the choice of
 * devices, errors as one line.
 */
@NullMarked
package dev.orthant.cli.terminal;

import org.jspecify.annotations.NullMarked;
