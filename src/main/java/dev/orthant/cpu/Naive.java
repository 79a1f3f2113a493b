package dev.orthant.cpu;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Ops by their float64 reference, until they have code of their own. */
final class Naive {
  private Naive() {}

  static void run(Call call, long[] addresses) {
    double[][] values = new double[call.inputs().size()][];
    for (int i = 0; i < values.length; i++) {
      TensorSpec spec = call.input(i);
      MemorySegment memory = Raw.ALL.asSlice(addresses[i], spec.bytes());
      values[i] = new double[Math.toIntExact(spec.shape().elements())];
      for (int j = 0; j < values[i].length; j++) {
        values[i][j] = spec.dtype().get(memory, j);
      }
    }
    double[][] results = call.op().reference(call.inputs(), values);
    List<TensorSpec> outputs = call.outputs();
    for (int o = 0; o < results.length; o++) {
      DType type = outputs.get(o).dtype();
      MemorySegment memory = Raw.ALL.asSlice(addresses[values.length + o], outputs.get(o).bytes());
      for (int j = 0; j < results[o].length; j++) {
        type.set(memory, j, results[o][j]);
      }
    }
  }
}
