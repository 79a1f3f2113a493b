package dev.orthant.gpu.driver;

/**
 * Why a native library cannot be used.
 *
 * @param cure what helps; empty when that depends on the library
 */
public record NativeFault(String reason, String cure) {
  /** A fault whose cure the provider knows. */
  public static NativeFault of(String reason) {
    return new NativeFault(reason, "");
  }
}
