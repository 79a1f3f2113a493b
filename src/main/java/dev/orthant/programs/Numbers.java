package dev.orthant.programs;

/**
 * Made-up elements that one short formula tells: element i is (((factor·i + first) mod modulus) + least)·unit.
 *
 * @param factor 0 makes all elements equal
 * @param modulus positive
 */
record Numbers(long factor, long first, long modulus, long least, double unit) {
  /** All elements {@code v}. */
  static Numbers constant(double v) {
    return new Numbers(0, 0, 1, 1, v);
  }

  boolean isConstant() {
    return factor == 0 || modulus == 1;
  }

  double value(long i) {
    return (Math.floorMod(factor * i + first, modulus) + least) * unit;
  }

  double[] values(int count) {
    double[] v = new double[count];
    for (int i = 0; i < count; i++) {
      v[i] = value(i);
    }
    return v;
  }

  /** The formula in Java, of an {@code int i}. */
  String java() {
    return "(Math.floorMod(" + factor + "L * i + " + first + ", " + modulus + "L) + " + least + ") * " + unit;
  }
}
