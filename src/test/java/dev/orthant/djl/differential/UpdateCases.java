package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Optimizers' updates. */
final class UpdateCases {
  private UpdateCases() {}

  /** Weight, gradient and states, after three updates. */
  private static Case of(String name, int states, BiConsumer<NDArrayEx, NDList> update) {
    Case c = typed(name, DataType.FLOAT32, states, update);
    boolean reachesLower = name.contains("clip 0.0") || name.contains("clip 0.5 rescale 1.0");
    return reachesLower && (name.startsWith("sgd") || name.startsWith("adam"))
        ? c.differs("PyTorch's engine clips gradients from above only; DJL's Javadoc says to ±clipGrad") : c;
  }

  private static Case typed(String name, DataType type, int states, BiConsumer<NDArrayEx, NDList> update) {
    return Case.list("update/" + name, m -> {
      NDList inputs = new NDList(Inputs.typed(m, 1, type, 3, 4), Inputs.typed(m, 2, type, 3, 4));
      for (int j = 0; j < states; j++) {
        inputs.add(Inputs.uniform(m, 3 + j, 0, 1, 3, 4).toType(type, false));
      }
      inputs.head().setRequiresGradient(true);
      for (int i = 0; i < 3; i++) {
        update.accept(inputs.head().getNDArrayInternal(), inputs);
      }
      return inputs;
    }).within(type == DataType.FLOAT16 ? 5e-3 : 2e-5, type == DataType.FLOAT16 ? 1e-3 : 2e-6);
  }

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (float clip : new float[] {-1, 0, 0.5f}) {
      for (float rescale : new float[] {1, 0.25f}) {
        for (float decay : new float[] {0, 0.1f}) {
          String how = " clip " + clip + " rescale " + rescale + " decay " + decay;
          all.add(of("sgd" + how, 0,
              (ex, in) -> ex.sgdUpdate(in, new NDList(in.head()), 0.1f, decay, rescale, clip, 0, true)));
          all.add(of("sgd momentum" + how, 1,
              (ex, in) -> ex.sgdUpdate(in, new NDList(in.head()), 0.1f, decay, rescale, clip, 0.9f, false)));
          for (boolean w : new boolean[] {false, true}) {
            all.add(of((w ? "adamw" : "adam") + how, 2, (ex, in) -> ex.adamUpdate(in, new NDList(in.head()), 0.1f,
                0.07f, decay, rescale, clip, 0.9f, 0.99f, 1e-3f, true, w)));
          }
          all.add(of("nag" + how, 1,
              (ex, in) -> ex.nagUpdate(in, new NDList(in.head()), 0.1f, decay, rescale, clip, 0.9f)));
          all.add(of("adagrad" + how, 1,
              (ex, in) -> ex.adagradUpdate(in, new NDList(in.head()), 0.1f, decay, rescale, clip, 1e-3f)));
          all.add(of("adadelta" + how, 2,
              (ex, in) -> ex.adadeltaUpdate(in, new NDList(in.head()), decay, rescale, clip, 0.9f, 1e-3f)));
          all.add(of("rmsprop" + how, 1, (ex, in) -> ex.rmspropUpdate(in, new NDList(in.head()), 0.1f, decay, rescale,
              clip, 0.9f, 0.8f, 1e-3f, false)));
          all.add(of("rmsprop centered" + how, 3, (ex, in) -> ex.rmspropUpdate(in, new NDList(in.head()), 0.1f, decay,
              rescale, clip, 0.9f, 0.8f, 1e-3f, true)));
        }
      }
    }
    for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT16}) {
      all.add(typed("sgd of " + type, type, 1,
          (ex, in) -> ex.sgdUpdate(in, new NDList(in.head()), 0.125f, 0.5f, 1, -1, 0.5f, true)));
      all.add(typed("adam of " + type, type, 2, (ex, in) -> ex.adamUpdate(in, new NDList(in.head()), 0.125f, 0.0625f,
          0.5f, 1, -1, 0.5f, 0.75f, 0.125f, true, false)));
    }
    all.add(Case.list("update/clears the gradient", UpdateCases::cleared));
    all.add(Case.list("update/of NaN", UpdateCases::ofNan));
    return all.stream();
  }

  private static NDList cleared(NDManager m) {
    NDArray w = Inputs.normal(m, 1, 4);
    NDList before = Grads.of(m, () -> w.getNDArrayInternal().tanh(), w);
    w.getNDArrayInternal().sgdUpdate(new NDList(w, w.getGradient()), new NDList(w), 0.1f, 0, 1, -1, 0, true);
    before.add(w);
    before.add(w.getGradient());
    before.remove(1);
    return before;
  }

  private static NDList ofNan(NDManager m) {
    NDArray w = m.create(new float[] {1, Float.NaN, 2, Float.POSITIVE_INFINITY, 3});
    NDArray g = m.create(new float[] {Float.NaN, 1, Float.POSITIVE_INFINITY, 1, 0});
    NDArray mean = m.zeros(w.getShape());
    NDArray variance = m.zeros(w.getShape());
    w.setRequiresGradient(true);
    w.getNDArrayInternal().adamUpdate(new NDList(w, g, mean, variance), new NDList(w), 0.1f, 0.1f, 0, 1, 0.5f, 0.9f,
        0.99f, 1e-8f, true, false);
    return new NDList(w, mean, variance);
  }
}
