package dev.orthant.bench;

import dev.orthant.op.Call;
import dev.orthant.op.Contraction;
import dev.orthant.parity.Precision;
import org.jspecify.annotations.Nullable;

/**
 * What came of a row on a device.
 *
 * @param device its name
 * @param test the row
 * @param call what was computed
 * @param status how it ended
 * @param reason why it was skipped or failed, or empty
 * @param precision the comparison with float64, unless nothing was computed
 * @param sets how many copies of the inputs and outputs the runs took in turn; 0 when there were none
 * @param fused times of the fused op, when it was right
 * @param unfused times of the same work op by op, where there is something to fuse
 */
public record BenchRow(String device, BenchCase test, Call call, Status status, String reason,
    @Nullable Precision precision,
    int sets, @Nullable Samples fused, @Nullable Samples unfused) {
  /** How a row can end. */
  public enum Status {
    OK,
    /** Wrong numbers, or the device failed: not timed. */
    FAILED,
    /** The device lacks the type or the memory, and says so. */
    SKIPPED
  }

  static BenchRow without(String device, BenchCase test, Call call, Status status, String reason) {
    return new BenchRow(device, test, call, status, reason, null, 0, null, null);
  }

  public double seconds() {
    return fused == null ? Double.NaN : fused.median();
  }

  /** Per second; elementwise work counts as none. */
  public double flops() {
    return test.op() instanceof Contraction ? call.flops() / seconds() : 0;
  }

  public double bytes() {
    return call.bytes() / seconds();
  }

  /** Whether arithmetic, not memory, is what limits this row on a device with that peak. */
  public boolean isComputeBound(Peak peak) {
    return test.op() instanceof Contraction && call.flops() / peak.flops() >= call.bytes() / peak.bytes();
  }

  /** The fraction of what the device could do: of arithmetic or of memory, whichever limits. */
  public double share(Peak peak) {
    return isComputeBound(peak) ? flops() / peak.flops() : bytes() / peak.bytes();
  }

  /** How many times longer the unfused form takes; NaN where there is none. */
  public double speedup() {
    return unfused == null ? Double.NaN : unfused.median() / seconds();
  }
}
