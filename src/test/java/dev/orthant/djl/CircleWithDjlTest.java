package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/djl.md is this program, and works. */
class CircleWithDjlTest {
  @Test
  void learnsTheCircle() throws Exception {
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      CircleWithDjl.main(new String[0]);
    } finally {
      System.setOut(console);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("relu 1").contains("dead")
        .containsPattern("train_Accuracy=(0\\.9|1\\.0)")
        .contains("false", "true");
  }

  @Test
  void isInTheDocumentation() throws Exception {
    List<String> shown = Files.readAllLines(Path.of("docs/djl.md")).stream().map(String::strip).toList();
    Files.readAllLines(Path.of("src/test/java/dev/orthant/djl/CircleWithDjl.java")).stream().map(String::strip)
        .filter(l -> !l.isEmpty() && !l.startsWith("package") && !l.startsWith("/**") && !l.startsWith("public"))
        .forEach(line -> assertThat(shown).contains(line));
  }
}
