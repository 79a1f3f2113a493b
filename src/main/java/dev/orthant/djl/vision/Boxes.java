package dev.orthant.djl.vision;

import java.util.List;

/** Boxes (left, top, right, bottom), four floats each. */
public final class Boxes {
  /** By which offsets of centre and size are divided. */
  static final float[] VARIANCES = {0.1f, 0.1f, 0.2f, 0.2f};

  private Boxes() {}

  /** See {@code NDArrayEx.multiBoxPrior}. */
  public static float[] priors(int height, int width, List<Float> sizes, List<Float> ratios, List<Float> steps,
      List<Float> offsets) {
    boolean given = steps.get(0) > 0 && steps.get(1) > 0;
    float down = given ? steps.get(0) : 1f / height;
    float across = given ? steps.get(1) : 1f / width;
    int each = sizes.size() + Math.max(0, ratios.size() - 1);
    float[] boxes = new float[height * width * each * 4];
    for (int i = 0; i < height * width * each; i++) {
      int kind = i % each;
      int row = i / each / width;
      int column = i / each % width;
      float y = (row + offsets.get(0)) * down;
      float x = (column + offsets.get(1)) * across;
      boolean sized = kind < sizes.size();
      float size = sizes.get(sized ? kind : 0);
      float ratio = ratios.isEmpty() ? 1 : (float) Math.sqrt(ratios.get(sized ? 0 : kind - sizes.size() + 1));
      float w = size * height / width * ratio / 2;
      float h = size / ratio / 2;
      boxes[4 * i] = x - w;
      boxes[4 * i + 1] = y - h;
      boxes[4 * i + 2] = x + w;
      boxes[4 * i + 3] = y + h;
    }
    return boxes;
  }

  /** The area that two boxes share, by that which they cover together; 0 for empty ones. */
  static float overlap(float[] a, int i, float[] b, int j) {
    float w = Math.max(0, Math.min(a[i + 2], b[j + 2]) - Math.max(a[i], b[j]));
    float h = Math.max(0, Math.min(a[i + 3], b[j + 3]) - Math.max(a[i + 1], b[j + 1]));
    float shared = w * h;
    float covered = (a[i + 2] - a[i]) * (a[i + 3] - a[i + 1]) + (b[j + 2] - b[j]) * (b[j + 3] - b[j + 1]) - shared;
    return covered <= 0 ? 0 : shared / covered;
  }

  /** The offsets of box {@code b[j…]} from anchor {@code a[i…]}. */
  static void encode(float[] a, int i, float[] b, int j, float[] to, int at) {
    float aw = a[i + 2] - a[i];
    float ah = a[i + 3] - a[i + 1];
    float w = b[j + 2] - b[j];
    float h = b[j + 3] - b[j + 1];
    to[at] = ((b[j] + b[j + 2]) - (a[i] + a[i + 2])) / 2 / aw / VARIANCES[0];
    to[at + 1] = ((b[j + 1] + b[j + 3]) - (a[i + 1] + a[i + 3])) / 2 / ah / VARIANCES[1];
    to[at + 2] = (float) (Math.log(w / aw) / VARIANCES[2]);
    to[at + 3] = (float) (Math.log(h / ah) / VARIANCES[3]);
  }

  /** The box that {@link #encode} made offsets of. */
  static void decode(float[] a, int i, float[] offsets, int j, boolean clip, float[] to, int at) {
    float aw = a[i + 2] - a[i];
    float ah = a[i + 3] - a[i + 1];
    float x = offsets[j] * VARIANCES[0] * aw + (a[i] + a[i + 2]) / 2;
    float y = offsets[j + 1] * VARIANCES[1] * ah + (a[i + 1] + a[i + 3]) / 2;
    float w = (float) (Math.exp(offsets[j + 2] * VARIANCES[2]) * aw / 2);
    float h = (float) (Math.exp(offsets[j + 3] * VARIANCES[3]) * ah / 2);
    float[] box = {x - w, y - h, x + w, y + h};
    for (int d = 0; d < 4; d++) {
      to[at + d] = clip ? Math.clamp(box[d], 0, 1) : box[d];
    }
  }
}
