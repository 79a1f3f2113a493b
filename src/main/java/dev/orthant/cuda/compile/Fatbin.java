package dev.orthant.cuda.compile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kernels that were compiled when the jar was built. The resource {@code /kernels/cuda-compiled/index} has a line
 * for each, of three words: the {@link SourceKey} of its text, the file beside the index that holds it, its name there.
 * Lines that begin with {@code #} are comments. A jar built without {@code nvcc} has none.
 */
public final class Fatbin {
  /** Where the files are, in the jar. */
  static final String FOLDER = "/kernels/cuda-compiled/";

  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64}) ([\\w.-]+\\.fatbin) ([A-Za-z_]\\w*)");

  /**
   * A compiled kernel.
   *
   * @param file the file that holds it
   * @param name its name in that file
   */
  public record Entry(String file, String name) {}

  /** Where the files' contents come from. */
  public interface Files {
    public byte[] read(String file) throws IOException;
  }

  private final Map<String, Entry> entries;
  private final Files files;

  private Fatbin(Map<String, Entry> entries, Files files) {
    this.entries = entries;
    this.files = files;
  }

  /**
   * The kernels in this jar.
   *
   * @throws IOException when the index is damaged
   */
  static Fatbin inJar() throws IOException {
    try (InputStream in = Fatbin.class.getResourceAsStream(FOLDER + "index")) {
      return in == null ? none() : read(in, Fatbin::fromJar);
    }
  }

  public static Fatbin none() {
    return new Fatbin(Map.of(), Fatbin::fromJar);
  }

  public static Fatbin read(InputStream index, Files files) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    var lines = new BufferedReader(new InputStreamReader(index, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      var words = LINE.matcher(line);
      if (!words.matches()) {
        throw new IOException("the index of compiled kernels has a line that is none: " + line);
      }
      entries.put(words.group(1), new Entry(words.group(2), words.group(3)));
    }
    return new Fatbin(Collections.unmodifiableMap(entries), files);
  }

  public boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Where the kernel of a text is; null when it was not compiled. */
  @Nullable
  public Entry find(String source) {
    return entries.isEmpty() ? null : entries.get(SourceKey.of(source));
  }

  /** The first kernel, an ordinary one, to try whether a driver takes them; null when there is none. */
  @Nullable
  public Entry first() {
    return entries.values().stream().findFirst().orElse(null);
  }

  /** A file's content. */
  public byte[] read(String file) throws IOException {
    return files.read(file);
  }

  private static byte[] fromJar(String file) throws IOException {
    try (InputStream in = Fatbin.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IOException(FOLDER + file + " is missing from the jar");
      }
      return in.readAllBytes();
    }
  }
}
