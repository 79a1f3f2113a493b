package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Boxes of object detection; PyTorch's engine has no targets: see BoxesTest. */
final class BoxCases {
  private BoxCases() {}

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    priors(all, "two sizes", List.of(0.3f, 0.5f), List.of(1f, 2f, 0.5f), -1, 0.5f);
    priors(all, "one size", List.of(0.3f), List.of(1f, 2f), -1, 0.5f);
    priors(all, "one ratio", List.of(0.3f, 0.5f, 0.2f), List.of(2f, 1f, 3f, 0.5f), 0.25f, 0);
    for (boolean clip : new boolean[] {true, false}) {
      for (float nms : new float[] {0.1f, 0.45f, 0.9f}) {
        for (float threshold : new float[] {0, 0.3f}) {
          all.add(Case.list("box/detection " + clip + " " + nms + " " + threshold,
              m -> detection(m, clip, threshold, nms)));
        }
      }
    }
    return all.stream();
  }

  private static void priors(List<Case> all, String name, List<Float> sizes, List<Float> ratios, float step,
      float offset) {
    all.add(Case.list("box/prior " + name,
        m -> m.zeros(new Shape(2, 3, 2, 4)).getNDArrayInternal().multiBoxPrior(sizes, ratios,
            new ArrayList<>(List.of(step, step)), List.of(offset, offset), false)));
  }

  private static NDList detection(NDManager m, boolean clip, float threshold, float nms) {
    NDArray corner = Inputs.uniform(m, 1, 0, 0.6, 1, 6, 2);
    NDArray anchors = corner.concat(corner.add(Inputs.uniform(m, 2, 0.2, 0.5, 1, 6, 2)), 2);
    NDArray probabilities = Inputs.uniform(m, 3, 0, 1, 1, 3, 6);
    NDArray offsets = Inputs.normal(m, 4, 1, 24);
    return anchors.getNDArrayInternal().multiBoxDetection(new NDList(probabilities, offsets, anchors), clip, threshold,
        0, nms, false, -1);
  }
}
