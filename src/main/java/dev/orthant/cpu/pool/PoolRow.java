package dev.orthant.cpu.pool;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.op.Pool2d;
import dev.orthant.op.reference.CompensatedSum;
import java.util.Arrays;

/**
 * A row of input and a row of output of a pooling, in heap arrays, whose plain loops the just-in-time compiler makes
 * vector loops.
 */
sealed interface PoolRow {
  /** Sets the output. */
  void begin(double value);

  /** Reads the input. */
  void load(long address);

  /** Folds input elements {@code from, from + step, …} into the output's elements {@code to, to + 1, …}. */
  void fold(Pool2d.Kind kind, double power, int to, int from, int step, int count);

  void divide(int from, int count, double divisor);

  /** Whether the terms of this norm are taken of numbers over the largest, as powers may overflow. */
  boolean scales(double power);

  /** As {@link #fold}, for the largest magnitudes, which those elements are divided by when they are folded later. */
  void largest(int to, int from, int step, int count);

  /** Makes sums of powers norms. */
  void root(double power);

  /** Writes the output. */
  void store(long address);

  /** Single precision. */
  final class Narrow implements PoolRow {
    private final ElementType storage;
    private final float[] x;
    private final float[] y;

    Narrow(ElementType storage, int inputs, int outputs) {
      this.storage = storage;
      this.x = new float[inputs];
      this.y = new float[outputs];
    }

    @Override
    public void begin(double value) {
      Arrays.fill(y, (float) value);
    }

    @Override
    public void load(long address) {
      for (int i = 0; i < x.length; i++) {
        x[i] = Raw.getAsFloat(storage, address + (long) i * storage.bytes());
      }
    }

    @Override
    public void fold(Pool2d.Kind kind, double power, int to, int from, int step, int count) {
      switch (kind) {
        case MAX -> {
          for (int i = 0; i < count; i++) {
            y[to + i] = Math.max(y[to + i], x[from + i * step]);
          }
        }
        case AVERAGE -> {
          for (int i = 0; i < count; i++) {
            y[to + i] += x[from + i * step];
          }
        }
        case LP -> throw new IllegalArgumentException("norms are made in double precision");
      }
    }

    @Override
    public void divide(int from, int count, double divisor) {
      for (int i = from; i < from + count; i++) {
        y[i] /= (float) divisor;
      }
    }

    @Override
    public boolean scales(double power) {
      throw new IllegalArgumentException("norms are made in double precision");
    }

    @Override
    public void largest(int to, int from, int step, int count) {
      throw new IllegalArgumentException("norms are made in double precision");
    }

    @Override
    public void root(double power) {
      throw new IllegalArgumentException("norms are made in double precision");
    }

    @Override
    public void store(long address) {
      for (int i = 0; i < y.length; i++) {
        PoolRow.store(storage, address + (long) i * storage.bytes(), y[i]);
      }
    }
  }

  /** Double precision. */
  final class Wide implements PoolRow {
    private final ElementType storage;
    private final double[] x;
    private final double[] y;
    /** What the additions to y have rounded away: empty if that is not kept. */
    private final double[] errors;
    /** Of norms that are scaled, what by: the largest magnitudes. */
    private double[] scale = {};

    /** @param many whether sums are so long that those of F64 need compensation */
    Wide(ElementType storage, int inputs, int outputs, boolean many) {
      this.storage = storage;
      this.x = new double[inputs];
      this.y = new double[outputs];
      this.errors = new double[many && storage == ElementType.F64 ? outputs : 0];
    }

    @Override
    public void begin(double value) {
      Arrays.fill(y, value);
      Arrays.fill(errors, 0);
      Arrays.fill(scale, 0);
    }

    @Override
    public void load(long address) {
      PoolRow.load(storage, address, x);
    }

    @Override
    public void fold(Pool2d.Kind kind, double power, int to, int from, int step, int count) {
      for (int i = 0; i < count; i++) {
        double v = x[from + i * step];
        switch (kind) {
          case MAX -> y[to + i] = Math.max(y[to + i], v);
          case AVERAGE -> add(to + i, v);
          case LP -> add(to + i, scale.length == 0 ? v * v : Math.pow(Math.abs(v) / divisor(to + i), power));
        }
      }
    }

    private void add(int to, double v) {
      double sum = y[to] + v;
      if (errors.length > 0) {
        errors[to] += CompensatedSum.error(y[to], v, sum);
      }
      y[to] = sum;
    }

    /** The sums with their errors. */
    private void settle() {
      for (int i = 0; i < errors.length; i++) {
        y[i] = CompensatedSum.settled(y[i], errors[i]);
        errors[i] = 0;
      }
    }

    /** Of 0 and of ∞ nothing need be divided. */
    private double divisor(int i) {
      return scale[i] == 0 || scale[i] == Double.POSITIVE_INFINITY ? 1 : scale[i];
    }

    @Override
    public boolean scales(double power) {
      // Squares of narrower types are far from both ends of double precision.
      return power != 2 || storage == ElementType.F64;
    }

    @Override
    public void largest(int to, int from, int step, int count) {
      if (scale.length == 0) {
        scale = new double[y.length];
      }
      for (int i = 0; i < count; i++) {
        scale[to + i] = Math.max(scale[to + i], Math.abs(x[from + i * step]));
      }
    }

    @Override
    public void divide(int from, int count, double divisor) {
      settle();
      for (int i = from; i < from + count; i++) {
        y[i] /= divisor;
      }
    }

    @Override
    public void root(double power) {
      settle();
      for (int i = 0; i < y.length; i++) {
        if (scale.length == 0) {
          y[i] = Math.sqrt(y[i]);
        } else {
          y[i] = power == Double.POSITIVE_INFINITY ? scale[i] : divisor(i) * Math.pow(y[i], 1 / power);
        }
      }
    }

    @Override
    public void store(long address) {
      PoolRow.store(storage, address, y);
    }
  }

  /** Reads elements next to each other. */
  static void load(ElementType storage, long address, double[] to) {
    for (int i = 0; i < to.length; i++) {
      long at = address + (long) i * storage.bytes();
      to[i] = storage == ElementType.F64 ? Raw.getDouble(at) : Raw.getAsFloat(storage, at);
    }
  }

  /** Writes elements next to each other. */
  static void store(ElementType storage, long address, double[] values) {
    for (int i = 0; i < values.length; i++) {
      store(storage, address + (long) i * storage.bytes(), values[i]);
    }
  }

  /** Stores a number; of the NaNs always the same one, whichever a processor made. */
  static void store(ElementType storage, long address, double value) {
    double v = Double.isNaN(value) ? Double.NaN : value;
    switch (storage) {
      case F32 -> Raw.putFloat(address, (float) v);
      case F64 -> Raw.putDouble(address, v);
      case F16 -> ElementTypes.putShort(address, Float.floatToFloat16((float) v));
      case BF16 -> ElementTypes.putShort(address, DType.floatToBF16((float) v));
    }
  }
}
