package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Discovery;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.gpu.LongSums;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The CUDA device of this machine, emulated or not. */
class CudaDeviceTest {
  private static Discovery found = new Discovery(List.of(), List.of());

  @BeforeAll
  static void open() {
    found = new CudaProvider().discover();
    assertThat(Devices.missing()).noneMatch(s -> s.contains("cuda"));
    assumeThat(found.devices()).as("no CUDA device: %s", found.problems()).isNotEmpty();
  }

  @AfterAll
  static void close() {
    found.devices().forEach(d -> {
      assertThat(d.stats().liveBuffers()).as("buffers left open on %s", d.name()).isZero();
      d.close();
    });
  }

  private static Device first() {
    return found.devices().getFirst();
  }

  @Test
  void describesItself() {
    for (Device d : found.devices()) {
      assertThat(d.name()).matches("cuda:\\d+");
      assertThat(d.info().description()).isNotBlank();
      assertThat(d.info().driver()).matches("CUDA \\d+\\.\\d+.*");
      assertThat(d.info().dtypes()).containsExactlyInAnyOrder(DType.values());
      assertThat(d.info().memoryBytes()).isPositive();
      assertThat(d.info().units()).isPositive();
      assertThat(d.info().driver()).matches(".+, compute capability \\d+\\.\\d; kernels: .+");
      assertThat(d.info().emulated()).isEqualTo(Emulator.isHere());
      assertThat(d.info().description().contains("Emulated")).isEqualTo(d.info().emulated());
    }
  }

  @Test
  void activationsOfTheUserAreCompiled() {
    Device device = first();
    double[] x = {-2, -1, 0, 3, Double.NaN};
    assertThat(run(device, Activation.define("twice and one", e -> e.plus(e).plus(1)), x))
        .containsExactly(-3, -1, 1, 7, Double.NaN);
    assertThat(run(device, Activations.LEAKY_RELU, x, 0.5)).containsExactly(-1, -0.5, 0, 3, Double.NaN);
    assertThat(run(device, Activations.LEAKY_RELU, x, 0.25)).containsExactly(-0.5, -0.25, 0, 3, Double.NaN);
  }

  private static double[] run(Device device, Activation f, double[] x, double... parameters) {
    TensorSpec spec = TensorSpec.of(DType.F32, x.length);
    MemorySegment host = MemorySegment.ofArray(new float[x.length]);
    for (int i = 0; i < x.length; i++) {
      spec.dtype().set(host, i, x[i]);
    }
    try (Buffer in = device.allocate(spec.bytes()); Buffer out = device.allocate(spec.bytes())) {
      device.write(in, 0, host);
      device.execute(Call.of(device.name(), Pointwise.of(f, parameters), List.of(spec)), List.of(in), List.of(out));
      device.read(out, 0, host);
      return IntStream.range(0, x.length).mapToDouble(i -> spec.dtype().get(host, i)).toArray();
    }
  }

  @Test
  void noChainOfAdditionsIsLongerThanABlock() {
    for (Device d : found.devices()) {
      assertThat(LongSums.faults(d)).as(d.info().description()).isEmpty();
    }
  }

  /** Copies of less than a piece of pinned memory, of just one, two, and of many with a rest. */
  @Test
  void hostMemoryMayLieAnywhereAndHaveAnySize() {
    Device device = first();
    for (long size : new long[] {1, 100, PinnedStaging.CHUNK - 1, PinnedStaging.CHUNK, PinnedStaging.CHUNK + 1,
        2 * PinnedStaging.CHUNK,
        2 * PinnedStaging.CHUNK + 3, 5 * PinnedStaging.CHUNK + 7}) {
      try (Arena arena = Arena.ofConfined(); Buffer buffer = device.allocate(size + 5)) {
        MemorySegment heap = MemorySegment.ofArray(new byte[(int) size]);
        for (long i = 0; i < size; i += 4093) {
          heap.set(ValueLayout.JAVA_BYTE, i, (byte) (i / 4093 + 1));
        }
        MemorySegment off = arena.allocate(size);
        device.write(buffer, 5, heap);
        device.read(buffer, 5, off);
        assertThat(off.mismatch(heap)).as("%d bytes", size).isEqualTo(-1);
        MemorySegment back = MemorySegment.ofArray(new byte[(int) size]);
        device.write(buffer, 0, off);
        device.read(buffer, 0, back);
        assertThat(back.mismatch(heap)).as("%d bytes", size).isEqualTo(-1);
      }
    }
  }

  @Test
  void eightThreadsShareADevice() throws Exception {
    Device device = first();
    float[] alone = SmallStep.run(device);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<float[]>> work =
          IntStream.range(0, 16).<Callable<float[]>>mapToObj(_ -> () -> SmallStep.run(device)).toList();
      for (Future<float[]> done : threads.invokeAll(work)) {
        assertThat(done.get()).isEqualTo(alone);
      }
    }
  }

  @Test
  void aDeviceThatWasClosedIsOpenedAnew() {
    float[] expected = SmallStep.run(first());
    for (int i = 0; i < 3; i++) {
      Discovery again = new CudaProvider().discover();
      assertThat(again.devices()).hasSameSizeAs(found.devices());
      try (Device device = again.devices().getFirst()) {
        assertThat(SmallStep.run(device)).as("the same bits: %s", Arrays.toString(expected)).isEqualTo(expected);
      }
    }
  }
}
