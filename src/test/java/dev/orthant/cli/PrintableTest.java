package dev.orthant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.Json;
import dev.orthant.core.DType;
import dev.orthant.device.ReferenceDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a file or an argument holds reaches the terminal as a command, and no line is without end. */
class PrintableTest {
  private static final String HOSTILE = "\u001b[31mred\u0007\u009b2J\u202eback\u2028line\u200fmark\u007f\rover\u061c";

  private final ReferenceDevice device = ReferenceDevice.having("cpu", EnumSet.of(DType.F32));

  @TempDir
  private Path folder;

  private Result run(String... args) {
    Result r = CommandLineRun.run(CommandLineRun.devices(device), args);
    for (String text : List.of(r.out(), r.err())) {
      assertThat(text.chars().filter(c -> c != '\n').mapToObj(c -> (char) c))
          .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == '\u2028');
      assertThat(text.lines()).allMatch(l -> l.length() <= 4000);
    }
    return r;
  }

  @ParameterizedTest
  @ValueSource(strings = {"run matmul @ b -o c", "run @ x -o y", "@", "--@", "bench --suite @", "bench --dtype @",
      "train --data @",
      "train --checkpoint @/x", "train --activation @", "parity --op @", "parity --case @", "devices --@",
      "claims --only @",
      "run relu x.npy -o @/y.npy", "run relu x.npy -o y.npy --device @"})
  void arguments(String line) {
    for (String hostile : List.of(HOSTILE, "long".repeat(25_000), "many words ".repeat(10_000))) {
      String[] args = line.split(" ");
      for (int i = 0; i < args.length; i++) {
        args[i] = args[i].replace("@", hostile);
      }
      Result r = run(args);
      assertThat(r.code()).isEqualTo(2);
      assertThat(r.err()).startsWith("orthant: ").hasSizeLessThan(6000);
    }
  }

  @Test
  void suites() throws IOException {
    String text = Json.text(Map.of("title", HOSTILE, "source", HOSTILE, "rows",
        List.of(Map.of("name", HOSTILE, "op", "relu", "x", List.of(2, 3)))));
    assertThat(text.chars()).allMatch(c -> (c >= ' ' && c < 127) || c == '\n');
    Path file = Files.writeString(folder.resolve("s.json"), text);
    Path csv = folder.resolve("s.csv");
    Result r = run("bench", "--suite", file.toString(), "--seconds-per-row", "0.01", "--csv", csv.toString(), "--json",
        folder.resolve("r.json").toString());
    assertThat(r.err()).doesNotContain("internal error");
    assertThat(Files.readString(folder.resolve("r.json")).chars().filter(c -> c != '\n' && c != '\r'))
        .allMatch(c -> c >= ' ' && c < 127);
    Files.writeString(file, "{\"rows\": [{\"op\": \"" + "x".repeat(100_000) + "\", \"x\": [1]}]}");
    assertThat(run("bench", "--suite", file.toString()).code()).isEqualTo(2);
    Files.writeString(file, "{\"rows\": [{\"op\": \"\u001b[31m\", \"x\": [1]}]}");
    assertThat(run("bench", "--suite", file.toString()).code()).isEqualTo(2);
  }

  @Test
  void headersOfArrays() throws IOException {
    for (String hostile : List.of(HOSTILE, "x".repeat(60_000))) {
      byte[] header =
          ("{'descr': '" + hostile + "', 'fortran_order': False, 'shape': (1,), }\n").getBytes(StandardCharsets.UTF_8);
      byte[] file = new byte[12 + header.length];
      System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 3, 0}, 0, file, 0, 8);
      file[8] = (byte) header.length;
      file[9] = (byte) (header.length >> 8);
      System.arraycopy(header, 0, file, 12, header.length);
      Path x = Files.write(folder.resolve("x.npy"), file);
      assertThat(run("run", "relu", x.toString(), "-o", folder.resolve("y.npy").toString()).code()).isEqualTo(2);
    }
  }

  @Test
  void duplicateKeysAreRefusedAndSuitesBounded() throws IOException {
    Path file = folder.resolve("s.json");
    for (String text : List.of("{\"rows\": [], \"rows\": []}",
        "{\"rows\": [{\"op\": \"relu\", \"op\": \"tanh\", \"x\": [1]}]}",
        "{\"rows\": []} {}", "{\"rows\": [" + "[".repeat(5000) + "]".repeat(5000) + "]}",
        "{\"rows\": [" + "{\"op\": \"*\", \"x\": [1]},".repeat(2000) + "{\"op\": \"relu\", \"x\": [1]}]}",
        "{\"rows\": [{\"op\": \"relu\", \"x\": [4611686018427387904]}]}",
        "{\"rows\": [{\"op\": \"relu\", \"x\": [-1]}]}",
        "{\"rows\": [{\"op\": \"relu\", \"x\": [1], \"count\": 0}]}",
        "{\"rows\": [{\"op\": \"relu\", \"x\": [1], \"bias\": 3}]}",
        "{\"rows\": [{\"op\": \"relu\", \"x\": [" + "1,".repeat(40) + "1]}]}", "{\"rows\": [3]}", "{\"rows\": [null]}",
        "{\"rotate_mb\": 9223372036854775807, \"rows\": []}", "{\"seconds\": -1, \"rows\": []}",
        "{\"seconds\": \"x\", \"rows\": []}",
        "{\"batches\": [0], \"rows\": [{\"op\": \"relu\", \"x\": [\"N\"]}]}",
        "{\"batches\": [2147483648], \"rows\": [{\"op\": \"relu\", \"x\": [\"N\"]}]}")) {
      Files.writeString(file, text);
      Result r = run("bench", "--suite", file.toString());
      assertThat(r.code()).as(text.substring(0, Math.min(80, text.length())) + ": " + r.err()).isEqualTo(2);
    }
  }
}
