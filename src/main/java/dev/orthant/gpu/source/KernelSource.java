package dev.orthant.gpu.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Composes a kernel's text: the dialect, definitions, then files of {@code kernels/}. Compilers report lines by those
 * files.
 */
public final class KernelSource {
  private final List<String> definitions = new ArrayList<>();
  private final Files files;

  public KernelSource(Files files) {
    this.files = files;
  }

  /** {@code #define name value}; a value may have several lines when all but the last end in a backslash. */
  public void define(String name, String value) {
    definitions.add("#define " + name + " " + value);
  }

  public void define(String name, long value) {
    define(name, Long.toString(value));
  }

  public void define(String name, boolean value) {
    define(name, value ? 1 : 0);
  }

  /**
   * The text: {@code first} definitions (which the dialect reads), dialect with what all dialects share, the other
   * definitions, kernel files.
   */
  public String compose(List<String> flags, String dialect, List<String> kernels) {
    StringBuilder text = new StringBuilder();
    flags.forEach(f -> text.append("#define ").append(f).append('\n'));
    append(text, "dialect/" + dialect);
    append(text, "dialect/integers_in_memory.h");
    text.append("#line 1 \"definitions\"\n");
    definitions.forEach(d -> text.append(d).append('\n'));
    kernels.forEach(k -> append(text, k));
    return text.toString();
  }

  private void append(StringBuilder text, String file) {
    text.append("#line 1 \"").append(file).append("\"\n").append(files.read(file));
  }

  /** The files of {@code kernels/}, read once. */
  public static final class Files {
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    String read(String file) {
      return texts.computeIfAbsent(file, Files::load);
    }

    private static String load(String file) {
      try (InputStream in = KernelSource.class.getResourceAsStream("/kernels/" + file)) {
        if (in == null) {
          throw new IllegalStateException("kernels/" + file + " is missing from the jar");
        }
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException("kernels/" + file, e);
      }
    }
  }
}
