package dev.orthant.cuda.compile;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.orthant.core.Setting;
import dev.orthant.gpu.driver.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's run-time compiler, of any version since 10: its functions as its own documentation ("NVRTC, User Guide") has
 * them.
 */
public final class Nvrtc {
  private static final int SUCCESS = 0;
  private static final List<String> OPTIONS = List.of("--std=c++17", "-default-device");

  /** Looks for a compiler. */
  public record Finder(List<NvrtcPlaces.Place> places, int cudaVersion) {
    /**
     * The first that can be loaded and is not of a later major version than the driver, which may not take what that
     * makes; failing this the first that can be loaded.
     */
    public Found find() {
      List<String> faults = new ArrayList<>();
      Nvrtc later = null;
      for (NvrtcPlaces.Place place : places) {
        try {
          Nvrtc found = new Nvrtc(place);
          if (found.major <= cudaVersion / 1000) {
            return new Found(found, "");
          }
          later = later == null ? found : later;
        } catch (IllegalArgumentException | DriverException e) {
          // What is only a name was a guess: that there is no such file is nothing to report.
          if (place.file() != null) {
            faults.add(place.name() + ": " + e.getMessage());
          }
        }
      }
      return new Found(later, faults.isEmpty() ? "there is no libnvrtc.so" : String.join("; ", faults));
    }
  }

  /**
   * What the finder found.
   *
   * @param nvrtc the compiler, or null
   * @param fault why there is none
   */
  public record Found(@Nullable Nvrtc nvrtc, String fault) {}

  private final ForeignLibrary library;
  private final String identity;
  private final int major;
  private final int minor;
  private final List<Integer> architectures;

  /**
   * Loads a library.
   *
   * @throws IllegalArgumentException when it cannot be loaded
   * @throws DriverException when it is no NVRTC
   */
  private Nvrtc(NvrtcPlaces.Place place) {
    this.library = place.load();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(JAVA_INT, 2);
      check("nvrtcVersion", call("nvrtcVersion", numbers, numbers.asSlice(Integer.BYTES)));
      this.major = numbers.getAtIndex(JAVA_INT, 0);
      this.minor = numbers.getAtIndex(JAVA_INT, 1);
    }
    this.identity = version() + " " + place.identity();
    this.architectures = supported();
  }

  /** Such as {@code 13.0}. */
  public String version() {
    return major + "." + minor;
  }

  /**
   * What the compiler's results depend on besides their texts and options: other builds of one version are told apart.
   */
  public String identity() {
    return identity;
  }

  /** The compute capabilities that it compiles for, without their points; empty when it is too old to say. */
  private List<Integer> supported() {
    if (!library.has("nvrtcGetSupportedArchs")) {
      return List.of();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      check("nvrtcGetNumSupportedArchs", call("nvrtcGetNumSupportedArchs", count));
      MemorySegment list = arena.allocate(JAVA_INT, Math.max(1, count.get(JAVA_INT, 0)));
      check("nvrtcGetSupportedArchs", call("nvrtcGetSupportedArchs", list));
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
        all.add(list.getAtIndex(JAVA_INT, i));
      }
      return List.copyOf(all);
    }
  }

  /**
   * What to compile for a device of that compute capability.
   *
   * @throws DriverException when this compiler knows no instructions that the device has
   */
  public NvrtcTarget target(int capability) {
    return NvrtcTarget.choose(capability, architectures, 10 * major + minor, library.has("nvrtcGetCUBIN"))
        .orElseThrow(() -> new DriverException("NVRTC " + version() + " (" + library.name()
            + ") cannot compile for compute capability " + capability / 10 + "." + capability % 10
            + "; it can for " + architectures + ": use one of an older CUDA, by " + Setting.NVRTC.flag() + "=FILE",
            false));
  }

  /** All options for a target. No fast math: what is not asked for is exact. */
  public static List<String> options(NvrtcTarget target) {
    List<String> all = new ArrayList<>(OPTIONS);
    all.add("--gpu-architecture=" + target.architecture());
    return all;
  }

  /**
   * Compiles a text.
   *
   * @return machine code (a cubin), or PTX with its closing 0
   * @throws DriverException with the compiler's log
   */
  public byte[] compile(String source, String name, NvrtcTarget target) {
    List<String> options = options(target);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(ADDRESS);
      check("nvrtcCreateProgram", call("nvrtcCreateProgram", program, arena.allocateFrom(source),
          arena.allocateFrom(name + ".cu"), 0, MemorySegment.NULL, MemorySegment.NULL));
      MemorySegment handle = program.get(ADDRESS, 0);
      try {
        MemorySegment list = arena.allocate(ADDRESS, options.size());
        for (int i = 0; i < options.size(); i++) {
          list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
        }
        int code = call("nvrtcCompileProgram", handle, options.size(), list);
        if (code != SUCCESS) {
          throw new DriverException("compiling kernel " + name + " with \"" + String.join(" ", options) + "\" failed:\n"
              + log(handle, arena) + "\nnvrtcCompileProgram: " + errorName(code), false);
        }
        return target.ptx()
            ? result(handle, "nvrtcGetPTXSize", "nvrtcGetPTX", arena)
            : result(handle, "nvrtcGetCUBINSize", "nvrtcGetCUBIN", arena);
      } finally {
        // Its only failure is a handle that is none.
        call("nvrtcDestroyProgram", program);
      }
    }
  }

  private String log(MemorySegment program, Arena arena) {
    try {
      byte[] log = result(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog", arena);
      return new String(log, StandardCharsets.UTF_8).replace("\0", "").strip();
    } catch (DriverException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  private byte[] result(MemorySegment program, String sizeOf, String get, Arena arena) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    check(sizeOf, call(sizeOf, program, size));
    MemorySegment bytes = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
    check(get, call(get, program, bytes));
    return bytes.asSlice(0, size.get(JAVA_LONG, 0)).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Calls a function; its parameters are pointers but for the {@code int}s given. */
  private int call(String function, Object... arguments) {
    MemoryLayout[] types = new MemoryLayout[arguments.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
    }
    return ForeignLibrary.call(library.function(function, FunctionDescriptor.of(JAVA_INT, types)), arguments);
  }

  private void check(String function, int code) {
    if (code != SUCCESS) {
      throw new DriverException(function + ": " + errorName(code), false);
    }
  }

  /** The names of {@code nvrtcResult}. */
  public static String errorName(int code) {
    List<String> names = List.of("SUCCESS", "ERROR_OUT_OF_MEMORY", "ERROR_PROGRAM_CREATION_FAILURE",
        "ERROR_INVALID_INPUT", "ERROR_INVALID_PROGRAM", "ERROR_INVALID_OPTION", "ERROR_COMPILATION",
        "ERROR_BUILTIN_OPERATION_FAILURE", "ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION",
        "ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION", "ERROR_NAME_EXPRESSION_NOT_VALID", "ERROR_INTERNAL_ERROR",
        "ERROR_TIME_FILE_WRITE_FAILED");
    return "NVRTC_" + (code >= 0 && code < names.size() ? names.get(code) : "ERROR_" + code);
  }
}
