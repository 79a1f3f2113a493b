package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The same elements in another shape or order; what is written to one is seen in the other. */
final class ShapeCases {
  private ShapeCases() {}

  /** A method, and shapes to try it on. */
  private record Way(String name, UnaryOperator<NDArray> method, long[]... shapes) {}

  private static long[] of(long... dims) {
    return dims;
  }

  private static final DataType[] TYPES = {DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64,
      DataType.INT8, DataType.UINT8, DataType.INT32, DataType.INT64, DataType.BOOLEAN};

  /** Views: written in place as well. */
  private static List<Way> views() {
    return List.of(
        new Way("reshape(3,4)", a -> a.reshape(3, 4), of(12), of(2, 6), of(2, 3, 2), of(5)),
        new Way("reshape(-1)", a -> a.reshape(-1), of(12), of(2, 3, 2), of(), of(0), of(2, 0)),
        new Way("reshape(2,-1)", a -> a.reshape(2, -1), of(12), of(2, 3, 2), of(5), of(2, 0)),
        new Way("reshape(0,-1)", a -> a.reshape(0, -1), of(2, 0), of(4)),
        new Way("reshape(-1,-1)", a -> a.reshape(-1, -1), of(4)),
        new Way("reshape()", a -> a.reshape(new Shape()), of(1), of(1, 1), of(2)),
        new Way("flatten()", NDArray::flatten, of(), of(3), of(2, 3), of(2, 3, 2), of(2, 0)),
        new Way("flatten(1,2)", a -> a.flatten(1, 2), of(2, 3, 2), of(2, 3, 2, 2), of(2)),
        new Way("flatten(-2,-1)", a -> a.flatten(-2, -1), of(2, 3, 2), of(3, 2)),
        new Way("flatten(2,0)", a -> a.flatten(2, 0), of(2, 3, 2)),
        new Way("expandDims(0)", a -> a.expandDims(0), of(), of(3), of(2, 3)),
        new Way("expandDims(-1)", a -> a.expandDims(-1), of(), of(3), of(2, 3)),
        new Way("expandDims(2)", a -> a.expandDims(2), of(3), of(2, 3)),
        new Way("squeeze()", NDArray::squeeze, of(), of(1), of(1, 3, 1), of(2, 3)),
        new Way("squeeze(0)", a -> a.squeeze(0), of(), of(1), of(1, 3, 1), of(2, 3)),
        new Way("squeeze(-1)", a -> a.squeeze(-1), of(1, 3, 1), of(2, 3)),
        new Way("squeeze({0,2})", a -> a.squeeze(new int[] {0, 2}), of(1, 3, 1), of(1, 3, 2)),
        new Way("transpose()", a -> a.transpose(), of(), of(3), of(2, 3), of(2, 3, 4)),
        new Way("transpose(1,0)", a -> a.transpose(1, 0), of(2, 3), of(2, 3, 4)),
        new Way("transpose(2,0,1)", a -> a.transpose(2, 0, 1), of(2, 3, 4), of(2, 0, 4)),
        new Way("transpose(-1,0,1)", a -> a.transpose(-1, 0, 1), of(2, 3, 4)),
        new Way("transpose(0,0,1)", a -> a.transpose(0, 0, 1), of(2, 3, 4)),
        new Way("swapAxes(0,1)", a -> a.swapAxes(0, 1), of(2, 3), of(2, 3, 4), of(3)),
        new Way("swapAxes(-1,0)", a -> a.swapAxes(-1, 0), of(2, 3), of(2, 3, 4), of(3)),
        new Way("diagonal()", NDArray::diagonal, of(3, 3), of(2, 4), of(4, 2), of(2, 3, 4), of(3), of(0, 3)),
        new Way("diagonal(1)", a -> a.diagonal(1), of(3, 3), of(2, 4), of(4, 2), of(2, 3, 4)),
        new Way("diagonal(-1)", a -> a.diagonal(-1), of(3, 3), of(2, 4), of(4, 2), of(2, 3, 4)),
        new Way("diagonal(5)", a -> a.diagonal(5), of(3, 3), of(2, 4)),
        new Way("diagonal(-5)", a -> a.diagonal(-5), of(3, 3), of(2, 4)),
        new Way("diagonal(1,2,0)", a -> a.diagonal(1, 2, 0), of(2, 3, 4), of(3, 3, 3)),
        new Way("diagonal(0,-1,-2)", a -> a.diagonal(0, -1, -2), of(2, 3, 4)),
        new Way("diagonal(0,1,1)", a -> a.diagonal(0, 1, 1), of(2, 3, 4)));
  }

