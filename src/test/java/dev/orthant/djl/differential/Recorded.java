package dev.orthant.djl.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What PyTorch gave, in a file of the repository: a line per case, name and outcome. */
final class Recorded {
  static final Path FILE = Path.of("src/test/resources/djl/pytorch.tsv");

  private Recorded() {}

  static Map<String, Outcome> read() {
    try {
      Map<String, Outcome> all = new TreeMap<>();
      for (String line : Files.readAllLines(FILE)) {
        int tab = line.indexOf('\t');
        all.put(line.substring(0, tab), Outcome.decode(line.substring(tab + 1)));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Map<String, Outcome> outcomes) {
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE,
          new TreeMap<>(outcomes).entrySet().stream().map(e -> e.getKey() + "\t" + e.getValue().encode() + "\n")
              .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
