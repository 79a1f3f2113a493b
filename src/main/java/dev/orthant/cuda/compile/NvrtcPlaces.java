package dev.orthant.cuda.compile;

import dev.orthant.core.Setting;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where NVRTC may be, the likeliest first. */
public final class NvrtcPlaces {

  private static final Pattern FILE = Pattern.compile("libnvrtc\\.so(?:\\.(\\d+))?(?:\\.(\\d+))?(?:\\.\\d+)*");
  /** Since 12 a library's name has no minor version; no end of this is in sight, so some more are tried. */
  private static final List<String> NAMES = Stream.concat(
      IntStream.iterate(19, major -> major >= 12, major -> major - 1).mapToObj(major -> "libnvrtc.so." + major),
      Stream.of("libnvrtc.so.11.2", "libnvrtc.so.11.1", "libnvrtc.so.11.0", "libnvrtc.so.10.2", "libnvrtc.so"))
      .toList();
  private static final List<String> IN_TOOLKIT = List.of("lib64", "lib", "targets/x86_64-linux/lib",
      "targets/sbsa-linux/lib");
  private static final List<Path> SYSTEM =
      Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/opt/cuda/lib64")
          .map(Path::of).toList();

  private NvrtcPlaces() {}

  /**
   * A library that may be there.
   *
   * @param file its file, or null when the dynamic linker is asked for the name
   */
  public record Place(String name, @Nullable Path file) {
    public static Place of(Path file) {
      return new Place(file.toString(), file);
    }

    ForeignLibrary load() {
      if (file != null && Files.exists(file) && !Files.isRegularFile(file)) {
        // The dynamic linker would wait for whoever writes into a pipe.
        throw new IllegalArgumentException("not a regular file");
      }
      return file == null ? ForeignLibrary.named(name) : ForeignLibrary.at(file);
    }

    /** Tells one build from another, as far as the file does. */
    public String identity() {
      if (file == null) {
        return name;
      }
      try {
        return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
      } catch (IOException e) {
        return name;
      }
    }
  }

  /** The places for these system properties and this environment. */
  public static List<Place> bySettings(Properties properties, Map<String, String> environment) {
    Optional<String> chosen = Setting.NVRTC.value(properties);
    if (chosen.isPresent()) {
      return List.of(Place.of(Path.of(chosen.get()).toAbsolutePath()));
    }
    Set<Place> places = new LinkedHashSet<>();
    folders(environment.get("LD_LIBRARY_PATH")).forEach(f -> places.addAll(in(f)));
    for (String toolkit : List.of("CUDA_HOME", "CUDA_PATH")) {
      folders(environment.get(toolkit)).forEach(f -> places.addAll(inToolkit(f)));
    }
    SYSTEM.forEach(f -> places.addAll(in(f)));
    toolkits(Path.of("/usr/local")).forEach(t -> places.addAll(inToolkit(t)));
    NAMES.forEach(n -> places.add(new Place(n, null)));
    return List.copyOf(places);
  }

  private static List<Path> folders(@Nullable String list) {
    return list == null ? List.of()
        : Stream.of(list.split(File.pathSeparator)).filter(f -> !f.isBlank()).map(Path::of).toList();
  }

  private static List<Place> inToolkit(Path toolkit) {
    return IN_TOOLKIT.stream().flatMap(f -> in(toolkit.resolve(f)).stream()).toList();
  }

  /** {@code cuda}, which is the installation's choice, then {@code cuda-13.0} and its like, the newest first. */
  private static List<Path> toolkits(Path folder) {
    return list(folder).stream().filter(p -> p.getFileName().toString().matches("cuda(-\\d+(\\.\\d+)?)?"))
        .sorted(Comparator.comparingDouble((Path p) -> number(p.getFileName().toString())).reversed())
        .toList();
  }

  private static double number(String toolkit) {
    return toolkit.contains("-") ? Double.parseDouble(toolkit.substring(toolkit.indexOf('-') + 1)) : Double.MAX_VALUE;
  }

  /** The libraries in a folder, the newest first; several names of one file count once. */
  public static List<Place> in(Path folder) {
    List<Path> newestFirst = list(folder).stream().filter(p -> FILE.matcher(p.getFileName().toString()).matches())
        .sorted(Comparator.comparingInt((Path p) -> version(p.getFileName().toString())).reversed()
            .thenComparingInt(p -> p.getFileName().toString().length()))
        .toList();
    Map<Path, Place> byFile = new LinkedHashMap<>();
    newestFirst.forEach(p -> real(p).ifPresent(f -> byFile.putIfAbsent(f, Place.of(p.toAbsolutePath()))));
    return List.copyOf(byFile.values());
  }

  /**
   * The file behind links; empty when they lead nowhere, or to a pipe, for whose other end the dynamic linker would
   * wait.
   */
  private static Optional<Path> real(Path path) {
    try {
      return Optional.of(path.toRealPath()).filter(Files::isRegularFile);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static int version(String name) {
    Matcher m = FILE.matcher(name);
    if (!m.matches() || m.group(1) == null) {
      return 0;
    }
    return 100 * Integer.parseInt(m.group(1)) + (m.group(2) == null ? 0 : Integer.parseInt(m.group(2)));
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      // Most of these folders are not on most machines.
      return List.of();
    }
  }
}
