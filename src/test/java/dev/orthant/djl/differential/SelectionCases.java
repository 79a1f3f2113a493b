package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Elements by index and by mask, read and written. */
final class SelectionCases {
  private SelectionCases() {}

  /** An index. */
  private record At(String name, Function<NDManager, NDIndex> index) {}

  /** Those that name an element twice. */
  private static final List<String> TWICE = List.of("[{}] of ints", "[{}] negative", "[{}] a matrix", "[..., {}] ");

  private static At at(String text) {
    return new At("[" + text + "]", _ -> new NDIndex(text));
  }

  private static At at(String text, String name, Function<NDManager, Object[]> with) {
    return new At("[" + text + "] " + name, m -> new NDIndex(text, with.apply(m)));
  }

  private static Object[] args(Object... args) {
    return args;
  }

  private static NDArray ints(NDManager m, int... values) {
    return m.create(values);
  }

  private static NDArray matrix(NDManager m, long rows, int... values) {
    return m.create(values, new Shape(rows, values.length / rows));
  }

  private static NDArray mask(NDManager m, int... values) {
    boolean[] b = new boolean[values.length];
    for (int i = 0; i < b.length; i++) {
      b[i] = values[i] != 0;
    }
    return m.create(b);
  }

  /** Of an array (3, 4, 2). */
  private static List<At> basic() {
    return Stream.of("0", "-1", "2", "3", "-4", "1:2", "1:", ":2", ":", "*", "...", "0:9", "-2:", ":-1", "2:1", "5:9",
        "-9:2", "::2",
        "1::2", ":, 1", ":, -1, :", "..., 1", "0, ...", "..., 0, :", "1, ..., 0", "1, 2, 1", "1, 2, 1, 0", ":, 1:3",
        ":, 1:4:2, 0",
        "0:3:2, ::3", ":2, 1:, :1", "null", "null, 0", "1, null", ":, null, 1", "..., null", "null, ..., null",
        "0, null, 1, null, 1",
        "::-1", "2:0:-1", ":, ::-2", "1:1", "1:1, 0").map(SelectionCases::at).toList();
  }

