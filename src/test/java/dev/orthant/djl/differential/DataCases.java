package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Elements between types, devices and the host. */
final class DataCases {
  private DataCases() {}

  private static final String DOCUMENTED =
      "as NDArray's Javadoc says: shapes must fit";

  private static final float[] WHOLE =
      {0, 1, -1, 127, 128, 255, 256, -128, -129, 32767, 65504, 70000, -70000, 16777216, 0x1.fffffep30f, -0x1p31f, 3e9f,
          -3e9f, 0x1p63f};

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (DataType to : ArithmeticCases.TYPES) {
      if (to.isFloating() || to == DataType.BOOLEAN) {
        add(all, "toType of special to " + to, m -> Inputs.special(m).toType(to, false));
        add(all, "toType of special doubles to " + to,
            m -> Inputs.special(m).toType(DataType.FLOAT64, false).toType(to, false));
        add(all, "toType of halves to " + to, m -> Inputs.special(m).toType(DataType.FLOAT16, false).toType(to, false));
      }
      for (float v : WHOLE) {
        // C leaves open what a number becomes that an integer type cannot hold; bytes wrap.
        boolean fits =
            to.isFloating() || to == DataType.BOOLEAN || Math.abs(v) < (to == DataType.INT64 ? 9e18 : 2147483648.0);
        if (fits) {
          add(all, "toType of " + v + " to " + to, m -> m.create(new float[] {v, v}).toType(to, false));
        }
      }
      for (DataType from : ArithmeticCases.TYPES) {
        add(all, "toType of " + from + " to " + to, m -> Inputs.typed(m, 2, from, 7).toType(to, false));
        add(all, "toType copy of " + from + " to " + to, m -> Inputs.typed(m, 2, from, 2, 3).toType(to, true));
        add(all, "toType of empty " + from + " to " + to, m -> Inputs.typed(m, 2, from, 0, 3).toType(to, false));
      }
      add(all, "toType of longs to " + to, m -> m
          .create(new long[] {0, 1, -1, 300, -300, 70000, 1L << 31, 1L << 40, -(1L << 40) - 7}).toType(to, false));
      types(all, to);
    }
    add(all, "getByte", m -> m.create(m.create(new byte[] {1, -2, 3}).getByte(1)));
    add(all, "getUint8", m -> m.create(Inputs.whole(m, 1, DataType.UINT8, 200, 250, 3).getUint8(1)));
    add(all, "getInt", m -> m.create(m.create(new int[] {1, -2, 3}).getInt(1)));
    add(all, "getDouble", m -> m.create(m.create(new double[] {1, -2, 3}).getDouble(1)));
    add(all, "getDouble of floats", m -> m.create(m.create(new float[] {1, -2, 3}).getDouble(1)));
    add(all, "toDoubleArray", m -> m.create(m.create(new double[] {1, -2, 3}).toDoubleArray()));
    add(all, "like", m -> Inputs.whole(m, 1, DataType.INT32, 0, 9, 2, 3).like().mul(0));
    add(all, "toDense", m -> Inputs.normal(m, 1, 2, 3).toDense());
    add(all, "intern", m -> {
      NDArray x = Inputs.normal(m, 1, 3);
      x.intern(Inputs.normal(m, 2, 3));
      return x.add(1);
    });
    all.add(Case.of("data/toType gradient", m -> {
      NDArray x = Inputs.normal(m, 1, 4);
      x.setRequiresGradient(true);
      try (var tape = m.getEngine().newGradientCollector()) {
        NDArray y = x.toType(DataType.FLOAT64, false);
        tape.backward(y.mul(y).sum());
      }
      return x.getGradient();
    }));
    buffers(all);
    equality(all);
    return all.stream();
  }

  private static void add(List<Case> all, String name, Function<NDManager, NDArray> f) {
    all.add(Case.of("data/" + name, f));
  }

  private static void types(List<Case> all, DataType type) {
    add(all, "toDevice of " + type, m -> Inputs.typed(m, 2, type, 3).toDevice(m.getDevice(), false));
    add(all, "toDevice copy of " + type, m -> Inputs.typed(m, 2, type, 3).toDevice(m.getDevice(), true));
    add(all, "duplicate of " + type, m -> Inputs.typed(m, 2, type, 2, 3).duplicate());
    add(all, "toByteBuffer of " + type, m -> bytes(m, Inputs.typed(m, 2, type, 2, 3).toByteBuffer(false)));
    add(all, "toByteBuffer of a transpose of " + type,
        m -> bytes(m, Inputs.typed(m, 2, type, 2, 3).transpose().toByteBuffer(false)));
    add(all, "toByteArray of " + type, m -> m.create(Inputs.typed(m, 2, type, 2, 3).toByteArray()));
    add(all, "encode of " + type, m -> NDArray.decode(m, Inputs.typed(m, 2, type, 2, 3).encode()));
    add(all, "toArray of " + type,
        m -> m.create(Stream.of(Inputs.typed(m, 2, type, 4).toArray()).mapToDouble(Number::doubleValue).toArray()));
    add(all, "size of " + type,
        m -> m.create(new long[] {Inputs.typed(m, 2, type, 2, 3).size(), Inputs.typed(m, 2, type, 2, 3).size(1)}));
    add(all, "copyTo of " + type, m -> {
      NDArray to = m.zeros(new Shape(2, 3), type);
      Inputs.typed(m, 2, type, 2, 3).copyTo(to);
      return to;
    });
    add(all, "set(bytes) of " + type, m -> {
      NDArray to = m.zeros(new Shape(4), type);
      to.set(ByteBuffer.allocateDirect(4 * type.getNumOfBytes()).order(ByteOrder.nativeOrder()).put(0, (byte) 1)
          .put(type.getNumOfBytes(), (byte) 1));
      return to;
    });
    add(all, "contentEquals of " + type,
        m -> m.create(new boolean[] {Inputs.typed(m, 2, type, 3).contentEquals(Inputs.typed(m, 2, type, 3)),
            Inputs.typed(m, 2, type, 3).contentEquals(Inputs.typed(m, 3, type, 3)),
            Inputs.typed(m, 2, type, 3).contentEquals(m.zeros(new Shape(4), type))}));
    add(all, "toDebugString of " + type,
        m -> text(m, Inputs.typed(m, 2, type, 2, 3).toDebugString(100, 10, 10, 20, true)));
    add(all, "toDebugString of a scalar " + type,
        m -> text(m, Inputs.typed(m, 2, type).toDebugString(100, 10, 10, 20, true)));
    add(all, "toDebugString of empty " + type,
        m -> text(m, Inputs.typed(m, 2, type, 0, 3).toDebugString(100, 10, 10, 20, true)));
    add(all, "toDebugString of many " + type,
        m -> text(m, Inputs.typed(m, 2, type, 3, 4, 5).toDebugString(20, 2, 2, 3, false)));
    add(all, "isEmpty and isScalar of " + type,
        m -> m.create(new boolean[] {Inputs.typed(m, 2, type, 0).isEmpty(), Inputs.typed(m, 2, type).isScalar()}));
  }

  private static NDArray text(NDManager m, String text) {
    return m.create(text.replace(m.getDevice().toString(), "device").getBytes(StandardCharsets.UTF_8));
  }

  private static NDArray bytes(NDManager m, ByteBuffer buffer) {
    byte[] all = new byte[buffer.remaining()];
    buffer.get(all);
    return m.create(all);
  }

  private static void buffers(List<Case> all) {
    add(all, "set(floats)", m -> set(m.zeros(new Shape(2, 2)), a -> a.set(new float[] {1, 2, 3, 4})));
    add(all, "set(too few floats)", m -> set(m.zeros(new Shape(2, 2)), a -> a.set(new float[] {1, 2, 3})));
    add(all, "set(ints into floats)",
        m -> set(m.zeros(new Shape(2, 2)), a -> a.set(IntBuffer.wrap(new int[] {1, 2, 3, 4}))));
    add(all, "set(ints)", m -> set(m.zeros(new Shape(2, 2), DataType.INT32), a -> a.set(new int[] {1, 2, 3, 4})));
    add(all, "set(longs)", m -> set(m.zeros(new Shape(2), DataType.INT64), a -> a.set(new long[] {1, -2})));
    add(all, "set(doubles)", m -> set(m.zeros(new Shape(2), DataType.FLOAT64), a -> a.set(new double[] {1, -2})));
    add(all, "set(bytes)", m -> set(m.zeros(new Shape(2), DataType.INT8), a -> a.set(new byte[] {1, -2})));
    add(all, "set(direct floats)", m -> set(m.zeros(new Shape(2)),
        a -> a.set(ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder()).asFloatBuffer().put(0, 5f))));
    add(all, "create of a buffer", m -> m.create(FloatBuffer.wrap(new float[] {1, 2}), new Shape(2)));
    add(all, "create of a part of a buffer",
        m -> m.create(FloatBuffer.wrap(new float[] {1, 2, 3, 4}).position(2), new Shape(2)));
    add(all, "create of bytes as halves",
        m -> m.create(ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putShort(0, (short) 0x3c00),
            new Shape(2), DataType.FLOAT16));
    add(all, "create of a buffer of another type",
        m -> m.create(FloatBuffer.wrap(new float[] {1, 2}), new Shape(2), DataType.INT32));
    add(all, "toFloatArray of ints", m -> m.create(m.arange(3).toFloatArray()));
    add(all, "toUint8Array", m -> m.create(m.create(new byte[] {1, -1}).toType(DataType.UINT8, false).toUint8Array()));
    add(all, "toIntArray", m -> m.create(m.arange(3).toIntArray()));
    add(all, "toLongArray", m -> m.create(m.arange(3).toType(DataType.INT64, false).toLongArray()));
    add(all, "toBooleanArray", m -> m.create(m.arange(3).gt(1).toBooleanArray()));
    all.add(Case.of("data/copyTo another shape", m -> set(m.zeros(new Shape(2)), a -> m.ones(new Shape(3)).copyTo(a)))
        .differs(DOCUMENTED));
    add(all, "NDList encode", m -> {
      NDList list = new NDList(m.arange(3f), m.ones(new Shape(2), DataType.INT64));
      list.get(0).setName("a");
      return NDList.decode(m, list.encode()).get(1);
    });
    add(all, "NDList encode as npz", m -> NDList
        .decode(m, new NDList(m.arange(3f), m.ones(new Shape(2), DataType.INT64)).encode(NDList.Encoding.NPZ)).get(0));
  }

  private static NDArray set(NDArray a, java.util.function.Consumer<NDArray> how) {
    how.accept(a);
    return a;
  }

  private static void equality(List<Case> all) {
    add(all, "contentEquals of NaN", m -> m.create(m.create(Float.NaN).contentEquals(m.create(Float.NaN))));
    add(all, "contentEquals of types", m -> m.create(m.create(1f).contentEquals(m.create(1))));
    add(all, "contentEquals of a number", m -> m.create(m.create(1f).contentEquals(1f)));
    add(all, "contentEquals of an int number", m -> m.create(m.create(1f).contentEquals(1)));
    add(all, "contentEquals of numbers and number", m -> m.create(m.create(new float[] {1, 1}).contentEquals(1f)));
    add(all, "equals", m -> m.create(m.arange(3f).equals(m.arange(3f))));
    add(all, "equals null", m -> m.create(m.arange(3f).contentEquals((NDArray) null)));
    add(all, "shapeEquals", m -> m.create(m.arange(3f).shapeEquals(m.arange(3))));
    add(all, "allClose", m -> m.create(m.arange(3f).allClose(m.arange(3f).add(1e-6f))));
    add(all, "setName", m -> {
      NDArray a = m.arange(3f);
      a.setName("x");
      return text(m, a.getName() + a.duplicate().getName() + a.toDevice(m.getDevice(), true).getName());
    });
  }
}
