package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.djl.vision.BoxDetections;
import dev.orthant.djl.vision.BoxTargets;
import dev.orthant.djl.vision.Boxes;
import java.util.List;

/**
 * The part of {@link OrthantNDArrayEx}: boxes of object detection (Liu et al. 2016, SSD), as MXNet's MultiBoxPrior,
 * MultiBoxTarget and MultiBoxDetection. Boxes are (left, top, right, bottom), in parts of the image. All is computed on
 * the host.
 */
sealed interface ExBoxes extends NDArrayEx permits OrthantNDArrayEx {
  private OrthantNDArray array() {
    return (OrthantNDArray) getArray();
  }

  /**
   * Boxes (1, height·width·(sizes + ratios − 1), 4) about each place of a map (batch, channels, height, width): first
   * each size with the first ratio, then the first size with each other ratio. A box of size s and ratio r is
   * s·√r·height/width wide and s/√r high.
   *
   * @param steps between places, down and across; not above 0 means 1/height and 1/width
   * @param offsets of the centres, in steps, down and across
   */
  @Override
  default NDList multiBoxPrior(List<Float> sizes, List<Float> ratios, List<Float> steps, List<Float> offsets,
      boolean clip) {
    Shape shape = array().getShape();
    if (shape.dimension() != 4 || sizes.isEmpty() || steps.size() != 2 || offsets.size() != 2) {
      throw new ShapeException(
          "multiBoxPrior: takes a map (batch, channels, height, width), sizes, 2 steps and 2 offsets, got " + shape
              + ", " + sizes + ", " + steps + ", " + offsets);
    }
    float[] boxes =
        Boxes.priors(Math.toIntExact(shape.get(2)), Math.toIntExact(shape.get(3)), sizes, ratios, steps, offsets);
    if (clip) {
      for (int i = 0; i < boxes.length; i++) {
        boxes[i] = Math.clamp(boxes[i], 0, 1);
      }
    }
    return new NDList(array().getManager().create(boxes, new Shape(1, boxes.length / 4, 4)));
  }

  /**
   * What a network should say of each anchor: offsets of its box (batch, 4·anchors), 1 where they count (the same), and
   * its class (batch, anchors), 0 for background.
   *
   * <p>Each labelled box takes the anchor that overlaps it most, then every anchor takes a box that it overlaps by more
   * than {@code iouThreshold}. Of the others, all are background, or, with {@code negativeMiningRatio} > 0, that many
   * times as many as are matched, at least {@code minNegativeSamples}: those which overlap no box by
   * {@code negativeMiningThreshold} and to which the predictions give background the lowest probability. The rest has
   * {@code ignoreLabel}, as have all anchors of an image without labels. Offsets are ((x − x_a)/w_a/0.1, (y −
   * y_a)/h_a/0.1, ln(w/w_a)/0.2, ln(h/h_a)/0.2).
   *
   * @param inputs anchors (1, anchors, 4), labels (batch, boxes, 5) of (class, box), −1 behind the last, and
   * predictions (batch, classes + 1, anchors)
   */
  @Override
  default NDList multiBoxTarget(NDList inputs, float iouThreshold, float ignoreLabel, float negativeMiningRatio,
      float negativeMiningThreshold, int minNegativeSamples) {
    requireThree("multiBoxTarget", inputs);
    Shape labels = inputs.get(1).getShape();
    Shape predictions = inputs.get(2).getShape();
    long anchors = inputs.get(0).getShape().size() / 4;
    if (labels.dimension() != 3 || labels.get(2) < 5 || predictions.dimension() != 3
        || predictions.get(0) != labels.get(0)
        || predictions.get(2) != anchors || inputs.get(0).getShape().size() % 4 != 0) {
      throw new ShapeException(
          "multiBoxTarget: takes anchors (1, a, 4), labels (b, n, 5) and predictions (b, c, a), got "
              + inputs.get(0).getShape() + ", " + labels + " and " + predictions);
    }
    BoxTargets targets =
        new BoxTargets(floats(inputs.get(0)), iouThreshold, ignoreLabel, negativeMiningRatio, negativeMiningThreshold,
            minNegativeSamples);
    int batch = Math.toIntExact(labels.get(0));
    BoxTargets.Result r =
        targets.of(batch, floats(inputs.get(1)), Math.toIntExact(labels.get(2)), floats(inputs.get(2)),
            Math.toIntExact(predictions.get(1)));
    var manager = array().getManager();
    return new NDList(manager.create(r.offsets(), new Shape(batch, anchors * 4)),
        manager.create(r.masks(), new Shape(batch, anchors * 4)),
        manager.create(r.classes(), new Shape(batch, anchors)));
  }

  /**
   * Boxes that are found, (batch, n, 6) of (class without background, probability, box), the most probable first. Class
   * −1 marks those that a more probable one of their class overlaps by {@code nmsThreshold}, those behind the first
   * {@code nmsTopK}, and rows that an image has fewer of than another.
   *
   * @param inputs probabilities (batch, classes + 1, anchors), offsets (batch, 4·anchors) and anchors (1, anchors, 4)
   * @param threshold the least probability
   * @param forceSuppress whether boxes of other classes suppress as well
   */
  @Override
  default NDList multiBoxDetection(NDList inputs, boolean clip, float threshold, int backgroundId, float nmsThreshold,
      boolean forceSuppress, int nmsTopK) {
    requireThree("multiBoxDetection", inputs);
    Shape p = inputs.get(0).getShape();
    long anchors = inputs.get(2).getShape().size() / 4;
    if (p.dimension() != 3 || p.get(2) != anchors || inputs.get(1).getShape().size() != p.get(0) * anchors * 4
        || backgroundId < 0
        || backgroundId >= p.get(1)) {
      throw new ShapeException(
          "multiBoxDetection: takes probabilities (b, c, a), offsets (b, 4a), anchors (1, a, 4) and a background "
              + "class, got "
              + p + ", " + inputs.get(1).getShape() + ", " + inputs.get(2).getShape() + " and " + backgroundId);
    }
    BoxDetections d =
        new BoxDetections(floats(inputs.get(2)), clip, threshold, backgroundId, nmsThreshold, forceSuppress, nmsTopK);
    int batch = Math.toIntExact(p.get(0));
    float[] found = d.of(batch, floats(inputs.get(0)), Math.toIntExact(p.get(1)), floats(inputs.get(1)));
    return new NDList(
        array().getManager().create(found, new Shape(batch, batch == 0 ? 0 : found.length / 6 / batch, 6)));
  }

  private static void requireThree(String method, NDList inputs) {
    if (inputs.size() != 3) {
      throw new InvalidInputException(method + ": takes 3 arrays, got " + inputs.size());
    }
  }

  private static float[] floats(NDArray a) {
    return ManagerCore.own(a).tensor().toFloatArray();
  }
}
