package dev.orthant.cuda;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DeviceException;
import dev.orthant.core.DeviceLostException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Discovery;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What {@link FaultsTest} runs in a process of its own, because a fault of the emulated device loses it for the whole
 * process. Prints OK, or ends with what is wrong.
 */
final class FaultMain {
  private static final int LAUNCH_FAILED = 719;

  private FaultMain() {}

  public static void main(String[] args) {
    switch (args[0]) {
      case "every" -> everyCall(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      case "lost" -> lost();
      case "sync" -> sync();
      case "memory" -> memory();
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.out.println("OK");
  }

  private static void require(boolean held, @Nullable Object... message) {
    if (!held) {
      throw new AssertionError(Arrays.toString(message));
    }
  }

  private static Device open() {
    Discovery found = new CudaProvider().discover();
    require(!found.devices().isEmpty(), found.problems());
    return found.devices().getFirst();
  }

  private static void nothingIsLeft(@Nullable Object... when) {
    require(Emulator.liveBytes() == 0, Emulator.liveBytes(), "bytes are left", Arrays.toString(when));
    require(Emulator.liveObjects() == 0, Emulator.liveObjects(), "objects are left", Arrays.toString(when));
  }

  // ---- every call once
  // -----------------------------------------------------------------------------------------------

  /** Fails call 1, 1 + stride, 1 + 2·stride, … of a life, one in each. */
  private static void everyCall(int code, int stride) {
    float[] truth;
    try (Device device = open()) {
      truth = SmallStep.run(device);
    }
    nothingIsLeft("without a failure");
    int typed = 0;
    int lost = 0;
    int unseen = 0;
    long n = 1;
    for (;; n += stride) {
      long before = Emulator.calls();
      Emulator.failCall(n, code);
      RuntimeException seen = life(truth, before + n);
      boolean fired = Emulator.calls() - before >= n;
      Emulator.failCall(0, 0);
      nothingIsLeft("call", n, Cuda.name(code), seen);
      if (!fired) {
        break;
      }
      if (seen == null) {
        unseen++;
      } else if (seen instanceof DeviceLostException) {
        lost++;
      } else {
        typed++;
      }
    }
    System.out
        .println(Cuda.name(code) + ": " + (typed + lost + unseen) + " calls failed once: " + typed + " errors, " + lost
            + " lost devices, " + unseen + " overcome");
  }

  /** A device's life with one failure in it, which comes before the driver has answered {@code until} calls. */
  private static @Nullable RuntimeException life(float[] truth, long until) {
    Discovery found = new CudaProvider().discover();
    if (found.devices().isEmpty()) {
      require(found.problems().size() == 1 && found.problems().getFirst().reason().contains("CUDA_ERROR"),
          found.problems());
      return new IllegalStateException(found.problems().getFirst().reason());
    }
    Device device = found.devices().getFirst();
    RuntimeException seen = null;
    try {
      float[] got = SmallStep.run(device);
      require(Arrays.equals(got, truth), "other numbers", Arrays.toString(got), Arrays.toString(truth));
    } catch (DeviceException e) {
      seen = e;
      require(String.valueOf(e.getMessage()).startsWith("cuda:0: "), e);
      usableOrLost(device, truth, e);
    }
    require(seen instanceof DeviceLostException || allIsGivenBack(device), device.stats(), seen);
    require(seen == null || Emulator.calls() >= until, "an error that nobody planted", seen);
    device.close();
    try {
      device.finish();
      throw new AssertionError("a closed device works");
    } catch (ClosedException | DeviceLostException e) {
      return seen;
    }
  }

  /** A network whose second tensor could not be made leaves the first to the Cleaner; all else is closed at once. */
  private static boolean allIsGivenBack(Device device) {
    for (int i = 0; i < 100 && device.stats().liveBuffers() > 0; i++) {
      System.gc();
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return device.stats().liveBuffers() == 0;
  }

  private static void usableOrLost(Device device, float[] truth, DeviceException e) {
    if (e instanceof DeviceLostException) {
      try {
        SmallStep.run(device);
        throw new AssertionError("a lost device works");
      } catch (DeviceLostException again) {
        require(again == e, "another error", again);
      }
    } else {
      require(Arrays.equals(SmallStep.run(device), truth), "other numbers after", e);
    }
  }

  // ---- the others
  // ----------------------------------------------------------------------------------------------------

  private static void lost() {
    float[] truth;
    try (Device device = open()) {
      truth = SmallStep.run(device);
      Emulator.failCall(40, LAUNCH_FAILED);
      DeviceLostException first = null;
      try {
        SmallStep.run(device);
      } catch (DeviceLostException e) {
        first = e;
      }
      require(first != null && String.valueOf(first.getMessage()).contains("CUDA_ERROR_LAUNCH_FAILED"), first);
      try {
        device.allocate(1);
        throw new AssertionError("a lost device gives memory");
      } catch (DeviceLostException e) {
        require(e == first, e);
      }
    }
    try (Device again = open()) {
      require(Arrays.equals(SmallStep.run(again), truth), "opened again");
    }
    nothingIsLeft();
  }

  /** With {@code -Dorthant.sync=true} an op's failure is found at its end: after cuCtxSetCurrent and cuLaunchKernel. */
  private static void sync() {
    try (Device device = open(); Buffer x = device.allocate(64); Buffer y = device.allocate(64)) {
      var call = dev.orthant.op.Call.of(device.name(), dev.orthant.op.Pointwise.of(dev.orthant.expr.Activations.RELU),
          java.util.List.of(dev.orthant.core.TensorSpec.of(dev.orthant.core.DType.F32, 16)));
      device.execute(call, java.util.List.of(x), java.util.List.of(y));
      Emulator.failCall(4, LAUNCH_FAILED);
      try {
        device.execute(call, java.util.List.of(x), java.util.List.of(y));
        throw new AssertionError("no failure");
      } catch (DeviceLostException e) {
        require(String.valueOf(e.getMessage()).equals(
            "cuda:0: device lost: pointwise (16,) f32: cuStreamSynchronize: CUDA_ERROR_LAUNCH_FAILED"), e);
      }
    }
  }

  /** With ORTHANT_EMULATED_MEMORY of 8 MiB: what is cached makes room, what is in use does not. */
  private static void memory() {
    long five = 5L << 20;
    long six = 6L << 20;
    try (Device device = open()) {
      device.allocate(five).close();
      require(device.stats().cachedBytes() >= five, device.stats());
      try (Buffer held = device.allocate(six)) {
        require(held.bytes() == six && device.stats().cachedBytes() == 0, device.stats());
        try {
          device.allocate(five);
          throw new AssertionError("more memory than there is");
        } catch (OutOfDeviceMemoryException e) {
          require(e.asked() == five && String.valueOf(e.getMessage()).contains("live buffers hold " + six), e);
        }
      }
      device.allocate(five).close();
    }
    nothingIsLeft();
  }
}
