package dev.orthant.core;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set by a system property, declared once: {@code -Dorthant.fusion=off}. A value that is not
 * legal is refused where it is first asked for, all of them when devices are first looked for and by every command; so
 * is a name that is none of these. A blank value counts as none.
 */
public enum Setting {
  /** The default device. */
  DEVICE("orthant.device", "opencl:0", "the default device", "the best one",
      Values.any("the name of a device, as 'orthant devices' lists them")),
  /** Threads of the CPU device. */
  CPU_THREADS("orthant.cpu.threads", "4", "threads of the CPU device", "one for each processor",
      Values.whole("a number of threads", 1, 4096)),
  /** The most memory for tensors of the CPU device. */
  CPU_MEMORY("orthant.cpu.memory", "8g", "the most memory the CPU device may take", "four fifths of the machine's",
      Values.of("a number of bytes such as 800000000, 800m or 8g", v -> bytesOf(v) > 0)),
  /** Whether vector code may be used. */
  CPU_VECTOR("orthant.cpu.vector", "off", "plain loops instead of the Vector API", "on", Values.SWITCH),
  /** The mode of products which ask for no other. */
  MATH("orthant.math", "tf32", "how f32 operands are multiplied where nothing else is asked for", "f32",
      Values.choice("f32", "tf32", "3xtf32")),
  /** Whether operations wait to be joined. */
  FUSION("orthant.fusion", "off", "each operation launched on its own, at once: to measure what fusion saves", "on",
      Values.SWITCH),
  /** Whether kernels for matrix units are used. */
  MATRIX("orthant.matrix", "off", "ordinary kernels instead of those for matrix units", "on", Values.SWITCH),
  /** The only kinds of device to look for. */
  KINDS("orthant.kinds", "cpu,cuda", "look for these kinds of device only", "all",
      Values.any("kinds of device, with commas: cpu,opencl,cuda")),
  /** Overrides the type of every OpenCL device. */
  OPENCL_KERNELS("orthant.opencl.kernels", "gpu", "the OpenCL kernels for GPUs or for CPUs, whatever the device is",
      "by the device's type",
      Values.choice("gpu", "cpu")),
  /** Where compiled kernels are kept. */
  CACHE("orthant.cache", "FOLDER", "where compiled CUDA kernels are kept; 'off': nowhere",
      "~/.cache/orthant/kernels, 256 MB at most",
      Values.path("a folder, or off")),
  /** The compiler of CUDA kernels. */
  NVRTC("orthant.nvrtc", "FILE", "the NVRTC library to compile CUDA kernels with",
      "the newest that the driver can follow",
      Values.path("the file of a library")),
  /** Waits after each op. */
  SYNC("orthant.sync", "true", "wait after each op, so that an error surfaces where it happens", "false",
      Values.SWITCH),
  /** Stack traces on the command line. */
  DEBUG("orthant.debug", "true", "the command line prints stack traces", "false", Values.SWITCH),
  /** Set by the launcher. */
  LAUNCHER("orthant.launcher", "true", "", "false", Values.SWITCH),
  /** Set by the launcher: whether a person sees standard error. */
  TERMINAL("orthant.terminal", "true", "", "false", Values.SWITCH),
  /** Set by the launcher: how many columns the terminal of standard output has. */
  WIDTH("orthant.width", "80", "", "as many as a line takes", Values.whole("a number of columns", 20, 10_000)),
  /** The compiler of the build, which alone reads it. */
  NVCC("orthant.nvcc", "off", "", "auto", Values.any("auto, off, or the path of nvcc"));

  private static final String PREFIX = "orthant.";
  /** What only tests read. */
  private static final Pattern OF_TESTS =
      Pattern.compile("orthant\\.(seed|programs|random|races|fuzz|emulated|test)(\\..*)?");

  private final String property;
  private final String example;
  private final String meaning;
  private final String otherwise;
  private final Values values;

  Setting(String property, String example, String meaning, String otherwise, Values values) {
    this.property = property;
    this.example = example;
    this.meaning = meaning;
    this.otherwise = otherwise;
    this.values = values;
  }

  /** Which values are legal, and how to say so. */
  private record Values(String expected, Predicate<String> legal) {
    /** Both ways of saying it are understood everywhere: nobody remembers which setting wants which. */
    static final Values SWITCH = choice("on", "off", "true", "false");

    static Values of(String expected, Predicate<String> legal) {
      return new Values(expected, legal);
    }

