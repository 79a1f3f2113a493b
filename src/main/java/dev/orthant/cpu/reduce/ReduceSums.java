package dev.orthant.cpu.reduce;

import dev.orthant.cpu.memory.Raw;
import dev.orthant.op.Reduce.Kind;
import dev.orthant.op.reference.CompensatedSum;

/** Combines few elements, one by one and always in the same order, in double. */
final class ReduceSums {
  private ReduceSums() {}

  /** What an empty row gives. */
  static double identity(Kind kind) {
    return switch (kind) {
      case SUM, MEAN -> 0;
      case PROD -> 1;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  static double combine(Kind kind, double a, double b) {
    return switch (kind) {
      case SUM, MEAN -> a + b;
      case PROD -> a * b;
      case MAX -> Math.max(a, b);
      case MIN -> Math.min(a, b);
    };
  }

  static double get(boolean f64, long address, int i) {
    return f64 ? Raw.getDouble(address + 8L * i) : Raw.getFloat(address + 4L * i);
  }

  static void put(boolean f64, long address, int i, double value) {
    if (f64) {
      Raw.putDouble(address + 8L * i, value);
    } else {
      Raw.putFloat(address + 4L * i, (float) value);
    }
  }

  /** Writes {@code count} times the same, from element {@code i} on. */
  static void putAll(boolean f64, long address, int i, int count, double value) {
    for (int j = 0; j < count; j++) {
      put(f64, address, i + j, value);
    }
  }

  /** The combination of {@code n} adjacent elements. */
  static double run(Kind kind, boolean f64, long from, int n) {
    if (kind != Kind.SUM && kind != Kind.MEAN) {
      double all = identity(kind);
      for (int i = 0; i < n; i++) {
        all = combine(kind, all, get(f64, from, i));
      }
      return all;
    }
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i + 4 <= n; i += 4) {
      a += get(f64, from, i);
      b += get(f64, from, i + 1);
      c += get(f64, from, i + 2);
      d += get(f64, from, i + 3);
    }
    for (; i < n; i++) {
      a += get(f64, from, i);
    }
    return (a + b) + (c + d);
  }

  /**
   * {@code to[j] = to[j] ⊕ from[i][j]} for each of {@code rows} adjacent rows; {@code to} are doubles.
   *
   * @param f64 the type of {@code from}, whose sums are compensated
   * @param errors bytes from a sum to what its additions have rounded away
   */
  static void addRows(Kind kind, boolean f64, long from, int rows, int columns, long to, long errors) {
    boolean sum = kind == Kind.SUM || kind == Kind.MEAN;
    for (int i = 0; i < rows; i++) {
      long row = from + (long) i * columns * (f64 ? 8 : 4);
      if (sum && !f64) {
        for (int j = 0; j < columns; j++) {
          Raw.putDouble(to + 8L * j, Raw.getDouble(to + 8L * j) + get(false, row, j));
        }
      } else {
        for (int j = 0; j < columns; j++) {
          add(kind, f64, get(f64, row, j), to + 8L * j, errors);
        }
      }
    }
  }

  /** {@code to = to ⊕ x}: a sum of F64 is compensated, one of F32 has room enough in a double. */
  static void add(Kind kind, boolean f64, double x, long to, long errors) {
    double before = Raw.getDouble(to);
    double after = combine(kind, before, x);
    if (f64 && (kind == Kind.SUM || kind == Kind.MEAN)) {
      Raw.putDouble(to + errors, Raw.getDouble(to + errors) + CompensatedSum.error(before, x, after));
    }
    Raw.putDouble(to, after);
  }

  /** The same of whole sums with their errors. */
  static void addChunk(Kind kind, long from, int columns, long to, long errors) {
    for (int j = 0; j < columns; j++) {
      add(kind, true, Raw.getDouble(from + 8L * j), to + 8L * j, errors);
      Raw.putDouble(to + errors + 8L * j, Raw.getDouble(to + errors + 8L * j) + Raw.getDouble(from + errors + 8L * j));
    }
  }

  /** A sum with its errors. */
  static double settled(Kind kind, long sum, long errors) {
    double s = Raw.getDouble(sum);
    return kind == Kind.SUM || kind == Kind.MEAN ? CompensatedSum.settled(s, Raw.getDouble(sum + errors)) : s;
  }

  static void fill(long to, int n, double value) {
    for (int j = 0; j < n; j++) {
      Raw.putDouble(to + 8L * j, value);
    }
  }
}
