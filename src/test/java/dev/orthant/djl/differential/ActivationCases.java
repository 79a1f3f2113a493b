package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Activations. */
final class ActivationCases {
  private static final Map<String, Function<NDArrayEx, NDArray>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("relu", NDArrayEx::relu);
    ALL.put("sigmoid", NDArrayEx::sigmoid);
    ALL.put("tanh", NDArrayEx::tanh);
    ALL.put("softPlus", NDArrayEx::softPlus);
    ALL.put("softSign", NDArrayEx::softSign);
    ALL.put("leakyRelu 0.1", x -> x.leakyRelu(0.1f));
    ALL.put("leakyRelu 0", x -> x.leakyRelu(0));
    ALL.put("leakyRelu negative", x -> x.leakyRelu(-0.5f));
    ALL.put("elu 1", x -> x.elu(1));
    ALL.put("elu 0.3", x -> x.elu(0.3f));
    ALL.put("selu", NDArrayEx::selu);
    ALL.put("gelu", NDArrayEx::gelu);
    ALL.put("swish 1", x -> x.swish(1));
    ALL.put("swish 0.7", x -> x.swish(0.7f));
    ALL.put("mish", NDArrayEx::mish);
  }

  /** Those that PyTorch computes as 0·∞ or ∞/∞ at an infinity. */
  private static final Set<String> WITHOUT_LIMITS = Set.of("softSign", "gelu", "swish 1", "swish 0.7");

  private ActivationCases() {}

  static Stream<Case> all() {
    return ALL.entrySet().stream().flatMap(e -> of(e.getKey(), e.getValue()));
  }

  private static Stream<Case> of(String name, Function<NDArrayEx, NDArray> f) {
    String full = "activation/" + name + " of ";
    Case special = Case.of(full + "special", m -> f.apply(Inputs.special(m).getNDArrayInternal()));
    Stream<Case> plain = Stream.of(
        WITHOUT_LIMITS.contains(name) ? special.differs("PyTorch gives NaN at an infinity, where there is a limit")
            : special,
        Case.of(full + "normal", m -> f.apply(Inputs.normal(m, 1, 2, 3, 4).getNDArrayInternal())),
        Case.of(full + "scalar", m -> f.apply(m.create(-0.7f).getNDArrayInternal())),
        Case.of(full + "nothing", m -> f.apply(m.create(new float[0]).getNDArrayInternal())),
        Case.list(full + "normal, gradient", m -> {
          NDArray x = Inputs.normal(m, 2, 3, 5);
          return Grads.of(m, () -> f.apply(x.getNDArrayInternal()), x);
        }),
        Case.list(full + "kinks, gradient", m -> {
          NDArray x = m.create(new float[] {0f, -0f, 1f, -1f, 25f, -25f, 3f, -3f, Float.NaN});
          return Grads.of(m, () -> f.apply(x.getNDArrayInternal()), x);
        }),
        Case.list(full + "twice, gradient", m -> {
          NDArray x = Inputs.normal(m, 3, 2, 4);
          return Grads.all(m, () -> {
            NDArray once = f.apply(x.getNDArrayInternal());
            return new NDList(f.apply(once.getNDArrayInternal()), once);
          }, x);
        }));
    Stream<Case> typed = Stream.of(DataType.FLOAT16, DataType.FLOAT64, DataType.INT32,
        DataType.INT64, DataType.UINT8, DataType.INT8, DataType.BOOLEAN)
        .map(t -> Case.of(full + t, m -> f.apply(Inputs.typed(m, 4, t, 3, 4).getNDArrayInternal())));
    return Stream.concat(plain, typed);
  }
}
