package dev.orthant.gpu.driver;

/**
 * The matrix instructions that a device has, in the order in which they appeared: each generation has those before it
 * as well.
 */
public enum MatrixUnits {
  /** None that we use: sums are made by ordinary arithmetic. */
  NONE,
  /** {@code mma.sync} with bf16, f16 and tf32 operands, {@code cp.async}: NVIDIA from compute capability 8.0. */
  MMA_SYNC,
  /** {@code wgmma} and the tensor memory accelerator: NVIDIA's compute capability 9.0 (Hopper). */
  WGMMA;

  /** Whether the instructions of {@code other} are there. */
  public boolean has(MatrixUnits other) {
    return compareTo(other) >= 0;
  }
}
