package dev.orthant.opencl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * PoCL's compiler takes over signals that the JVM needs (SIGSEGV, SIGFPE, SIGILL) unless {@code libjsig} chains them.
 */
final class Pocl {
  static final String CURE = "start with ./orthant, or with LD_PRELOAD=$JAVA_HOME/lib/libjsig.so";

  private Pocl() {}

  static boolean isPocl(String platform) {
    return platform.equals("Portable Computing Language");
  }

  /** What is wrong when a platform is PoCL and nothing chains the signals. */
  static Optional<String> signalNote(String platform) {
    return isPocl(platform) && !signalsAreChained()
        ? Optional
            .of("PoCL without libjsig: its compiler takes over the JVM's signals, wrong results and crashes follow")
        : Optional.empty();
  }

  private static boolean signalsAreChained() {
    try {
      return Files.readString(Path.of("/proc/self/maps")).contains("libjsig");
    } catch (IOException e) {
      // Not Linux: then it is not known to happen.
      return true;
    }
  }
}
