package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.stream.Stream;

/** Layers. */
final class LayerCases {
  private LayerCases() {}

  static Stream<Case> all() {
    return Stream.of(linear(), convolution(), deconvolution(), others(), norms(), BatchNormCases.all())
        .flatMap(s -> s);
  }

  static NDArrayEx ex(NDArray x) {
    return x.getNDArrayInternal();
  }

  private static long[] n(long... values) {
    return values;
  }

  // ---- linear ------------------------------------------------------------------------------------------------------

  private static Stream<Case> linear() {
    Stream<Case> shapes = Stream.of(n(3, 4), n(2, 3, 4), n(1, 2, 2, 4), n(4), n(0, 4), n(1, 4), n(3, 5), n(2, 0, 4))
        .flatMap(s -> Stream.of(linear(s, true), linear(s, false)));
    Stream<Case> types = Stream.of(DataType.FLOAT16, DataType.FLOAT64, DataType.INT32, DataType.INT64)
        .map(t -> Case.of("layer/linear of " + t,
            m -> ex(Inputs.typed(m, 1, t, 3, 4)).linear(Inputs.typed(m, 1, t, 3, 4), Inputs.typed(m, 2, t, 5, 4),
                Inputs.typed(m, 3, t, 5)).singletonOrThrow()));
    return Stream.of(shapes, types, Stream.of(
        Case.list("layer/linear then relu, gradient", m -> {
          NDArray x = Inputs.normal(m, 1, 3, 4);
          NDArray w = Inputs.normal(m, 2, 5, 4);
          NDArray b = Inputs.normal(m, 3, 5);
          return Grads.of(m, () -> ex(ex(x).linear(x, w, b).singletonOrThrow()).relu(), x, w, b);
        }),
        Case.of("layer/linear of mixed types", m -> {
          NDArray x = Inputs.normal(m, 1, 3, 4);
          return ex(x).linear(x, Inputs.typed(m, 2, DataType.FLOAT64, 5, 4), null).singletonOrThrow();
        }))).flatMap(s -> s);
  }

  private static Case linear(long[] shape, boolean biased) {
    return Case.list("layer/linear " + new Shape(shape) + (biased ? " biased" : ""), m -> {
      NDArray x = Inputs.normal(m, 1, shape);
      NDArray w = Inputs.normal(m, 2, 5, 4);
      NDArray b = Inputs.normal(m, 3, 5);
      return biased ? Grads.of(m, () -> ex(x).linear(x, w, b).singletonOrThrow(), x, w, b)
          : Grads.of(m, () -> ex(x).linear(x, w, null).singletonOrThrow(), x, w);
    });
  }

  // ---- convolutions ------------------------------------------------------------------------------------------------

  private static Stream<Case> convolution() {
    return Stream.of(
        conv(n(1, 2, 7), n(3, 2, 3), n(1), n(0), n(1), 1), conv(n(2, 2, 8), n(2, 2, 3), n(2), n(1), n(1), 1),
        conv(n(1, 4, 9), n(2, 2, 3), n(2), n(2), n(2), 2), conv(n(2, 6), n(3, 2, 3), n(1), n(1), n(1), 1),
        conv(n(1, 2, 5, 5), n(3, 2, 3, 3), n(1, 1), n(0, 0), n(1, 1), 1),
        conv(n(2, 1, 4, 4), n(2, 1, 3, 3), n(1, 1), n(1, 1), n(1, 1), 1),
        conv(n(1, 2, 6, 5), n(2, 2, 2, 3), n(2, 1), n(1, 2), n(1, 1), 1),
        conv(n(1, 2, 6, 6), n(2, 2, 2, 2), n(1, 2), n(1, 0), n(2, 1), 1),
        conv(n(1, 4, 4, 4), n(4, 1, 3, 3), n(1, 1), n(1, 1), n(1, 1), 4),
        conv(n(1, 4, 4, 4), n(6, 2, 1, 1), n(1, 1), n(0, 0), n(1, 1), 2),
        conv(n(1, 2, 4, 4), n(3, 2, 1, 1), n(2, 2), n(0, 0), n(1, 1), 1),
        conv(n(2, 4, 4), n(2, 2, 3, 3), n(1, 1), n(1, 1), n(1, 1), 1),
        conv(n(1, 1, 4, 4), n(1, 1, 3, 3), n(1), n(1), n(1), 1),
        conv(n(1, 1, 2, 2), n(1, 1, 3, 3), n(1, 1), n(0, 0), n(1, 1), 1),
        conv(n(1, 3, 4, 4), n(2, 2, 3, 3), n(1, 1), n(0, 0), n(1, 1), 1),
        conv(n(1, 2, 3, 4, 3), n(2, 2, 2, 3, 2), n(1, 1, 1), n(0, 0, 0), n(1, 1, 1), 1),
        conv(n(1, 2, 4, 3, 3), n(2, 1, 2, 2, 2), n(2, 1, 1), n(1, 1, 0), n(1, 1, 1), 2),
        conv(n(2, 1, 5, 2, 2), n(1, 1, 2, 2, 1), n(2, 1, 1), n(1, 0, 0), n(2, 1, 1), 1),
        conv(n(1, 1, 2, 3, 3), n(2, 1, 1, 2, 2), n(1, 1, 1), n(0, 0, 0), n(1, 1, 1), 1),
        conv(n(1, 3, 3, 3), n(2, 1, 2, 2, 2), n(1, 1, 1), n(0, 0, 0), n(1, 1, 1), 1)).flatMap(s -> s);
  }

