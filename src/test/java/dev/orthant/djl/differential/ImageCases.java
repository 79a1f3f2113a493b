package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Images in other sizes. What is random is tested in ImagesTest. */
final class ImageCases {
  private ImageCases() {}

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    all.add(Case.of("image/toTensor of bytes",
        m -> Inputs.whole(m, 1, DataType.UINT8, 0, 255, 4, 5, 3).getNDArrayInternal().toTensor()));
    all.add(Case.of("image/toTensor of a batch",
        m -> Inputs.uniform(m, 1, 0, 255, 2, 4, 5, 3).getNDArrayInternal().toTensor()));
    all.add(Case.of("image/crop", m -> Inputs.normal(m, 1, 4, 5, 3).getNDArrayInternal().crop(1, 2, 3, 2)));
    all.add(
        Case.of("image/crop of a batch", m -> Inputs.normal(m, 1, 2, 4, 5, 3).getNDArrayInternal().crop(1, 2, 3, 2)));
    all.add(Case.of("image/normalize", m -> Inputs.normal(m, 1, 3, 4, 5).getNDArrayInternal()
        .normalize(new float[] {0.1f, 0.2f, 0.3f}, new float[] {1, 2, 3})));
    for (int mode = -1; mode < 5; mode++) {
      int how = mode;
      for (int[] size : new int[][] {{4, 5}, {2, 3}, {8, 10}, {3, 9}, {1, 1}, {7, 2}, {0, 2}}) {
        String name = " mode " + mode + " to " + size[0] + " x " + size[1];
        all.add(Case.of("image/interpolation" + name,
            m -> Inputs.normal(m, 1, 1, 2, 4, 5).getNDArrayInternal().interpolation(new long[] {size[0], size[1]}, how,
                false)));
        all.add(Case.of("image/interpolation" + name + " gradient", m -> gradient(m, size, how)));
        all.add(Case.of("image/resize" + name,
            m -> Inputs.normal(m, 1, 4, 5, 3).getNDArrayInternal().resize(size[1], size[0], how)));
        all.add(Case.of("image/resize of bytes" + name,
            m -> Inputs.whole(m, 1, DataType.UINT8, 60, 200, 4, 5, 3).getNDArrayInternal().resize(size[1], size[0],
                how)));
      }
      all.add(Case.of("image/resize of a batch mode " + mode,
          m -> Inputs.normal(m, 1, 2, 4, 5, 1).getNDArrayInternal().resize(3, 3, how)));
      all.add(Case.of("image/interpolation of doubles mode " + mode, m -> Inputs.normal(m, 1, 1, 1, 4, 5)
          .toType(DataType.FLOAT64, false).getNDArrayInternal().interpolation(new long[] {3, 7}, how, false))
          .within(1e-6, 1e-6));
      all.add(Case.of("image/interpolation of signals mode " + mode,
          m -> Inputs.normal(m, 1, 1, 2, 5).getNDArrayInternal().interpolation(new long[] {3}, how, false)));
      all.add(Case.of("image/interpolation corners mode " + mode,
          m -> Inputs.normal(m, 1, 1, 1, 4, 4).getNDArrayInternal().interpolation(new long[] {3, 7}, how, true)));
      all.add(Case.of("image/interpolation of rank 2 mode " + mode,
          m -> Inputs.normal(m, 1, 4, 5).getNDArrayInternal().interpolation(new long[] {3, 7}, how, true)));
      all.add(Case.of("image/resize of rank 2 mode " + mode,
          m -> Inputs.normal(m, 1, 4, 5).getNDArrayInternal().resize(3, 3, how)));
      all.add(Case.of("image/resize of nothing mode " + mode,
          m -> m.zeros(new Shape(0, 5, 3)).getNDArrayInternal().resize(3, 3, how)));
    }
    for (DataType type : ArithmeticCases.TYPES) {
      all.add(Case.of("image/resize of " + type,
          m -> Inputs.typed(m, 1, type, 4, 4, 3).getNDArrayInternal().resize(2, 8, 0)));
    }
    return all.stream();
  }

  private static NDArray gradient(NDManager m, int[] size, int mode) {
    NDArray x = Inputs.normal(m, 3, 1, 2, 4, 5);
    x.setRequiresGradient(true);
    try (var tape = m.getEngine().newGradientCollector()) {
      NDArray y = x.getNDArrayInternal().interpolation(new long[] {size[0], size[1]}, mode, false);
      tape.backward(y.mul(y).sum());
    }
    return x.getGradient();
  }
}
