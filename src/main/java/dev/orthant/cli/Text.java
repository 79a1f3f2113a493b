package dev.orthant.cli;

import dev.orthant.io.OutputFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Numbers as people read them; the same in every locale. */
final class Text {
  private Text() {}

  /** {@code 16.8 GB}, powers of ten. */
  static String bytes(long n) {
    return n < 0 ? "?" : scaled((double) n, "B");
  }

  /** {@code 1.25 ms}. */
  static String seconds(double s) {
    if (!(s < 1)) {
      return String.format(Locale.ROOT, "%.3g s", s);
    }
    return s < 1e-3 ? String.format(Locale.ROOT, "%.1f us", s * 1e6) : String.format(Locale.ROOT, "%.2f ms", s * 1e3);
  }

  /** Where a command's text goes: to standard error when one of its files is standard output, which then carries that file alone. */
  static PrintWriter beside(CommandLine command, @Nullable Path... files) {
    boolean taken = Stream.of(files).anyMatch(f -> f != null && OutputFile.isStandardOutput(f));
    return taken ? command.getErr() : command.getOut();
  }

  private static String scaled(double v, String unit) {
    String[] prefixes = {"", "k", "M", "G", "T", "P", "E"};
    int i = 0;
    while (v >= 1000 && i < prefixes.length - 1) {
      v /= 1000;
      i++;
    }
    return String.format(Locale.ROOT, i == 0 ? "%.0f %s%s" : "%.1f %s%s", v, prefixes[i], unit);
  }
}
