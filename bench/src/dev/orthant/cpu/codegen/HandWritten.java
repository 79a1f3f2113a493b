package dev.orthant.cpu.codegen;

import dev.orthant.cpu.memory.Raw;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops as one writes them by hand with the Vector API: what generated code is measured against. F32, whole vectors.
 */
final class HandWritten {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  private HandWritten() {}

  static void relu(long x, long y, int count) {
    for (int i = 0; i < count; i += S.length()) {
      FloatVector v = FloatVector.fromMemorySegment(S, Raw.ALL, x + 4L * i, LE);
      v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoMemorySegment(Raw.ALL, y + 4L * i, LE);
    }
  }

  /** x/2·(1 + erf(x/√2)), erf by the rational function that the compiler uses. */
  static void gelu(long x, long y, int count) {
    for (int i = 0; i < count; i += S.length()) {
      FloatVector v = FloatVector.fromMemorySegment(S, Raw.ALL, x + 4L * i, LE);
      v.mul(0.5f).mul(erf(v.mul(0.70710677f)).add(1f)).intoMemorySegment(Raw.ALL, y + 4L * i, LE);
    }
  }

  private static FloatVector erf(FloatVector x) {
    FloatVector z = x.mul(x);
    FloatVector p = c(2.041975e-6f).fma(z, c(2.8480825e-4f)).fma(z, c(0.0037795906f))
        .fma(z, c(0.05279023f)).fma(z, c(0.19078338f)).fma(z, c(1.1283791f));
    FloatVector q = c(3.8004102e-5f).fma(z, c(0.0011652084f)).fma(z, c(0.014997399f))
        .fma(z, c(0.114257336f)).fma(z, c(0.5024101f)).fma(z, c(1.0f));
    FloatVector r = x.mul(p).div(q);
    return r.blend(1f, x.compare(VectorOperators.GT, 3.92f)).blend(-1f, x.compare(VectorOperators.LT, -3.92f));
  }

  private static FloatVector c(float v) {
    return FloatVector.broadcast(S, v);
  }

  /** x·tanh(log(1 + e^x)) by the vector library's own functions. */
  static void mish(long x, long y, int count) {
    for (int i = 0; i < count; i += S.length()) {
      FloatVector v = FloatVector.fromMemorySegment(S, Raw.ALL, x + 4L * i, LE);
      FloatVector softplus = v.lanewise(VectorOperators.EXP).lanewise(VectorOperators.LOG1P);
      v.mul(softplus.lanewise(VectorOperators.TANH)).intoMemorySegment(Raw.ALL, y + 4L * i, LE);
    }
  }
}
