package dev.orthant.gpu;

import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.plan.Recent;
import dev.orthant.op.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs launches on memory of their own, without a trace in a device's pool, counters and breadcrumbs. To be called
 * under the device's lock.
 */
final class TrialRunner {
  /** Reads as a NaN or an absurd number in every type. */
  private static final byte POISON = (byte) 0xFF;

  private final GpuDriver driver;
  private final Recent<String, GpuDriver.Kernel> kernels;
  private final TrackedAllocator memories;

  TrialRunner(GpuDriver driver, Recent<String, GpuDriver.Kernel> kernels, TrackedAllocator memories) {
    this.driver = driver;
    this.kernels = kernels;
    this.memories = memories;
  }

  /**
   * The outputs of a call that is computed by {@code plan}, in memory of the arena; they were no numbers before.
   *
   * @throws DriverException when the driver refuses something, memory included
   */
  List<MemorySegment> outputs(Call call, List<Launch> plan, List<MemorySegment> inputs, Arena arena) {
    List<GpuDriver.Memory> all = new ArrayList<>();
    try {
      inputs.forEach(m -> add(m, all));
      for (TensorSpec spec : call.outputs()) {
        add(arena.allocate(spec.bytes()).fill(POISON), all);
      }
      List<GpuDriver.Memory> tensors = List.copyOf(all);
      for (long bytes : Launch.scratch(plan)) {
        all.add(memory(bytes));
      }
      List<GpuDriver.Memory> scratch = all.subList(tensors.size(), all.size());
      for (Launch l : plan) {
        GpuDriver.Kernel kernel = kernels.get(l.source(), source -> driver.build(source, l.kernel()));
        driver.launch(kernel, l.grid(), l.arguments(call.op(), tensors, scratch));
      }
      driver.finish();
      List<MemorySegment> outputs = new ArrayList<>();
      for (int o = 0; o < call.outputs().size(); o++) {
        MemorySegment host = arena.allocate(call.outputs().get(o).bytes());
        driver.read(tensors.get(inputs.size() + o), 0, host);
        outputs.add(host);
      }
      return outputs;
    } finally {
      all.forEach(memories::free);
    }
  }

  private void add(MemorySegment content, List<GpuDriver.Memory> all) {
    GpuDriver.Memory memory = memory(content.byteSize());
    all.add(memory);
    if (content.byteSize() > 0) {
      driver.write(memory, 0, content);
    }
  }

  private GpuDriver.Memory memory(long bytes) {
    GpuDriver.Memory memory = memories.allocate(Math.max(1, bytes));
    if (memory == null) {
      throw new DriverException("no memory for a trial of " + bytes + " bytes", false);
    }
    return memory;
  }
}
