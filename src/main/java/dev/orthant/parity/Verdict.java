package dev.orthant.parity;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a case on a device.
 *
 * @param precision null when the case did not run
 * @param failure what is wrong, or null
 */
public record Verdict(String device, Case test, long seed, Status status, @Nullable Precision precision,
    @Nullable String failure) {
  /** How a case can end. */
  public enum Status {
    PASSED,
    FAILED,
    /** Within bounds, but almost all outputs were zero. Counts as a failure of the case. */
    MISTRUSTED,
    /** The device lacks the type; it says so by a typed error. */
    UNSUPPORTED
  }

  /** Whether this is as it should be. */
  public boolean fine() {
    return status == Status.PASSED || status == Status.UNSUPPORTED;
  }

  /** The command that repeats the case. */
  public String repeat() {
    return "./orthant parity --device " + device + " --case '" + test.id() + "' --seed " + seed;
  }

  /** One line for a report. */
  @Override
  public String toString() {
    String detail = failure != null ? failure : precision == null ? "" : "worst " + precision.worst();
    return status + " " + test.id() + " on " + device + ": " + detail + "\n  repeat: " + repeat();
  }
}
