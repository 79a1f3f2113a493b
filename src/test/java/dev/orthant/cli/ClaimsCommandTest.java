package dev.orthant.cli;

import static dev.orthant.cli.CommandLineRun.devices;
import static dev.orthant.cli.CommandLineRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.device.ReferenceDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The report: whole, repeatable, and its pictures where it says. */
class ClaimsCommandTest {
  private static final Pattern LINK = Pattern.compile("!?\\[[^\\]]+\\]\\(([^)]+)\\)");

  @TempDir
  private Path folder;

  private Result report(String where) {
    Result r =
        run(DeviceSource.INSTALLED, "claims", "--device", "cpu", "--quick", "--only", "growth,zeros", "--seed", "3",
            "-o", folder.resolve(where).toString());
    assertThat(r.code()).as(r.err()).isZero();
    return r;
  }

  @Test
  void writesAReportWithItsPicturesAndAgainTheSame() throws Exception {
    Result r = report("new/claims");
    assertThat(r.out()).contains("growth ", "zeros ", "holds", "does not hold here", "claims.md");
    assertThat(r.errLines()).contains("claims: measuring growth (1 of 2)", "claims: measuring zeros (2 of 2)");
    Path made = folder.resolve("new/claims");
    String text = Files.readString(made.resolve("claims.md"));
    assertThat(text).startsWith("# What is said about ReLU, measured\n")
        .contains("--seed 3", "- device: cpu", "commit ",
            "## Growth through fifty layers", "## Zeros behind ReLU", "**holds**")
        .doesNotContain("attenuation");
    Matcher links = LINK.matcher(text);
    List<String> found = new ArrayList<>();
    while (links.find()) {
      found.add(links.group(1));
      DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(made.resolve(links.group(1)).toFile());
    }
    assertThat(found).containsExactly("growth.svg", "clipping.svg", "zeros.svg");
    tablesAreWhole(text.lines().toList());
    theSameSeedGivesTheSameReport(made);
  }

  /** Every row of a table has as many cells as its head, and before it there is an empty line. */
  private static void tablesAreWhole(List<String> lines) {
    int cells = 0;
    int rows = 0;
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).startsWith("|")) {
        int here = lines.get(i).split("\\|", -1).length;
        if (cells == 0) {
          assertThat(lines.get(i - 1)).as("before line %d", i).isEmpty();
          assertThat(lines.get(i + 1)).as("line %d", i + 2).matches("[|:-]+");
          cells = here;
        }
        assertThat(here).as(lines.get(i)).isEqualTo(cells);
        rows++;
      } else {
        cells = 0;
      }
    }
    assertThat(rows).isGreaterThan(10);
  }

  private void theSameSeedGivesTheSameReport(Path made) throws IOException {
    report("again");
    try (var files = Files.list(made)) {
      for (Path file : files.toList()) {
        // The machine's load is a fact of the moment.
        List<String> first = Files.readAllLines(file).stream().filter(l -> !l.startsWith("- load")).toList();
        Path second = folder.resolve("again").resolve(file.getFileName().toString());
        assertThat(Files.readAllLines(second).stream().filter(l -> !l.startsWith("- load")).toList())
            .as(file.getFileName().toString()).isEqualTo(first);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--only zero | no claim 'zero'; there are: attenuation growth",
      "--device cuda:7 | no device 'cuda:7'",
      "--seed x | invalid value for option '--seed'",
      "-o FILE | cannot be made a folder",
      "extra | unmatched argument"})
  void badInputIsOneLine(String words, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    ReferenceDevice device = ReferenceDevice.named("cpu");
    String[] args = ("claims " + words.replace("FILE", file.toString())).split(" ", -1);
    Result r = run(devices(device), args);
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.errLines().getFirst()).startsWith("orthant: ").contains(message);
    assertThat(r.errLines().stream().filter(l -> l.startsWith("orthant: "))).hasSize(1);
    assertThat(r.out()).isEmpty();
    assertThat(device.launches()).isZero();
    assertThat(Path.of("claims")).doesNotExist();
  }
}
