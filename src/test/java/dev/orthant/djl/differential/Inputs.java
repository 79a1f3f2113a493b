package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Random;

/** The same inputs on every engine. */
final class Inputs {
  private Inputs() {}

  /** What goes wrong first. */
  static final float[] SPECIAL = {0f, -0f, 1f, -1f, 0.5f, -0.5f, 1.5f, -1.5f, 2.5f, 3.7f, -2.3f, 1e-8f, -1e-8f, 1e10f,
      -1e10f, 88f, -104f, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY, Float.NaN};

  static NDArray special(NDManager m) {
    return m.create(SPECIAL.clone());
  }

  /** Normal numbers, the same for the same seed. */
  static NDArray normal(NDManager m, long seed, long... shape) {
    Random random = new Random(seed);
    Shape s = new Shape(shape);
    float[] values = new float[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return m.create(values, s);
  }

  /** Uniform in [low, high). */
  static NDArray uniform(NDManager m, long seed, double low, double high, long... shape) {
    Random random = new Random(seed);
    Shape s = new Shape(shape);
    float[] values = new float[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return m.create(values, s);
  }

  /** Whole numbers in [low, high) of any type, floating ones included. */
  static NDArray whole(NDManager m, long seed, DataType type, int low, int high, long... shape) {
    Random random = new Random(seed);
    Shape s = new Shape(shape);
    int[] values = new int[(int) s.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = low + random.nextInt(high - low);
    }
    return m.create(values, s).toType(type, false);
  }

  /** Normal numbers in a type: rounded to it, of integers 10 times as large. */
  static NDArray typed(NDManager m, long seed, DataType type, long... shape) {
    return switch (type) {
      case BOOLEAN -> whole(m, seed, DataType.INT32, 0, 2, shape).toType(type, false);
      case UINT8 -> whole(m, seed, type, 0, 20, shape);
      case INT8, INT32, INT64 -> whole(m, seed, type, -10, 11, shape);
      default -> normal(m, seed, shape).toType(type, false);
    };
  }
}
