package dev.orthant.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Discovery;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.gpu.KernelCases;
import dev.orthant.gpu.LongSums;
import dev.orthant.gpu.PhiloxWords;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import dev.orthant.parity.Case;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every OpenCL device of this machine, with the kernels for GPUs and with those for CPUs. */
class OpenClDeviceTest {
  private static Discovery gpu = new Discovery(List.of(), List.of());
  private static Discovery cpu = gpu;

  @BeforeAll
  static void open() {
    gpu = new OpenClProvider(KernelChoice.GPU).discover();
    cpu = new OpenClProvider(KernelChoice.CPU).discover();
    assertThat(Devices.missing()).noneMatch(s -> s.contains("opencl"));
    assumeThat(gpu.devices()).as("no OpenCL device: %s", gpu.problems()).isNotEmpty();
  }

  @AfterAll
  static void close() {
    Stream.concat(gpu.devices().stream(), cpu.devices().stream()).forEach(d -> {
      assertThat(d.stats().liveBuffers()).as("buffers left open on %s", d.name()).isZero();
      d.close();
    });
  }

  private static Device first() {
    return cpu.devices().getFirst();
  }

  @ParameterizedTest
  @EnumSource(value = KernelChoice.class, names = {"GPU", "CPU"})
  void kernelsKeepTheirBounds(KernelChoice kernels) {
    List<Case> cases = Stream.concat(KernelCases.edges().stream(), KernelCases.more().stream()).toList();
    for (Device device : (kernels == KernelChoice.GPU ? gpu : cpu).devices()) {
      Check check = new Check(device, 7);
      List<Verdict> bad = cases.stream().map(check::run).filter(v -> !v.fine()).toList();
      assertThat(bad).as("%s kernels on %s", kernels, device.info().description()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(value = KernelChoice.class, names = {"GPU", "CPU"})
  void noChainOfAdditionsIsLongerThanABlock(KernelChoice kernels) {
    for (Device device : (kernels == KernelChoice.GPU ? gpu : cpu).devices()) {
      assertThat(LongSums.faults(device)).as("%s kernels on %s", kernels, device.info().description()).isEmpty();
    }
  }

  @Test
  void philoxGivesThePublishedWords() {
    try (OpenClDriver driver = Opened.first()) {
      PhiloxWords.check(driver);
    }
  }

  @Test
  void anActivationIsAProgramAndItsNumbersAreNot() {
    Device device = first();
    long before = device.stats().launches();
    double[] x = {-2, -1, 0, 3};
    assertThat(run(device, Activations.LEAKY_RELU, x, 0.5)).containsExactly(-1, -0.5, 0, 3);
    assertThat(run(device, Activations.LEAKY_RELU, x, 0.25)).containsExactly(-0.5, -0.25, 0, 3);
    assertThat(run(device, Activations.RELU, x)).containsExactly(0, 0, 0, 3);
    assertThat(run(device, Activation.define("twice", e -> e.plus(e)), x)).containsExactly(-4, -2, 0, 6);
    assertThat(device.stats().launches() - before).isEqualTo(4);
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
  void hostMemoryMayLieAnywhere() {
    Device device = first();
    long size = (1 << 24) * 2 + 12;
    try (Arena arena = Arena.ofConfined(); Buffer buffer = device.allocate(size)) {
      MemorySegment heap = MemorySegment.ofArray(new byte[(int) size]);
      for (long i = 0; i < size; i += 4093) {
        heap.set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      MemorySegment off = arena.allocate(size);
      device.write(buffer, 0, heap);
      device.read(buffer, 0, off);
      assertThat(off.mismatch(heap)).isEqualTo(-1);
      device.write(buffer, 5, off.asSlice(0, 100));
      MemorySegment back = MemorySegment.ofArray(new byte[100]);
      device.read(buffer, 5, back);
      assertThat(back.mismatch(off.asSlice(0, 100))).isEqualTo(-1);
    }
  }

  @Test
  void threadsShareADevice() throws Exception {
    Device device = first();
    Case test = KernelCases.edges().getFirst();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Verdict>> work =
          IntStream.range(0, 16).<Callable<Verdict>>mapToObj(seed -> () -> new Check(device, seed).run(test)).toList();
      for (Future<Verdict> done : threads.invokeAll(work)) {
        assertThat(done.get().fine()).as(done.get().toString()).isTrue();
      }
    }
  }

  @Test
  void whatDoesNotCompileSaysWhere() {
    try (OpenClDriver driver = Opened.first()) {
      assertThatThrownBy(() -> driver.build("#line 7 \"some.cl\"\n__kernel void k() { nowhere = 1; }\n", "k"))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("compiling kernel k").hasMessageContaining("some.cl:7")
          .hasMessageContaining("nowhere").hasMessageEndingWith("CL_BUILD_PROGRAM_FAILURE");
      assertThatThrownBy(() -> driver.build("__kernel void k() {}\n", "other")).isInstanceOf(DriverException.class)
          .hasMessage("clCreateKernel: CL_INVALID_KERNEL_NAME");
    }
  }

  @Test
  void sizesThatCannotBeAreNoMemory() {
    try (OpenClDriver driver = Opened.first()) {
      assertThat(driver.allocate(1L << 60)).isNull();
    }
  }

  @Test
  void describesItself() {
    for (Device d : gpu.devices()) {
      assertThat(d.name()).matches("opencl:\\d+");
      assertThat(d.info().description()).isNotBlank();
      assertThat(d.info().driver()).contains("OpenCL");
      assertThat(d.info().dtypes()).contains(DType.F32, DType.F16, DType.BF16);
      assertThat(d.info().memoryBytes()).isPositive();
      assertThat(d.info().units()).isPositive();
    }
  }
}
