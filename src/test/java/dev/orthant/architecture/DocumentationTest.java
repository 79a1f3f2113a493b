package dev.orthant.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What readers of the documentation meet: links that lead somewhere, and a README that is read to its end. */
class DocumentationTest {
  private static final int MAX_README_LINES = 120;
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]+)[^)]*\\)");

  @Test
  void theReadmeIsShort() throws IOException {
    assertThat(Files.readAllLines(Path.of("README.md"))).hasSizeLessThanOrEqualTo(MAX_README_LINES);
  }

  /** Who copies the coordinates gets what this tree builds. */
  @Test
  void documentsNameTheVersionOfThePom() throws IOException {
    Matcher pom = Pattern.compile("<artifactId>orthant</artifactId>\\s*<version>([^<]+)").matcher(
        Files.readString(Path.of("pom.xml")));
    assertThat(pom.find()).isTrue();
    assertThat(Files.readString(Path.of("README.md"))).contains("dev.orthant:orthant:" + pom.group(1));
    assertThat(Files.readString(Path.of("docs/djl.md")))
        .contains("<artifactId>orthant</artifactId><version>" + pom.group(1) + "<");
  }

  @Test
  void relativeLinksLeadSomewhere() throws IOException {
    var broken = new ArrayList<String>();
    List<Path> documents;
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      documents = Stream.concat(Stream.of("README.md", "CONTRIBUTING.md", "bench/README.md", "native-tests/README.md")
          .map(Path::of), docs.filter(p -> p.toString().endsWith(".md"))).toList();
    }
    for (Path document : documents) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        if (!Files.exists(document.resolveSibling(link.group(1)))) {
          broken.add(document + ": " + link.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }
}
