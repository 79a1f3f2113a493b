package dev.orthant.cpu.gemm;

import dev.orthant.cpu.memory.ElementType;

/**
 * The inner loops for one compute type: vectors where the JVM has them, scalar else.
 *
 * @param tile the register tile of {@code micro}
 * @param micro multiplies packed panels
 * @param writer packs them
 */
public record GemmKernels(RegisterTile tile, MicroKernel micro, PanelWriter writer) {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
  static boolean vectorsAvailable() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /** The best kernels for {@code element}, which is {@code F32} or {@code F64}. */
  public static GemmKernels best(ElementType element) {
    return vectorsAvailable() ? VectorKernels.create(element) : scalar(element);
  }

  /** Gets the loops compiled ahead of the first real use; see {@link GemmWarmUp}. */
  void warmUp() {
    GemmWarmUp.run(this);
  }

  /** Kernels that need no vector module. */
  public static GemmKernels scalar(ElementType element) {
    RegisterTile tile = new RegisterTile(element, 4, 4, false);
    return new GemmKernels(tile, new ScalarMicroKernel(tile), new PanelWriter());
  }
}
