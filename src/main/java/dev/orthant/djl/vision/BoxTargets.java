package dev.orthant.djl.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** See {@code NDArrayEx.multiBoxTarget}. */
public record BoxTargets(float[] anchors, float threshold, float ignore, float miningRatio, float miningThreshold,
    int leastNegatives) {
  private static final int UNKNOWN = -1;
  private static final int BACKGROUND = -2;

  /** For each image one behind the other. */
  public record Result(float[] offsets, float[] masks, float[] classes) {}

  private int count() {
    return anchors.length / 4;
  }

  public Result of(int batch, float[] labels, int width, float[] predictions, int classes) {
    int n = count();
    Result r = new Result(new float[batch * n * 4], new float[batch * n * 4], new float[batch * n]);
    Arrays.fill(r.classes, ignore);
    int rows = batch == 0 ? 0 : labels.length / batch / width;
    for (int b = 0; b < batch; b++) {
      int first = b * rows;
      int boxes = 0;
      while (boxes < rows && labels[(first + boxes) * width] != -1) {
        boxes++;
      }
      if (boxes > 0) {
        image(b, labels, first, boxes, width, predictions, classes, r);
      }
    }
    return r;
  }

  private void image(int b, float[] labels, int first, int boxes, int width, float[] predictions, int classes,
      Result r) {
    int n = count();
    float[][] overlaps = new float[n][boxes];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < boxes; k++) {
        overlaps[i][k] = Boxes.overlap(anchors, 4 * i, labels, (first + k) * width + 1);
      }
    }
    int[] matched = matched(overlaps, boxes);
    negatives(matched, overlaps, predictions, b, classes);
    for (int i = 0; i < n; i++) {
      int at = b * n + i;
      if (matched[i] >= 0) {
        int label = (first + matched[i]) * width;
        r.classes[at] = labels[label] + 1;
        Boxes.encode(anchors, 4 * i, labels, label + 1, r.offsets, 4 * at);
        Arrays.fill(r.masks, 4 * at, 4 * at + 4, 1);
      } else if (matched[i] == BACKGROUND) {
        r.classes[at] = 0;
      }
    }
  }

  /** The box of each anchor. Boxes choose first, the largest overlap of all before the others. */
  private int[] matched(float[][] overlaps, int boxes) {
    int[] matched = new int[overlaps.length];
    Arrays.fill(matched, UNKNOWN);
    boolean[] served = new boolean[boxes];
    for (int round = 0; round < boxes; round++) {
      float most = 1e-6f;
      int anchor = -1;
      int box = -1;
      for (int i = 0; i < matched.length; i++) {
        for (int k = 0; matched[i] == UNKNOWN && k < boxes; k++) {
          if (!served[k] && overlaps[i][k] > most) {
            most = overlaps[i][k];
            anchor = i;
            box = k;
          }
        }
      }
      if (anchor >= 0) {
        matched[anchor] = box;
        served[box] = true;
      }
    }
    for (int i = 0; threshold > 0 && i < matched.length; i++) {
      int best = best(overlaps[i]);
      if (matched[i] == UNKNOWN && overlaps[i][best] > threshold) {
        matched[i] = best;
      }
    }
    return matched;
  }

  private static int best(float[] overlaps) {
    int best = 0;
    for (int k = 1; k < overlaps.length; k++) {
      best = overlaps[k] > overlaps[best] ? k : best;
    }
    return best;
  }

  private void negatives(int[] matched, float[][] overlaps, float[] predictions, int b, int classes) {
    int n = count();
    if (miningRatio <= 0) {
      Arrays.setAll(matched, i -> matched[i] == UNKNOWN ? BACKGROUND : matched[i]);
      return;
    }
    int positives = (int) Arrays.stream(matched).filter(k -> k >= 0).count();
    int wanted = Math.min(n - positives, Math.max(leastNegatives, (int) (positives * miningRatio)));
    record Candidate(int anchor, double background) {}
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (matched[i] == UNKNOWN && overlaps[i][best(overlaps[i])] < miningThreshold) {
        candidates.add(new Candidate(i, background(predictions, b * classes * n + i, classes)));
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::background));
    candidates.stream().limit(wanted).forEach(c -> matched[c.anchor] = BACKGROUND);
  }

  /** The softmax of class 0. */
  private double background(float[] predictions, int at, int classes) {
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(predictions[at + c * count()] - predictions[at]);
    }
    return 1 / sum;
  }
}
