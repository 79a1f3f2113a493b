package dev.orthant.djl.vision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** See {@code NDArrayEx.multiBoxDetection}. */
public record BoxDetections(float[] anchors, boolean clip, float threshold, int background, float suppression,
    boolean force,
    int top) {
  /** Rows of (class, probability, box), as many for each image. */
  public float[] of(int batch, float[] probabilities, int classes, float[] offsets) {
    List<float[][]> images = new ArrayList<>();
    int most = 0;
    for (int b = 0; b < batch; b++) {
      float[][] rows = found(b, probabilities, classes, offsets);
      suppress(rows);
      images.add(rows);
      most = Math.max(most, rows.length);
    }
    float[] all = new float[batch * most * 6];
    Arrays.fill(all, -1);
    for (int b = 0; b < batch; b++) {
      float[][] rows = images.get(b);
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(rows[i], 0, all, (b * most + i) * 6, 6);
      }
    }
    return all;
  }

  private float[][] found(int b, float[] probabilities, int classes, float[] offsets) {
    int n = anchors.length / 4;
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      float score = -1;
      int best = -1;
      for (int c = 0; c < classes; c++) {
        float p = probabilities[(b * classes + c) * n + i];
        if (c != background && p > score) {
          score = p;
          best = c;
        }
      }
      if (best >= 0 && score >= threshold) {
        float[] row = new float[6];
        row[0] = best > background ? best - 1 : best;
        row[1] = score;
        Boxes.decode(anchors, 4 * i, offsets, (b * n + i) * 4, clip, row, 2);
        rows.add(row);
      }
    }
    rows.sort(Comparator.comparingDouble(row -> -row[1]));
    return rows.toArray(float[][]::new);
  }

  private void suppress(float[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      if (top > 0 && i >= top) {
        rows[i][0] = -1;
      }
      for (int j = i + 1; rows[i][0] >= 0 && j < rows.length; j++) {
        if ((force || rows[i][0] == rows[j][0]) && Boxes.overlap(rows[i], 2, rows[j], 2) >= suppression) {
          rows[j][0] = -1;
        }
      }
    }
  }
}
