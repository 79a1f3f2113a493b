package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Makes {@link GemmKernels} on the Vector API; loaded only when the module is there. */
final class VectorKernels {
  private VectorKernels() {}

  static GemmKernels create(ElementType element) {
    loadVectorClasses();
    int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    RegisterTile tile = RegisterTile.of(element, bits, System.getProperty("os.arch", ""));
    return new GemmKernels(tile, MicroKernelGenerator.generate(tile), new VectorPanelWriter());
  }

  /**
   * Initialises the vector, mask and shuffle classes of every lane type and shape. Whichever is first used later would
   * invalidate the compiled kernels, since C2 relies on what has been loaded; they then run boxed for seconds.
   */
  private static void loadVectorClasses() {
    for (Class<?> lane : List.of(byte.class, short.class, int.class, long.class, float.class, double.class)) {
      for (VectorShape shape : VectorShape.values()) {
        touch(VectorSpecies.of(lane, shape));
      }
    }
  }

  private static <E> void touch(VectorSpecies<E> species) {
    Vector<E> zero = species.zero();
    if (!zero.eq(zero.blend(zero, species.maskAll(true)).rearrange(species.iotaShuffle(0, 1, true))).allTrue()) {
      throw new IllegalStateException("the Vector API does not work for " + species);
    }
  }
}