  private static Stream<Case> conv(long[] input, long[] filters, long[] stride, long[] padding, long[] dilation,
      int groups) {
    String name = "layer/convolution " + new Shape(input) + " by " + new Shape(filters) + " stride "
        + new Shape(stride) + " padding " + new Shape(padding) + " dilation " + new Shape(dilation) + " groups "
        + groups;
    return Stream.of(true, false).map(biased -> Case.list(name + (biased ? " biased" : ""), m -> {
      NDArray x = Inputs.normal(m, 1, input);
      NDArray w = Inputs.normal(m, 2, filters);
      NDArray b = Inputs.normal(m, 3, filters[0]);
      Shape s = new Shape(stride);
      Shape p = new Shape(padding);
      Shape d = new Shape(dilation);
      return biased
          ? Grads.of(m, () -> ex(x).convolution(x, w, b, s, p, d, groups).singletonOrThrow(), x, w, b)
          : Grads.of(m, () -> ex(ex(x).convolution(x, w, null, s, p, d, groups).singletonOrThrow()).relu(), x, w);
    }).within(1e-4, 1e-5));
  }

  /**
   * PyTorch's engine has none: these show that ours does not refuse. Its values are tested against the convolution's
   * gradient.
   */
  private static Stream<Case> deconvolution() {
    return Stream.of(Case.of("layer/deconvolution", m -> {
      NDArray x = Inputs.normal(m, 1, 1, 2, 3, 3);
      return ex(x).deconvolution(x, Inputs.normal(m, 2, 2, 3, 2, 2), null, new Shape(2, 2), new Shape(0, 0),
          new Shape(1, 0), new Shape(1, 1), 1).singletonOrThrow();
    }));
  }

  // ---- others ------------------------------------------------------------------------------------------------------

