package dev.orthant.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables, and numbers in them, as people read them. */
class TextTableTest {
  private static TextTable table() {
    TextTable table = new TextTable("name", "memory>", "driver");
    table.row("cpu", "20.2 GB", "Vector API 512 bits, Java 25");
    table.row("opencl:0", "13.1 GB", "Portable Computing Language, OpenCL 3.0 PoCL 3.1+debian, RELOC,SPIR");
    return table;
  }

  @Test
  void aWideTerminalTakesOneLineARow() {
    assertThat(table().plain(200)).containsExactly(
        "name       memory  driver",
        "cpu       20.2 GB  Vector API 512 bits, Java 25",
        "opencl:0  13.1 GB  Portable Computing Language, OpenCL 3.0 PoCL 3.1+debian, RELOC,SPIR");
  }

  @Test
  void aNarrowOneWrapsTheWidestColumnAtWords() {
    assertThat(table().plain(50)).containsExactly(
        "name       memory  driver",
        "cpu       20.2 GB  Vector API 512 bits, Java 25",
        "opencl:0  13.1 GB  Portable Computing Language,",
        "                   OpenCL 3.0 PoCL 3.1+debian,",
        "                   RELOC,SPIR");
  }

  @ParameterizedTest
  @ValueSource(ints = {80, 50, 40, 30, 24})
  void nothingIsLostAndNothingSticksOut(int columns) {
    List<String> lines = table().plain(columns);
    assertThat(lines).allMatch(l -> l.length() <= columns);
    String letters = lines.stream().collect(Collectors.joining()).replaceAll("\\s", "");
    assertThat(letters)
        .hasSize(table().plain(500).stream().collect(Collectors.joining()).replaceAll("\\s", "").length());
  }

  @ParameterizedTest
  @CsvSource({"0, 0.00", "0.25, 0.250", "0.99449, 0.994", "0.9951, 0.995", "0.9996, 0.999", "0.99999999, 0.999",
      "1, 1.00", "1.0000001, 1.01", "1.004, 1.01", "1.01, 1.01", "0.00123456, 0.00123", "123.4, 123",
      "Infinity, Infinity",
      "NaN, NaN"})
  void whatIsBelowItsBoundNeverLooksLikeIt(double fraction, String shown) {
    assertThat(Terminal.ofBound(fraction)).isEqualTo(shown);
  }
}