  private static List<At> arrays() {
    return List.of(
        at("{}", "of ints", m -> args(ints(m, 2, 0, 0))),
        at("{}", "of longs", m -> args(m.create(new long[] {2, 0, 1}))),
        at("{}", "of floats", m -> args(m.create(new float[] {2.9f, 0.1f}))),
        at("{}", "of bytes", m -> args(m.create(new byte[] {2, 0}))),
        at("{}", "of uint8", m -> args(ints(m, 2, 0).toType(DataType.UINT8, false))),
        at("{}", "negative", m -> args(ints(m, -1, -3, 0))),
        at("{}", "too large", m -> args(ints(m, 0, 3))),
        at("{}", "too small", m -> args(ints(m, 0, -4))),
        at("{}", "a matrix", m -> args(matrix(m, 2, 0, 1, 2, 2))),
        at("{}", "a scalar", m -> args(m.create(1))),
        at("{}", "of none", m -> args(m.create(new int[0]))),
        at(":, {}", "", m -> args(ints(m, 3, 0))),
        at("..., {}", "", m -> args(ints(m, 1, 0, 1))),
        at("1, {}", "", m -> args(ints(m, 3, 0))),
        at("{}, 1", "", m -> args(ints(m, 2, 0))),
        at("{}, 1:3", "", m -> args(ints(m, 2, 0))),
        at("1:, {}, :1", "", m -> args(ints(m, 2, 0, 3))),
        at("{}, {}", "", m -> args(ints(m, 2, 0), ints(m, 1, -1))),
        at("{}, {}", "broadcast", m -> args(matrix(m, 2, 2, 0), ints(m, 1, 3, 0))),
        at("{}, {}, {}", "", m -> args(ints(m, 2, 0), ints(m, 1, 3), ints(m, 0, 1))),
        at("{}, :, {}", "apart", m -> args(ints(m, 2, 0), ints(m, 1, 0))),
        at("{}, 1:3, {}", "apart", m -> args(ints(m, 2, 0), ints(m, 1, 0))),
        at("{}, null, {}", "apart", m -> args(ints(m, 2, 0), ints(m, 1, 0))),
        at("{}, 1, {}", "", m -> args(ints(m, 2, 0), ints(m, 1, 0))),
        at(":, {}, {}", "", m -> args(ints(m, 2, 0), ints(m, 1, 0))),
        at("null, {}", "", m -> args(ints(m, 2, 0))),
        at("{}, null", "", m -> args(ints(m, 2, 0))),
        at("{}, {}", "not broadcast", m -> args(ints(m, 2, 0), ints(m, 1, 3, 0))),
        at("{}", "a mask", m -> args(mask(m, 1, 0, 1))),
        at("{}", "a mask of none", m -> args(mask(m, 0, 0, 0))),
        at("{}", "a short mask", m -> args(mask(m, 1, 0))),
        at(":, {}", "a mask", m -> args(mask(m, 1, 0, 1, 1))),
        at("{}, {}", "mask and ints", m -> args(mask(m, 1, 0, 1), ints(m, 3, 0))),
        at("{}, :, {}", "mask and mask", m -> args(mask(m, 1, 0, 1), mask(m, 1, 1))),
        at("{}, {}", "mask and mask", m -> args(mask(m, 1, 0, 1), mask(m, 0, 1, 1, 0))),
        at("{}", "a mask matrix", m -> args(mask(m, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0).reshape(3, 4))),
        at("1, {}", "a mask matrix", m -> args(mask(m, 1, 0, 1, 0, 0, 1, 0, 0).reshape(4, 2))),
        at("{}", "a whole mask", m -> args(whole(m).gt(11))));
  }