  private static Stream<Case> others() {
    Stream<Case> dropped = Stream.of(true, false).flatMap(training -> Stream.of(0f, 1f, 0.5f)
        .filter(rate -> !training || rate != 0.5f).map(rate -> Case.list("layer/dropout " + rate + " " + training,
            m -> {
              NDArray x = Inputs.normal(m, 1, 3, 4);
              return Grads.of(m, () -> ex(x).dropout(x, rate, training).singletonOrThrow(), x);
            })));
    Stream<Case> ids = Stream.of(DataType.INT32, DataType.INT64, DataType.UINT8, DataType.INT8, DataType.FLOAT32,
        DataType.BOOLEAN).map(t -> Case.list("layer/embedding of " + t, m -> {
          NDArray x = Inputs.whole(m, 1, DataType.INT32, 0, 2, 2, 3).toType(t, false);
          return embedded(m, x, SparseFormat.DENSE);
        }));
    return Stream.of(dropped, ids, Stream.of(
        Case.of("layer/dropout of a rate over 1", m -> {
          NDArray x = Inputs.normal(m, 1, 3);
          return ex(x).dropout(x, 1.5f, true).singletonOrThrow();
        }),
        Case.of("layer/dropout of a negative rate", m -> {
          NDArray x = Inputs.normal(m, 1, 3);
          return ex(x).dropout(x, -0.5f, false).singletonOrThrow();
        }),
        Case.list("layer/dropout in inference shares its elements", m -> {
          NDArray x = Inputs.normal(m, 1, 3);
          NDArray y = ex(x).dropout(x, 0.5f, false).singletonOrThrow();
          x.set(new float[] {1, 2, 3});
          return new NDList(x, y);
        }),
        Case.list("layer/embedding of a scalar", m -> embedded(m, m.create(2), SparseFormat.DENSE)),
        Case.list("layer/embedding of ids that repeat",
            m -> embedded(m, m.create(new long[] {1, 1, 3, 1, 0}), SparseFormat.DENSE)),
        Case.list("layer/embedding of an id too large",
            m -> embedded(m, m.create(new long[] {1, 5}), SparseFormat.DENSE)),
        Case.list("layer/embedding of a negative id",
            m -> embedded(m, m.create(new long[] {1, -1}), SparseFormat.DENSE)),
        Case.of("layer/prelu of one slope", m -> {
          NDArray x = Inputs.normal(m, 1, 2, 3);
          return ex(x).prelu(x, m.create(new float[] {0.2f})).singletonOrThrow();
        }))).flatMap(s -> s);
  }

  private static NDList embedded(NDManager m, NDArray ids, SparseFormat format) {
    NDArray w = Inputs.normal(m, 2, 5, 3);
    return Grads.of(m, () -> ex(ids).embedding(ids, w, format).singletonOrThrow(), w);
  }

  private static Stream<Case> norms() {
    Stream<Case> shapes = Stream.of(n(4), n(3, 4), n(2, 3, 4)).map(last -> Case.list("layer/layerNorm over "
        + new Shape(last), m -> {
          NDArray x = Inputs.normal(m, 1, 2, 3, 4);
          NDArray gamma = Inputs.normal(m, 2, last);
          NDArray beta = Inputs.normal(m, 3, last);
          return Grads.of(m, () -> ex(x).layerNorm(x, new Shape(last), gamma, beta, 1e-5f).singletonOrThrow(), x,
              gamma, beta);
        }).within(1e-4, 1e-5));
    return Stream.concat(shapes, Stream.of(
        Case.of("layer/layerNorm of another shape", m -> {
          NDArray x = Inputs.normal(m, 1, 2, 3, 4);
          return ex(x).layerNorm(x, new Shape(3), Inputs.normal(m, 2, 3), Inputs.normal(m, 2, 3), 1e-5f)
              .singletonOrThrow();
        }),
        Case.list("layer/layerNorm with a large epsilon", m -> {
          NDArray x = Inputs.normal(m, 1, 3, 4);
          NDArray gamma = Inputs.normal(m, 2, 4);
          NDArray beta = Inputs.normal(m, 3, 4);
          return Grads.of(m, () -> ex(x).layerNorm(x, new Shape(4), gamma, beta, 0.5f).singletonOrThrow(), x, gamma,
              beta);
        }),
        Case.of("layer/layerNorm of float64", m -> {
          NDArray x = Inputs.typed(m, 1, DataType.FLOAT64, 3, 4);
          return ex(x).layerNorm(x, new Shape(4), Inputs.typed(m, 2, DataType.FLOAT64, 4),
              Inputs.typed(m, 3, DataType.FLOAT64, 4), 1e-5f).singletonOrThrow();
        }),
        Case.of("layer/layerNorm of NaN", m -> {
          NDArray x = m.create(new float[] {1, Float.NaN, 2, 3}, new Shape(2, 2));
          return ex(x).layerNorm(x, new Shape(2), m.ones(new Shape(2)), m.zeros(new Shape(2)), 1e-5f)
              .singletonOrThrow();
        })));
  }
}
