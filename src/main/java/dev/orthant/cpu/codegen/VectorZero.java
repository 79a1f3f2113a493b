package dev.orthant.cpu.codegen;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Constant vectors of preferred size. A method called on one of these has a receiver whose exact class C2 knows while
 * it parses, and (for {@code broadcast} and arithmetic) a result of exact class too. The static factories do not give
 * that: their results are resolved late or by profile, and once vectors of several shapes are in use a loop over them
 * is compiled with boxes in about half of the starts, ten times slower.
 */
public final class VectorZero {
  public static final FloatVector F32 = FloatVector.zero(FloatVector.SPECIES_PREFERRED);
  public static final DoubleVector F64 = DoubleVector.zero(DoubleVector.SPECIES_PREFERRED);

  private VectorZero() {}
}
