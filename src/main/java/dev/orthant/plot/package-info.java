/** Internal: charts as SVG text, without a library and without fonts: for reports and for looking at a run. */
@NullMarked
package dev.orthant.plot;

import org.jspecify.annotations.NullMarked;