    static Values any(String expected) {
      return new Values(expected, _ -> true);
    }

    static Values path(String expected) {
      return new Values(expected, v -> {
        try {
          return Path.of(v).toString().chars().noneMatch(Character::isISOControl);
        } catch (InvalidPathException _) {
          return false;
        }
      });
    }

    static Values choice(String... words) {
      return new Values(String.join(", ", Arrays.copyOf(words, words.length - 1)) + " or " + words[words.length - 1],
          v -> List.of(words).contains(v.toLowerCase(Locale.ROOT)));
    }

    static Values whole(String what, int least, int most) {
      return new Values(what + " from " + least + " to " + most,
          v -> v.matches("[0-9]{1,9}") && Integer.parseInt(v) >= least && Integer.parseInt(v) <= most);
    }
  }

  /** The name of the system property. */
  public String property() {
    return property;
  }

  /** One value that it can have, for people. */
  public String example() {
    return example;
  }

  /** What that value does; empty for settings that are not for users. */
  public String meaning() {
    return meaning;
  }

  /** What holds when it is not set. */
  public String otherwise() {
    return otherwise;
  }

  /** Which values are legal. */
  public String expected() {
    return values.expected;
  }

  /** {@code -Dorthant.fusion}. */
  public String flag() {
    return "-D" + property;
  }

  /**
   * The value, without blanks around it; empty when it is not set.
   *
   * @throws InvalidInputException when it is not legal, with what is
   */
  public Optional<String> value() {
    return checked(System.getProperty(property));
  }

  /** {@link #value()} among other properties than the system's. */
  public Optional<String> value(Properties properties) {
    return checked(properties.getProperty(property));
  }

  private Optional<String> checked(@Nullable String given) {
    if (given == null || given.isBlank()) {
      return Optional.empty();
    }
    String value = given.strip();
    if (!values.legal.test(value)) {
      throw new InvalidInputException(flag() + "=" + value + ": expected " + values.expected);
    }
    return Optional.of(value);
  }

  /** Of a switch: whether it is on (or true). */
  public boolean isOn() {
    return isOn(System.getProperties());
  }

  /** {@link #isOn()} among other properties than the system's. */
  public boolean isOn(Properties properties) {
    String value = value(properties).orElse(otherwise).toLowerCase(Locale.ROOT);
    return value.equals("on") || value.equals("true");
  }

  /** The number of bytes that {@code 800000000}, {@code 800m} or {@code 8g} says; −1 for what says none. */
  public static long bytesOf(String value) {
    if (!value.matches("[0-9]{1,18}[kKmMgG]?")) {
      return -1;
    }
    int last = value.length() - 1;
    int shift = switch (Character.toLowerCase(value.charAt(last))) {
      case 'k' -> 10;
      case 'm' -> 20;
      case 'g' -> 30;
      default -> 0;
    };
    long number = Long.parseLong(shift == 0 ? value : value.substring(0, last));
    return number <= Long.MAX_VALUE >> shift ? number << shift : -1;
  }

  /**
   * Checks every setting at once.
   *
   * @throws InvalidInputException naming the first whose value is not legal, or every system property {@code orthant.…}
   * that is no setting, with the nearest name that is one: a misspelt setting must not pass for the default
   */
  public static void requireLegal() {
    for (Setting s : values()) {
      s.value();
    }
    List<String> unknown = unknown();
    if (!unknown.isEmpty()) {
      throw new InvalidInputException(String.join("\n", unknown));
    }
  }

  /** A line for each system property {@code orthant.…} that is no setting, with the nearest name that is one. */
  static List<String> unknown() {
    return unknown(System.getProperties());
  }

  static List<String> unknown(Properties properties) {
    List<String> lines = new ArrayList<>();
    for (String name : properties.stringPropertyNames()) {
      boolean known =
          Arrays.stream(values()).anyMatch(s -> s.property.equals(name)) || OF_TESTS.matcher(name).matches();
      if (name.toLowerCase(Locale.ROOT).startsWith(PREFIX) && !known) {
        lines.add("-D" + name + " is no setting; did you mean -D" + Names.nearest(name, documented()).orElseThrow()
            + "? All: "
            + documented().stream().map(s -> s.substring(PREFIX.length())).collect(Collectors.joining(" ")));
      }
    }
    lines.sort(Comparator.naturalOrder());
    return lines;
  }

  private static List<String> documented() {
    return Arrays.stream(values()).filter(s -> !s.meaning.isEmpty()).map(Setting::property).toList();
  }
}