  /** Copies. */
  private static List<Way> copies() {
    return List.of(
        new Way("rotate90(1)", a -> a.rotate90(1, new int[] {0, 1}), of(2, 3), of(2, 3, 2), of(3), of(0, 3)),
        new Way("rotate90(2)", a -> a.rotate90(2, new int[] {0, 1}), of(2, 3), of(2, 3, 2)),
        new Way("rotate90(3)", a -> a.rotate90(3, new int[] {1, 2}), of(2, 3, 2)),
        new Way("rotate90(-1)", a -> a.rotate90(-1, new int[] {0, -1}), of(2, 3, 2)),
        new Way("rotate90(4)", a -> a.rotate90(4, new int[] {1, 0}), of(2, 3)),
        new Way("rotate90(one axis)", a -> a.rotate90(1, new int[] {1}), of(2, 3)),
        new Way("rotate90(same axis)", a -> a.rotate90(1, new int[] {1, 1}), of(2, 3)),
        new Way("flip()", a -> a.flip(), of(2, 3), of()),
        new Way("flip(0)", a -> a.flip(0), of(5), of(2, 3), of(0, 2)),
        new Way("flip(0,-1)", a -> a.flip(0, -1), of(2, 3), of(2, 3, 2), of(3)),
        new Way("flip(3)", a -> a.flip(3), of(2, 3)),
        new Way("pad(1,2)", a -> a.pad(new Shape(1, 2), 3), of(3), of(2, 3), of()),
        new Way("pad(1,2,0,1)", a -> a.pad(new Shape(1, 2, 0, 1), 1), of(2, 3), of(2, 3, 2), of(3)),
        new Way("pad(-1,1)", a -> a.pad(new Shape(-1, 1), 0), of(3), of(2, 3)),
        new Way("pad(-2,-2)", a -> a.pad(new Shape(-2, -2), 0), of(3)),
        new Way("pad(1)", a -> a.pad(new Shape(1), 0), of(3)),
        new Way("pad()", a -> a.pad(new Shape(), 0), of(3)),
        new Way("tile(2)", a -> a.tile(2), of(), of(3), of(2, 3), of(0), of(2, 0)),
        new Way("tile(0)", a -> a.tile(0), of(3), of(2, 3)),
        new Way("tile({2,1})", a -> a.tile(new long[] {2, 1}), of(), of(3), of(2, 3), of(2, 3, 2)),
        new Way("tile({2,1,3})", a -> a.tile(new long[] {2, 1, 3}), of(2, 3), of(2, 1, 2), of(2)),
        new Way("tile({-1})", a -> a.tile(new long[] {-1}), of(3)),
        new Way("tile(1,2)", a -> a.tile(1, 2), of(2, 3)),
        new Way("tile(4,6)", a -> a.tile(new Shape(4, 6)), of(2, 3)),
        new Way("repeat(2)", a -> a.repeat(2), of(), of(3), of(2, 3), of(0), of(2, 0)),
        new Way("repeat(0)", a -> a.repeat(0), of(3), of(2, 3)),
        new Way("repeat(0,2)", a -> a.repeat(0, 2), of(), of(3), of(2, 3)),
        new Way("repeat(-1,3)", a -> a.repeat(-1, 3), of(3), of(2, 3)),
        new Way("repeat(2,3)", a -> a.repeat(2, 3), of(2, 3)),
        new Way("repeat({2,1})", a -> a.repeat(new long[] {2, 1}), of(2, 3), of(2, 3, 2), of(3)),
        new Way("repeat({1,2,2})", a -> a.repeat(new long[] {1, 2, 2}), of(2, 3, 2), of(2, 3)),
        new Way("repeat(Shape 4,6)", a -> a.repeat(new Shape(4, 6)), of(2, 3), of(2, 2, 3), of(2, 4)),
        new Way("repeat(Shape 6)", a -> a.repeat(new Shape(6)), of(2, 3), of(3), of(4)),
        new Way("broadcast(2,3)", a -> a.broadcast(2, 3), of(), of(3), of(1), of(1, 3), of(2, 1), of(2, 3), of(2)),
        new Way("broadcast(-1,4)", a -> a.broadcast(-1, 4), of(2, 1), of(4)),
        new Way("broadcast(2,2,3)", a -> a.broadcast(2, 2, 3), of(3), of(2, 3), of(1, 2, 1)),
        new Way("broadcast(0)", a -> a.broadcast(0), of(1), of(3)),
        new Way("diff(1,0)", a -> a.diff(1, 0), of(5), of(3, 2), of(1), of(0), of()),
        new Way("diff(2,-1)", a -> a.diff(2, -1), of(5), of(3, 4), of(2)),
        new Way("diff(0,0)", a -> a.diff(0, 0), of(5)),
        new Way("diff(9,0)", a -> a.diff(9, 0), of(5)));
  }

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (Way w : views()) {
      for (long[] shape : w.shapes) {
        all.add(Case.of("shape/" + w.name + " of " + new Shape(shape), m -> w.method.apply(whole(m, shape))));
        all.add(Case.list("shape/" + w.name + " of " + new Shape(shape) + " written", m -> {
          NDArray a = whole(m, shape);
          NDArray v = w.method.apply(a);
          v.addi(100);
          a.muli(2);
          return new NDList(a, v);
        }));
      }
      types(all, w);
    }
    for (Way w : copies()) {
      for (long[] shape : w.shapes) {
        all.add(Case.of("shape/" + w.name + " of " + new Shape(shape), m -> w.method.apply(whole(m, shape))));
      }
      types(all, w);
      all.add(Case.of("shape/" + w.name + " gradient", m -> gradient(m, w)));
    }
    views().forEach(w -> all.add(Case.of("shape/" + w.name + " gradient", m -> gradient(m, w))));
    splits(all);
    joins(all);
    chains(all);
    return all.stream();
  }

  private static NDArray whole(NDManager m, long... shape) {
    return m.arange((float) new Shape(shape).size()).reshape(shape);
  }

  private static void types(List<Case> all, Way w) {
    for (DataType type : TYPES) {
      all.add(Case.of("shape/" + w.name + " of " + type, m -> w.method.apply(Inputs.typed(m, 5, type, w.shapes[0]))));
    }
  }

  private static NDArray gradient(NDManager m, Way w) {
    NDArray x = Inputs.normal(m, 3, w.shapes[0]);
    x.setRequiresGradient(true);
    try (var tape = m.getEngine().newGradientCollector()) {
      NDArray y = w.method.apply(x);
      tape.backward(y.mul(y).mul(Inputs.normal(m, 4, y.getShape().getShape())).sum());
    }
    return x.getGradient();
  }

  private static void splits(List<Case> all) {
    for (long n : new long[] {1, 2, 3, 5, 7, 8}) {
      all.add(Case.list("shape/split(" + n + ") of 7", m -> whole(m, 7).split(n)));
      all.add(Case.list("shape/split(" + n + ",1) of (2, 6)", m -> whole(m, 2, 6).split(n, 1)));
    }
    for (long[] at : new long[][] {{}, {2}, {0, 2}, {2, 4}, {2, 2}, {1, 6}, {6}, {4, 2}, {9}}) {
      String name = java.util.Arrays.toString(at);
      all.add(Case.list("shape/split(" + name + ",1) of (2, 6)", m -> whole(m, 2, 6).split(at, 1)));
      all.add(Case.list("shape/split(" + name + ") of (6, 2)", m -> whole(m, 6, 2).split(at)));
    }
    all.add(Case.list("shape/split written", m -> {
      NDArray a = whole(m, 2, 6);
      NDList parts = a.split(3, 1);
      parts.get(1).addi(100);
      a.muli(2);
      return new NDList(a, parts.get(0), parts.get(1), parts.get(2));
    }));
    all.add(Case.of("shape/split gradient", m -> {
      NDArray x = Inputs.normal(m, 3, 2, 6);
      x.setRequiresGradient(true);
      try (var tape = m.getEngine().newGradientCollector()) {
        NDList parts = x.split(3, 1);
        tape.backward(parts.get(0).mul(parts.get(2)).sum());
      }
      return x.getGradient();
    }));
  }

  private static void joins(List<Case> all) {
    for (DataType a : TYPES) {
      for (DataType b : TYPES) {
        boolean sixteen = a != b && List.of(DataType.INT8, DataType.UINT8).containsAll(List.of(a, b));
        if (!sixteen) {
          all.add(Case.of("shape/concat of " + a + " and " + b,
              m -> Inputs.typed(m, 1, a, 2, 3).concat(Inputs.typed(m, 2, b, 1, 3))));
          all.add(Case.of("shape/stack of " + a + " and " + b,
              m -> Inputs.typed(m, 1, a, 3).stack(Inputs.typed(m, 2, b, 3))));
        }
      }
    }
    for (int axis : new int[] {-3, -2, -1, 0, 1, 2, 3}) {
      all.add(Case.of("shape/concat axis " + axis, m -> whole(m, 2, 3).concat(whole(m, 2, 3).add(50), axis)));
      all.add(Case.of("shape/stack axis " + axis, m -> whole(m, 2, 3).stack(whole(m, 2, 3).add(50), axis)));
    }
    all.add(Case.of("shape/concat of different extents", m -> whole(m, 2, 3).concat(whole(m, 2, 2), 0)));
    all.add(Case.of("shape/concat of different ranks", m -> whole(m, 2, 3).concat(whole(m, 6), 0)));
    all.add(Case.of("shape/concat with nothing", m -> whole(m, 2, 3).concat(whole(m, 0), 0)));
    all.add(Case.of("shape/concat of nothing", m -> whole(m, 0).concat(whole(m, 0), 0)));
    all.add(Case.of("shape/concat with (0, 3)", m -> whole(m, 2, 3).concat(whole(m, 0, 3), 0)));
    all.add(Case.of("shape/concat of scalars", m -> whole(m).concat(whole(m), 0)));
    all.add(Case.of("shape/stack of scalars", m -> whole(m).stack(whole(m), 0)));
    all.add(Case.of("shape/stack of different shapes", m -> whole(m, 2).stack(whole(m, 3), 0)));
    all.add(Case.of("shape/concat of three",
        m -> whole(m, 2, 3).getNDArrayInternal().concat(new NDList(whole(m, 1, 3), whole(m, 3, 3)), 0)));
    all.add(Case.list("shape/concat gradient", m -> {
      NDArray x = Inputs.normal(m, 3, 2, 3);
      NDArray y = Inputs.normal(m, 4, 2, 3);
      x.setRequiresGradient(true);
      y.setRequiresGradient(true);
      try (var tape = m.getEngine().newGradientCollector()) {
        NDArray z = x.concat(y, 1).stack(y.concat(x, 1));
        tape.backward(z.mul(z).mul(Inputs.normal(m, 5, 2, 2, 6)).sum());
      }
      return new NDList(x.getGradient(), y.getGradient());
    }));
  }

  /** Views of views, and what PyTorch copies since its elements do not lie one behind the other. */
  private static void chains(List<Case> all) {
    List<Way> ways = List.of(
        new Way("reshape of transpose", a -> a.transpose().reshape(6, 2), of(3, 4)),
        new Way("reshape of a middle slice", a -> a.get(":, 1:3").reshape(-1), of(3, 4)),
        new Way("reshape of a first slice", a -> a.get("1:3").reshape(2, 2, 2), of(3, 4)),
        new Way("reshape within axes of transpose", a -> a.transpose(2, 0, 1).reshape(2, 2, 6), of(2, 6, 4)),
        new Way("flatten of transpose", a -> a.transpose().flatten(), of(3, 4)),
        new Way("flatten of column", a -> a.get(":, 1").flatten(), of(3, 4)),
        new Way("flatten of steps", a -> a.get("::2").flatten(), of(4, 3)),
        new Way("reshape of diagonal", a -> a.diagonal().reshape(3, 1), of(3, 4)),
        new Way("reshape of transposed squeeze", a -> a.transpose().squeeze(0).reshape(2, 2), of(4, 1)),
        new Way("transpose of transpose reshape", a -> a.transpose().transpose().reshape(12), of(3, 4)),
        new Way("expandDims of transpose reshape", a -> a.transpose().expandDims(1).reshape(4, 3), of(3, 4)),
        new Way("flatten of one element", a -> a.get("1:2, 2:3").flatten(), of(3, 4)),
        new Way("duplicate", NDArray::duplicate, of(3, 4)),
        new Way("flip", a -> a.flip(0), of(3, 4)),
        new Way("tile", a -> a.tile(1), of(3, 4)),
        new Way("repeat", a -> a.repeat(1), of(3, 4)),
        new Way("toType of the same type", a -> a.toType(DataType.FLOAT32, false), of(3, 4)),
        new Way("toType copy", a -> a.toType(DataType.FLOAT32, true), of(3, 4)),
        new Way("stopGradient", NDArray::stopGradient, of(3, 4)),
        new Way("pad by nothing", a -> a.pad(new Shape(0, 0), 0), of(3, 4)),
        new Way("split into one", a -> a.split(1).get(0), of(3, 4)),
        new Way("split of part of transpose", a -> a.transpose().split(2).get(1).get(0), of(3, 4)));
    for (Way w : ways) {
      Case c = Case.list("shape/" + w.name + " written", m -> {
        NDArray a = whole(m, w.shapes[0]);
        NDArray v = w.method.apply(a);
        v.addi(100);
        a.muli(2);
        return new NDList(a, v);
      });
      all.add(
          w.name.equals("toType copy") ? c.differs("asked for a copy, PyTorch's engine gives the array itself") : c);
    }
    all.add(Case.of("shape/broadcast written", m -> whole(m, 1, 3).broadcast(2, 3).addi(1)));
    all.add(Case.of("shape/broadcast of what is written", m -> {
      NDArray a = whole(m, 1, 3);
      NDArray b = a.broadcast(2, 3);
      a.addi(10);
      return b;
    }));
  }
}
