package dev.orthant.gpu.driver;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the dynamic linker would load by name. To it an empty component of {@code LD_LIBRARY_PATH}, mostly the trace of
 * a variable that was not set ({@code LD_LIBRARY_PATH=$OTHER:/opt/lib}), is the working directory, and it read the
 * variable before this process could change it: a library that lies there by chance or malice is refused rather than
 * loaded.
 */
public final class LibraryPath {
  private static final String VARIABLE = "LD_LIBRARY_PATH";

  private LibraryPath() {}

  /** Why none of these libraries may be loaded by name; empty when they may. */
  public static Optional<NativeFault> planted(String... names) {
    return planted(System.getenv(), Path.of("").toAbsolutePath(), names);
  }

  static Optional<NativeFault> planted(Map<String, String> environment, Path working, String... names) {
    if (!hasEmptyComponent(environment.get(VARIABLE))) {
      return Optional.empty();
    }
    return Arrays.stream(names).filter(n -> Files.exists(working.resolve(n))).findFirst()
        .map(n -> new NativeFault(
            "an empty component of " + VARIABLE + " means the working directory, and there is a " + n
                + " in it (" + working + "), which is not loaded",
            "take the empty component out of " + VARIABLE + " (./orthant does), or start in another folder"));
  }

  /** An entirely empty variable counts as none. */
  private static boolean hasEmptyComponent(@Nullable String path) {
    return path != null && !path.isEmpty()
        && Arrays.stream(path.split("[" + File.pathSeparator + ";]", -1)).anyMatch(String::isEmpty);
  }
}
