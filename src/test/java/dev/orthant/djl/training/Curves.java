package dev.orthant.djl.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The losses that PyTorch gave: a line per network. */
final class Curves {
  static final int STEPS = 6;

  private static final Path FILE = Path.of("src/test/resources/djl/losses.tsv");

  private Curves() {}

  static Map<String, double[]> read() {
    try {
      return Files.readAllLines(FILE).stream().map(l -> l.split("\t", 2)).collect(
          Collectors.toMap(p -> p[0], p -> Arrays.stream(p[1].split("\t")).mapToDouble(Double::parseDouble).toArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void write(Map<String, double[]> curves) {
    try {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, new TreeMap<>(curves).entrySet().stream()
          .map(e -> e.getKey() + "\t"
              + Arrays.stream(e.getValue()).mapToObj(String::valueOf).collect(Collectors.joining("\t")) + "\n")
          .collect(Collectors.joining()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
