package dev.orthant.cli;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.expr.Activations;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.parity.Case;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The shortest proof that a device works: one fused matmul + bias + relu of odd extents in each of its types. */
final class SelfTest {
  private static final long SEED = 1;

  private SelfTest() {}

  /** What is wrong with the device; empty when it computes right. */
  static List<String> faults(Device device) {
    List<String> faults = new ArrayList<>();
    for (DType type : device.info().dtypes()) {
      if (type.isFloating()) {
        fault(device, type, faults);
      }
    }
    return faults;
  }

  private static void fault(Device device, DType type, List<String> faults) {
    MatMul op = MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.RELU));
    List<TensorSpec> inputs =
        List.of(TensorSpec.of(type, 17, 29), TensorSpec.of(type, 29, 23), TensorSpec.of(type, 23));
    try {
      Verdict v = new Check(device, SEED).run(new Case("doctor/" + type, "doctor", op, inputs, Case.Data.NORMAL));
      if (v.precision() != null && !v.precision().withinBound()) {
        faults.add("computes wrong numbers in " + type + ": " + v.precision().worst());
      } else if (!v.fine()) {
        faults.add("fails in " + type + ": " + (v.failure() == null ? v.status() : v.failure()));
      }
    } catch (RuntimeException | LinkageError e) {
      // Doctor goes on to the next device whatever this one does.
      faults.add("fails in " + type + ": " + e);
    }
  }
}
