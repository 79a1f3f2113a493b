/** Internal: boxes: overlaps, targets, detections. */
@NullMarked
package dev.orthant.djl.vision;

import org.jspecify.annotations.NullMarked;