  private static NDArray whole(NDManager m) {
    return m.arange(24f).reshape(3, 4, 2);
  }

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    Stream.concat(basic().stream(), arrays().stream()).forEach(a -> {
      all.add(Case.of("selection/get" + a.name, m -> whole(m).get(a.index.apply(m))));
      all.add(Case.of("selection/get" + a.name + " gradient", m -> gradient(m, x -> x.get(a.index.apply(m)))));
      all.add(Case.of("selection/set" + a.name + " number", m -> {
        NDArray x = whole(m);
        x.set(a.index.apply(m), 77.5f);
        return x;
      }));
      all.add(Case.of("selection/set" + a.name + " array", m -> {
        NDArray x = whole(m);
        NDArray part = x.get(a.index.apply(m));
        x.set(a.index.apply(m), part.mul(3).add(100));
        return x;
      }));
      all.add(Case.of("selection/set" + a.name + " one element", m -> {
        NDArray x = whole(m);
        x.set(a.index.apply(m), m.create(new float[] {5}));
        return x;
      }));
      all.add(Case.list("selection/written" + a.name, m -> {
        NDArray x = whole(m);
        NDArray part = x.get(a.index.apply(m));
        part.addi(100);
        x.muli(2);
        return new NDList(x, part);
      }));
      all.add(Case.of("selection/set" + a.name + " function", m -> {
        NDArray x = whole(m);
        x.set(a.index.apply(m), p -> p.add(50));
        return x;
      }));
      Case set = Case.list("selection/set" + a.name + " gradient", m -> setGradient(m, a));
      all.add(TWICE.contains(a.name)
          ? set.differs("an element written twice only has the last value; PyTorch gives each the gradient") : set);
    });
    types(all);
    others(all);
    masks(all);
    views(all);
    return all.stream();
  }

  private static NDArray gradient(NDManager m, Function<NDArray, NDArray> f) {
    NDArray x = Inputs.normal(m, 3, 3, 4, 2);
    x.setRequiresGradient(true);
    try (var tape = m.getEngine().newGradientCollector()) {
      NDArray y = f.apply(x);
      tape.backward(y.mul(y).mul(Inputs.normal(m, 4, y.getShape().getShape())).sum());
    }
    return x.getGradient();
  }

  /** Through a write into an array that is no leaf. */
  private static NDList setGradient(NDManager m, At a) {
    NDArray x = Inputs.normal(m, 3, 3, 4, 2);
    NDArray v = Inputs.normal(m, 4, 1);
    x.setRequiresGradient(true);
    v.setRequiresGradient(true);
    try (var tape = m.getEngine().newGradientCollector()) {
      NDArray y = x.mul(2);
      y.set(a.index.apply(m), v.mul(3));
      tape.backward(y.mul(y).sum());
    }
    return new NDList(x.getGradient(), v.getGradient());
  }

  private static void types(List<Case> all) {
    for (DataType type : new DataType[] {DataType.FLOAT16, DataType.FLOAT64, DataType.INT8, DataType.UINT8,
        DataType.INT32, DataType.INT64, DataType.BOOLEAN}) {
      Function<NDManager, NDArray> x = m -> Inputs.typed(m, 7, type, 3, 4);
      List<At> some = List.of(at("1"), at(":, 1:3"), at("::2, 1"), at("{}", "of ints", m -> args(ints(m, 2, 0))),
          at("{}, {}", "of ints", m -> args(ints(m, 2, 0), ints(m, 1, 3))),
          at("{}", "a mask", m -> args(mask(m, 1, 0, 1))));
      for (At a : some) {
        all.add(Case.of("selection/get" + a.name + " of " + type, m -> x.apply(m).get(a.index.apply(m))));
        all.add(Case.of("selection/set" + a.name + " of " + type, m -> {
          NDArray y = x.apply(m);
          y.set(a.index.apply(m), y.get(a.index.apply(m)).flip(0));
          return y;
        }));
        for (Number n : new Number[] {1, 2.7f, -1.5}) {
          all.add(Case.of("selection/set" + a.name + " of " + type + " " + n, m -> {
            NDArray y = x.apply(m);
            y.set(a.index.apply(m), n);
            return y;
          }));
        }
        all.add(Case.of("selection/set" + a.name + " of " + type + " with floats", m -> {
          NDArray y = x.apply(m);
          y.set(a.index.apply(m), m.create(new float[] {1.5f}));
          return y;
        }));
      }
      all.add(Case.of("selection/gather of " + type, m -> x.apply(m).gather(matrix(m, 3, 0, 3, 1, 1, 2, 0), 1)));
      all.add(Case.of("selection/take of " + type, m -> x.apply(m).take(ints(m, 0, 11, 5))));
      all.add(Case.of("selection/put of " + type, m -> x.apply(m).put(ints(m, 0, 11), x.apply(m).get("1, :2"))));
      all.add(Case.of("selection/scatter of " + type,
          m -> x.apply(m).scatter(matrix(m, 2, 2, 0, 1, 0), x.apply(m).flip(0), 0)));
      all.add(
          Case.of("selection/booleanMask of " + type, m -> x.apply(m).booleanMask(Inputs.normal(m, 9, 3, 4).gt(0))));
      all.add(Case.of("selection/oneHot of " + type,
          m -> Inputs.whole(m, 8, DataType.INT32, 0, 2, 5).toType(type, false).oneHot(3)));
      all.add(Case.of("selection/oneHot as " + type, m -> ints(m, 1, 0, 2).oneHot(3, type)));
      all.add(Case.of("selection/gatherNd of " + type, m -> x.apply(m).gatherNd(matrix(m, 2, 2, 0, 1, 3))));
    }
  }

  private static void others(List<Case> all) {
    BiConsumer<String, Function<NDArray, NDArray>> add = (name, f) -> all.addAll(List.of(
        Case.of("selection/" + name, m -> f.apply(whole(m))),
        Case.of("selection/" + name + " gradient", m -> gradient(m, f))));
    add.accept("gather along 0", x -> x.gather(x.getManager().create(new int[] {2, 0, 1, 1}, new Shape(1, 2, 2)), 0));
    add.accept("gather along -1", x -> x.gather(x.getManager().create(new int[] {1, 0, 1}, new Shape(1, 1, 3)), -1));
    add.accept("gather longer", x -> x.gather(x.getManager().create(new int[] {2, 0, 1, 1, 2}, new Shape(5, 1, 1)), 0));
    add.accept("gather out of range", x -> x.gather(x.getManager().create(new int[] {3}, new Shape(1, 1, 1)), 0));
    add.accept("gather negative", x -> x.gather(x.getManager().create(new int[] {-1}, new Shape(1, 1, 1)), 0));
    add.accept("gather other rank", x -> x.gather(x.getManager().create(new int[] {1}), 0));
    add.accept("gather too long elsewhere", x -> x.gather(x.getManager().zeros(new Shape(1, 5, 1), DataType.INT64), 0));
    add.accept("gather by floats", x -> x.gather(x.getManager().create(new float[] {1.7f}, new Shape(1, 1, 1)), 0));
    add.accept("gatherNd 1", x -> x.gatherNd(x.getManager().create(new int[] {2, 0}, new Shape(1, 2))));
    add.accept("gatherNd 2", x -> x.gatherNd(x.getManager().create(new int[] {2, 0, 1, 3}, new Shape(2, 2))));
    add.accept("gatherNd 3", x -> x.gatherNd(x.getManager().create(new int[] {2, 0, 1, 3, 0, 1}, new Shape(3, 2))));
    add.accept("gatherNd 4", x -> x.gatherNd(x.getManager().create(new int[] {2, 0, 1, 3}, new Shape(4, 1))));
    add.accept("gatherNd of long", x -> x.gatherNd(x.getManager().create(new long[] {2, 0, 1, 3}, new Shape(2, 2, 1))));
    add.accept("take", x -> x.take(x.getManager().create(new int[] {0, 23, 7, 7}, new Shape(2, 2))));
    add.accept("take negative", x -> x.take(x.getManager().create(new int[] {-1, -24})));
    add.accept("take scalar", x -> x.take(x.getManager().create(3)));
    add.accept("take out of range", x -> x.take(x.getManager().create(new int[] {24})));
    add.accept("take by floats", x -> x.take(x.getManager().create(new float[] {2.9f})));
    add.accept("put",
        x -> x.mul(2).put(x.getManager().create(new int[] {0, -1}), x.getManager().create(new float[] {7, 8})));
    add.accept("put a matrix", x -> x.mul(2).put(x.getManager().create(new int[] {0, 5}, new Shape(2, 1)),
        x.getManager().create(new float[] {7, 8})));
    add.accept("put twice",
        x -> x.mul(2).put(x.getManager().create(new int[] {4, 4}), x.getManager().create(new float[] {7, 8})));
    add.accept("put out of range",
        x -> x.put(x.getManager().create(new int[] {24}), x.getManager().create(new float[] {7})));
    add.accept("put other count",
        x -> x.put(x.getManager().create(new int[] {4}), x.getManager().create(new float[] {7, 8})));
    add.accept("put other type",
        x -> x.put(x.getManager().create(new int[] {4}), x.getManager().create(new int[] {7})));
    add.accept("scatter along 0",
        x -> x.mul(2).scatter(x.getManager().create(new int[] {2, 0, 1, 1}, new Shape(1, 2, 2)), x.add(50), 0));
    add.accept("scatter along 1",
        x -> x.mul(2).scatter(x.getManager().create(new int[] {2, 0, 1, 3}, new Shape(2, 2, 1)), x.add(50), 1));
    add.accept("scatter twice",
        x -> x.mul(2).scatter(x.getManager().create(new int[] {2, 2}, new Shape(1, 2, 1)), x.add(50), 1));
    add.accept("scatter out of range", x -> x.scatter(x.getManager().create(new int[] {4}, new Shape(1, 1, 1)), x, 1));
    add.accept("scatter too few values",
        x -> x.scatter(x.getManager().create(new int[] {1, 2}, new Shape(1, 2, 1)), x.get(":, :1"), 1));
    add.accept("scatter other type",
        x -> x.scatter(x.getManager().create(new int[] {1}, new Shape(1, 1, 1)), x.toType(DataType.INT32, false), 1));
    add.accept("pick", x -> x.get(new NDIndex().addAllDim().addPickDim(x.getManager().create(new int[] {2, 0, 3}))));
    add.accept("pick along 0", x -> x.get(new NDIndex().addPickDim(x.getManager().create(new int[] {2, 0, 1}))));
    add.accept("pick whole rank",
        x -> x.get(new NDIndex().addAllDim(2).addPickDim(x.getManager().create(new int[] {1, 0}, new Shape(2, 1, 1)))));
    add.accept("pick out of range",
        x -> x.get(new NDIndex().addAllDim().addPickDim(x.getManager().create(new int[] {4, 0, 0}))));
    add.accept("pick by floats",
        x -> x.get(new NDIndex().addAllDim().addPickDim(x.getManager().create(new float[] {1.5f, 0, 3}))));
    all.add(Case.of("selection/oneHot of a matrix", m -> matrix(m, 2, 1, 0, 2, 3).oneHot(4)));
    all.add(Case.of("selection/oneHot of a scalar", m -> m.create(2).oneHot(4)));
    all.add(Case.of("selection/oneHot too small", m -> ints(m, 1, 4).oneHot(4)));
    all.add(Case.of("selection/oneHot negative", m -> ints(m, -1).oneHot(4)));
    all.add(Case.of("selection/oneHot on and off", m -> ints(m, 1, 0).oneHot(3, 5f, -1f, DataType.FLOAT64)));
    all.add(Case.of("selection/sequenceMask", m -> whole(m).sequenceMask(ints(m, 1, 4, 0))));
    all.add(Case.of("selection/sequenceMask value", m -> whole(m).sequenceMask(m.create(new float[] {1, 2, 3}), -1f)));
    all.add(Case.of("selection/get() of a scalar", m -> m.create(3f).get(new NDIndex())));
    all.add(Case.of("selection/get() of an array", m -> whole(m).get(new NDIndex())));
    all.add(Case.of("selection/getScalar", m -> whole(m).getScalar(1, 2, 0)));
    all.add(Case.of("selection/getScalar of many", m -> whole(m).getScalar(1, 2)));
    all.add(Case.of("selection/getFloat", m -> m.create(whole(m).getFloat(1, 2, 0))));
    all.add(Case.of("selection/getLong", m -> m.create(m.arange(24).toType(DataType.INT64, false).getLong(7))));
    all.add(Case.of("selection/get(longs)", m -> whole(m).get(1, -1)));
    all.add(Case.of("selection/setScalar", m -> {
      NDArray x = whole(m);
      x.setScalar(new NDIndex(1, 2, 0), 99);
      return x;
    }));
    all.add(Case.of("selection/setScalar of many", m -> {
      NDArray x = whole(m);
      x.setScalar(new NDIndex(1, 2), 99);
      return x;
    }));
    all.add(Case.of("selection/set more axes", m -> {
      NDArray x = whole(m);
      x.set(new NDIndex(1), m.arange(8f).reshape(1, 1, 4, 2));
      return x;
    }));
    all.add(Case.of("selection/set too large", m -> {
      NDArray x = whole(m);
      x.set(new NDIndex(1), m.arange(8f).reshape(2, 4, 1));
      return x;
    }));
    all.add(Case.of("selection/set column", m -> {
      NDArray x = whole(m);
      x.set(new NDIndex("1"), m.arange(4f).reshape(4, 1));
      return x;
    }));
    all.add(Case.of("selection/set itself", m -> {
      NDArray x = whole(m);
      x.set(new NDIndex("1"), x.get(0));
      return x;
    }));
    all.add(Case.of("selection/set duplicates", m -> {
      NDArray x = m.zeros(new Shape(4));
      x.set(new NDIndex("{}", ints(m, 1, 1, 2)), m.create(new float[] {5, 6, 7}));
      return x;
    }));
    all.add(Case.of("selection/set(mask, number)", m -> {
      NDArray x = whole(m);
      x.set(x.gt(5).logicalNot(), -1);
      return x;
    }));
  }

  private static void masks(List<Case> all) {
    all.add(Case.of("selection/booleanMask whole", m -> whole(m).booleanMask(whole(m).gt(11))));
    all.add(Case.of("selection/booleanMask whole axis 1", m -> whole(m).booleanMask(whole(m).gt(11), 1)));
    all.add(Case.of("selection/booleanMask last axis", m -> whole(m).booleanMask(mask(m, 0, 1), 2)));
    all.add(Case.of("selection/booleanMask axis 1",
        m -> whole(m).booleanMask(mask(m, 0, 1, 1, 0, 1, 1, 0, 0).reshape(4, 2), 1)));
    all.add(Case.of("selection/booleanMask first axis", m -> whole(m).booleanMask(mask(m, 0, 1, 1), 0)));
    all.add(Case.of("selection/booleanMask does not fit", m -> whole(m).booleanMask(mask(m, 0, 1, 1, 0, 0), 0)));
    all.add(Case.of("selection/booleanMask of none", m -> whole(m).booleanMask(whole(m).gt(99))));
    all.add(Case.of("selection/booleanMask gradient", m -> gradient(m, x -> x.booleanMask(x.gt(0)))));
  }

  private static void views(List<Case> all) {
    all.add(Case.list("selection/view of a view", m -> {
      NDArray x = whole(m);
      NDArray a = x.get("1:");
      NDArray b = a.get(":, 2");
      b.addi(100);
      NDArray before = x.duplicate();
      a.set(new NDIndex(0), 7);
      x.set(new NDIndex("2, 2"), -1);
      return new NDList(x, a, b, before);
    }));
    all.add(Case.list("selection/two views", m -> {
      NDArray x = whole(m);
      NDArray a = x.get(1);
      NDArray b = x.transpose();
      a.addi(100);
      b.get(0).muli(-1);
      return new NDList(x, a, b);
    }));
    all.add(Case.list("selection/set through a view", m -> {
      NDArray x = whole(m);
      x.get("1").set(new NDIndex("{}", ints(m, 0, 3)), 55f);
      x.get(":, 1").set(new NDIndex("::2"), 66f);
      x.transpose().set(new NDIndex("1, 2"), 88f);
      x.reshape(-1).set(new NDIndex("-1"), 99f);
      return new NDList(x);
    }));
    all.add(Case.list("selection/view written after its base's", m -> {
      NDArray x = whole(m);
      NDArray v = x.get("0");
      x.addi(1);
      v.addi(10);
      x.addi(1);
      return new NDList(x, v);
    }));
    all.add(Case.list("selection/view copied to", m -> {
      NDArray x = whole(m);
      m.full(new Shape(4, 2), 5f).copyTo(x.get(1));
      return new NDList(x);
    }).differs("PyTorch's engine gives the view memory of its own"));
    all.add(Case.list("selection/gradient through views", m -> {
      NDArray x = Inputs.normal(m, 3, 3, 4, 2);
      x.setRequiresGradient(true);
      try (var tape = m.getEngine().newGradientCollector()) {
        NDArray y = x.mul(x);
        y.get("1").muli(3);
        y.get(":, 2").addi(y.get(":, 1"));
        y.transpose().get(0).muli(x.get("..., 0").transpose());
        tape.backward(y.mul(y).sum());
      }
      return new NDList(x.getGradient());
    }));
  }
}
