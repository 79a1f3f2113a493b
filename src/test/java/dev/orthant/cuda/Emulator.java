package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.device.Devices;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** The emulated driver's own functions, which no GPU's has. */
@SuppressWarnings("restricted")
final class Emulator {
  private Emulator() {}

  /** Whether the driver that the dynamic linker finds is the emulated one. */
  static boolean isHere() {
    try {
      return library().find("emuFailCall").isPresent();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Skips the test without it, unless {@code ORTHANT_REQUIRE} asks for CUDA: then it fails. */
  static void need() {
    String required = System.getenv(Devices.REQUIRE_VARIABLE);
    if (required != null && List.of(required.split(",")).contains("cuda")) {
      assertThat(isHere()).as("cuda is required, and the emulated driver is not in LD_LIBRARY_PATH").isTrue();
    }
    assumeThat(isHere()).as("the emulated driver is not in LD_LIBRARY_PATH; see ./orthant test --with-emulated-cuda")
        .isTrue();
  }

  /** The {@code n}th call of the driver from now on fails with that code, once; 0: none. */
  static void failCall(long n, int code) {
    try {
      function("emuFailCall", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)).invoke(n, code);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** How many calls there were. */
  static long calls() {
    return number("emuCalls");
  }

  /** Device memory that is not returned. */
  static long liveBytes() {
    return number("emuLiveBytes");
  }

  /** Modules, streams, events, pinned memory and contexts that are not returned. */
  static long liveObjects() {
    return number("emuLiveObjects");
  }

  private static long number(String function) {
    try {
      return (long) function(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG)).invoke();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(library().find(name).orElseThrow(), type);
  }

  private static SymbolLookup library() {
    return SymbolLookup.libraryLookup(LibCuda.NAME, Arena.global());
  }
}
