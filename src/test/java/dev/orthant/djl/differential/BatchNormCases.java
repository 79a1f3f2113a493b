package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Batch norm, and what may follow it. */
final class BatchNormCases {
  private BatchNormCases() {}

  /** Input and parameters of 3 channels. */
  private record Norm(NDArray x, NDArray mean, NDArray variance, NDArray gamma, NDArray beta) {
    static Norm of(NDManager m, int axis, long... shape) {
      long c = shape[axis == -1 ? 1 : axis];
      return new Norm(Inputs.normal(m, 1, shape), Inputs.normal(m, 2, c), Inputs.uniform(m, 3, 0.5, 2, c),
          Inputs.normal(m, 4, c), Inputs.normal(m, 5, c));
    }

    NDArray apply(int axis, boolean training) {
      return apply(axis, 0.8f, 1e-5f, training);
    }

    NDArray apply(int axis, float momentum, float epsilon, boolean training) {
      return x.getNDArrayInternal().batchNorm(x, mean, variance, gamma, beta, axis, momentum, epsilon, training)
          .singletonOrThrow();
    }

    NDArray[] leaves() {
      return new NDArray[] {x, gamma, beta};
    }
  }

  static Stream<Case> all() {
    Stream<Case> shapes = Stream.of(new Shape(4, 3), new Shape(2, 3, 4), new Shape(2, 3, 2, 2),
        new Shape(2, 3, 2, 1, 2), new Shape(1, 3, 2), new Shape(1, 3), new Shape(0, 3, 2))
        .flatMap(s -> Stream.of(true, false).map(training -> of(s, 1, training)));
    Stream<Case> axes = Stream.of(-1, 0, 2, 3)
        .flatMap(axis -> Stream.of(true, false).map(training -> of(new Shape(2, 3, 2, 3), axis, training)));
    Stream<Case> numbers = Stream.of(0f, 0.5f, 1f)
        .map(momentum -> Case.list("layer/batchNorm momentum " + momentum, m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          return Grads.all(m, () -> new NDList(n.apply(1, momentum, 0.1f, true), n.mean, n.variance), n.leaves());
        }).within(1e-4, 1e-5));
    return Stream.of(shapes, axes, numbers, activations(), joined()).flatMap(s -> s);
  }

  private static Case of(Shape shape, int axis, boolean training) {
    return Case.list("layer/batchNorm " + shape + " axis " + axis + (training ? " training" : ""), m -> {
      Norm n = Norm.of(m, axis, shape.getShape());
      return Grads.all(m, () -> new NDList(n.apply(axis, training), n.mean, n.variance), n.leaves());
    }).within(1e-4, 1e-5);
  }

  private static Stream<Case> activations() {
    return Stream.<UnaryOperator<NDArray>>of(x -> x.getNDArrayInternal().relu(), x -> x.getNDArrayInternal().gelu(),
        x -> x.getNDArrayInternal().tanh(), x -> x.getNDArrayInternal().leakyRelu(0.2f),
        x -> x.getNDArrayInternal().mish()).map(new Function<UnaryOperator<NDArray>, Case>() {
          private int number;

          @Override
          public Case apply(UnaryOperator<NDArray> f) {
            return Case.list("layer/batchNorm then activation " + number++, m -> {
              Norm n = Norm.of(m, 1, 2, 3, 4);
              return Grads.all(m, () -> new NDList(f.apply(n.apply(1, true)), n.mean, n.variance), n.leaves());
            }).within(1e-4, 1e-5);
          }
        });
  }

  private static NDArray relu(NDArray x) {
    return x.getNDArrayInternal().relu();
  }

  /** What joins the launch, and what must not notice. */
  private static Stream<Case> joined() {
    return Stream.of(
        Case.list("layer/batchNorm add relu", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          NDArray r = Inputs.normal(m, 9, 2, 3, 4);
          return new NDList(Grads.all(m,
              () -> new NDList(relu(n.apply(1, true).add(r)), n.mean, n.variance), n.x, n.gamma, n.beta, r));
        }),
        Case.list("layer/batchNorm added to, relu", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          NDArray r = Inputs.normal(m, 9, 2, 3, 4);
          return new NDList(Grads.all(m,
              () -> new NDList(relu(r.add(n.apply(1, true))), n.mean, n.variance), n.x, n.gamma, n.beta, r));
        }),
        Case.list("layer/batchNorm and batchNorm added, relu", m -> {
          Norm a = Norm.of(m, 1, 2, 3, 4);
          Norm b = Norm.of(m, 1, 2, 3, 4);
          return Grads.all(m, () -> new NDList(relu(a.apply(1, true).add(b.apply(1, true))), a.mean, b.variance), a.x,
              a.gamma, b.x, b.beta);
        }),
        Case.list("layer/batchNorm added to itself", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          return Grads.all(m, () -> {
            NDArray y = n.apply(1, true);
            return new NDList(relu(y.add(y)), y, n.mean, n.variance);
          }, n.leaves());
        }),
        Case.list("layer/batchNorm used twice", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          return Grads.all(m, () -> {
            NDArray y = n.apply(1, true);
            NDArray up = relu(y);
            return new NDList(up.add(y), y, n.mean, n.variance);
          }, n.leaves());
        }),
        Case.list("layer/batchNorm sum used twice", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          NDArray r = Inputs.normal(m, 9, 2, 3, 4);
          return Grads.all(m, () -> {
            NDArray s = n.apply(1, true).add(r);
            NDArray up = relu(s);
            return new NDList(up.add(s), s, n.mean, n.variance);
          }, n.x, n.gamma, n.beta, r);
        }),
        Case.list("layer/batchNorm added to a row", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          NDArray r = Inputs.normal(m, 9, 4);
          return Grads.all(m, () -> new NDList(relu(n.apply(1, true).add(r)), n.mean), n.x, n.gamma, n.beta, r);
        }),
        Case.list("layer/batchNorm twice with the same statistics", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          return Grads.all(m, () -> {
            NDArray first = n.apply(1, true);
            NDArray second = n.apply(1, true);
            return new NDList(relu(second), first, n.mean, n.variance);
          }, n.leaves());
        }),
        Case.list("layer/batchNorm of what is overwritten", m -> {
          Norm n = Norm.of(m, 1, 2, 3);
          NDArray y = n.apply(1, true);
          n.x.set(new float[] {1, 2, 3, 4, 5, 6});
          n.gamma.set(new float[] {7, 7, 7});
          NDArray up = relu(y);
          return new NDList(up, y, n.mean, n.variance, n.x);
        }),
        Case.list("layer/batchNorm of what is closed", m -> {
          Norm n = Norm.of(m, 1, 2, 3);
          NDArray y = n.apply(1, true);
          n.x.close();
          n.gamma.close();
          return new NDList(relu(y), y, n.mean, n.variance);
        }),
        Case.list("layer/batchNorm whose result is closed", m -> {
          Norm n = Norm.of(m, 1, 2, 3);
          n.apply(1, true).close();
          return new NDList(n.mean, n.variance);
        }),
        Case.list("layer/batchNorm written in place", m -> {
          Norm n = Norm.of(m, 1, 2, 3);
          NDArray y = n.apply(1, true);
          y.set(new float[] {1, 2, 3, 4, 5, 6});
          return new NDList(y, n.mean, n.variance);
        }),
        Case.list("layer/batchNorm statistics written before the result is read", m -> {
          Norm n = Norm.of(m, 1, 2, 3);
          NDArray y = n.apply(1, true);
          n.mean.set(new float[] {1, 2, 3});
          return new NDList(relu(y), n.mean, n.variance);
        }),
        Case.list("layer/batchNorm of float64", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          DataType t = DataType.FLOAT64;
          NDArrayEx ex = n.x.toType(t, false).getNDArrayInternal();
          return new NDList(ex.batchNorm(ex.getArray(), n.mean.toType(t, false), n.variance.toType(t, false),
              n.gamma.toType(t, false), n.beta.toType(t, false), 1, 0.9f, 1e-3f, true));
        }),
        Case.list("layer/batchNorm of other channels", m -> {
          Norm n = Norm.of(m, 1, 2, 3, 4);
          NDArray x = Inputs.normal(m, 1, 2, 5, 4);
          return x.getNDArrayInternal().batchNorm(x, n.mean, n.variance, n.gamma, n.beta, 1, 0.9f, 1e-5f, true);
        }));
  }
}
