package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a manager makes. Random numbers are tested in RandomNumbersTest. */
final class ManagerCases {
  private ManagerCases() {}

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (int[] r : new int[][] {{0, 10, 3}, {10, 0, -3}, {0, 9, 3}, {3, 3, 1}, {3, 5, -1}, {-4, 5, 2}, {1, 2, 0}}) {
      add(all, "arange" + List.of(r[0], r[1], r[2]), m -> m.arange(r[0], r[1], r[2]));
      for (DataType type : types()) {
        add(all, "arange" + List.of(r[0], r[1], r[2]) + " " + type, m -> m.arange(r[0], r[1], r[2], type));
      }
    }
    for (float[] r : new float[][] {{0, 1, 0.3f}, {0, 1, 0.1f}, {1, 0, -0.25f}, {0.5f, 4.5f, 1}, {-1, 1, 0.4f},
        {0, 5, 0.5f}, {2.5f, 7.9f, 1.7f}, {0, 1, 0}}) {
      String name = "arange(" + r[0] + ", " + r[1] + ", " + r[2] + ")";
      add(all, name, m -> m.arange(r[0], r[1], r[2]));
      for (DataType type : types()) {
        add(all, name + " " + type, m -> m.arange(r[0], r[1], r[2], type));
      }
    }
    add(all, "arange(4)", m -> m.arange(4));
    add(all, "arange(4f)", m -> m.arange(4f));
    add(all, "arange(1, 4)", m -> m.arange(1, 4));
    add(all, "arange on the device", m -> m.arange(1f, 4f, 1f, DataType.FLOAT32, m.getDevice()));
    for (int n : new int[] {0, 1, 2, 3, 5, 10, -1}) {
      for (boolean end : new boolean[] {true, false}) {
        add(all, "linspace(0, 1, " + n + ") " + end, m -> m.linspace(0f, 1f, n, end));
        add(all, "linspace(-3.3, 7.1, " + n + ") " + end, m -> m.linspace(-3.3f, 7.1f, n, end));
        add(all, "linspace(5, 2, " + n + ") of ints " + end, m -> m.linspace(5, 2, n, end));
      }
    }
    for (int[] e : new int[][] {{3, 3, 0}, {2, 4, 0}, {4, 2, 0}, {3, 3, 1}, {3, 4, -1}, {0, 3, 0}, {3, 0, 0},
        {-1, 2, 0}}) {
      add(all, "eye" + List.of(e[0], e[1], e[2]), m -> m.eye(e[0], e[1], e[2]));
    }
    for (DataType type : types()) {
      add(all, "eye of " + type, m -> m.eye(2, 3, 0, type));
      add(all, "zeros of " + type, m -> m.zeros(new Shape(2, 3), type));
      add(all, "ones of " + type, m -> m.ones(new Shape(2, 3), type));
      for (float v : new float[] {0, 1, 2.7f, -1.3f, 100.5f}) {
        add(all, "full of " + v + " " + type, m -> m.full(new Shape(2), v, type));
      }
      add(all, "full of nothing " + type, m -> m.full(new Shape(0, 2), 1f, type));
      add(all, "full scalar " + type, m -> m.full(new Shape(), 1f, type));
      add(all, "zerosLike of " + type, m -> Inputs.typed(m, 1, type, 3).zerosLike());
      add(all, "onesLike of " + type, m -> Inputs.typed(m, 1, type, 3).onesLike());
    }
    add(all, "full(int)", m -> m.full(new Shape(2), 3));
    add(all, "full(float)", m -> m.full(new Shape(2), 3.5f));
    add(all, "eye(3)", m -> m.eye(3));
    for (long n : new long[] {0, 1, 2, 3, 7, 16}) {
      add(all, "hanningWindow(" + n + ")", m -> m.hanningWindow(n));
    }
    creates(all);
    return all.stream();
  }

  private static List<DataType> types() {
    return ArithmeticCases.TYPES;
  }

  private static void add(List<Case> all, String name, Function<NDManager, NDArray> f) {
    all.add(Case.of("manager/" + name, f));
  }

  private static void creates(List<Case> all) {
    add(all, "create of a float", m -> m.create(1.5f));
    add(all, "create of a double", m -> m.create(1.5));
    add(all, "create of an int", m -> m.create(3));
    add(all, "create of a long", m -> m.create(3L));
    add(all, "create of a byte", m -> m.create((byte) -3));
    add(all, "create of a boolean", m -> m.create(true));
    add(all, "create of floats", m -> m.create(new float[] {1, 2}));
    add(all, "create of no floats", m -> m.create(new float[0]));
    add(all, "create of doubles", m -> m.create(new double[] {1, 2}));
    add(all, "create of longs", m -> m.create(new long[] {1, 1L << 60}));
    add(all, "create of bytes", m -> m.create(new byte[] {1, -2}));
    add(all, "create of booleans", m -> m.create(new boolean[] {true, false}));
    add(all, "create of float rows", m -> m.create(new float[][] {{1, 2}, {3, 4}}));
    add(all, "create of int rows", m -> m.create(new int[][] {{1, 2, 3}}));
    add(all, "create of double rows", m -> m.create(new double[][] {{1}, {3}}));
    add(all, "create of long rows", m -> m.create(new long[][] {{1}, {3}}));
    add(all, "create of byte rows", m -> m.create(new byte[][] {{1}, {3}}));
    add(all, "create of boolean rows", m -> m.create(new boolean[][] {{true}, {false}}));
    add(all, "create in a shape", m -> m.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)));
    add(all, "create of too few", m -> m.create(new float[] {1, 2}, new Shape(2, 3)));
    add(all, "create on the device", m -> m.create(new Shape(2), DataType.FLOAT32, m.getDevice()).mul(0));
    add(all, "from", m -> m.from(m.ones(new Shape(2))));
    add(all, "createCSR",
        m -> m.createCSR(FloatBuffer.wrap(new float[] {7}), new long[] {0, 1}, new long[] {0}, new Shape(1, 2)));
    add(all, "load of nothing", m -> m.load(java.nio.file.Path.of("no such file")).head());
    add(all, "invoke", m -> m.invoke("relu", new ai.djl.ndarray.NDList(), new ai.djl.util.PairList<>()).head());
    add(all, "ret", m -> {
      try (NDManager sub = m.newSubManager()) {
        return m.ret(sub.ones(new Shape(2)).add(1));
      }
    });
  }
}
