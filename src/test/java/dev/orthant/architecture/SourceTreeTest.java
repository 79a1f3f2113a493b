package dev.orthant.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What no compiler demands of the files themselves. */
class SourceTreeTest {
  private static final int MAX_LINES = 700;
  private static final int MAX_COLUMNS = 120;
  private static final Pattern COMMENT = Pattern.compile("\\s*(//|/?\\*).*");
  private static final Set<String> SOURCES = Set.of("java", "cl", "cu", "cuh", "c", "cpp", "h", "hpp", "sh", "py");

  @Test
  void filesStaySmall() throws IOException {
    var long_ = new ArrayList<String>();
    for (String root : List.of("src/main", "src/test", "kernels", "bench", "native-tests")) {
      for (Path file : sources(Path.of(root))) {
        long lines = lines(file);
        if (lines > MAX_LINES) long_.add(file + ": " + lines + " lines");
      }
    }
    assertThat(long_).as("files of more than %d lines: split them by theme", MAX_LINES).isEmpty();
  }

  /** Of Java every line; of kernels the comments: what assemblers read does not wrap well. */
  @Test
  void linesFitTheScreen() throws IOException {
    var long_ = new ArrayList<String>();
    for (String root : List.of("src", "kernels", "bench", "native-tests")) {
      for (Path file : sources(Path.of(root))) {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
          String line = lines.get(i);
          boolean judged = file.toString().endsWith(".java") || COMMENT.matcher(line).matches();
          if (judged && line.length() > MAX_COLUMNS) long_.add(file + ":" + (i + 1));
        }
      }
    }
    assertThat(long_).as("lines of more than %d columns: wrap them", MAX_COLUMNS).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() throws IOException {
    var unmarked = new ArrayList<Path>();
    for (Path file : sources(Path.of("src/main/java"))) {
      Path info = file.resolveSibling("package-info.java");
      if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) unmarked.add(file);
    }
    assertThat(unmarked).as("files whose package has no package-info.java with @NullMarked").isEmpty();
  }

  private static List<Path> sources(Path root) throws IOException {
    if (!Files.isDirectory(root)) return List.of();
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).filter(SourceTreeTest::isSource).sorted().toList();
    }
  }

  /** Not what a build left there. */
  private static boolean isSource(Path file) {
    var path = file.toString().replace('\\', '/');
    return SOURCES.contains(path.substring(path.lastIndexOf('.') + 1))
        && !path.contains("/build/") && !path.contains("/target/");
  }

  private static long lines(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.count();
    }
  }
}
