package dev.orthant.cli;

import static dev.orthant.cli.CommandLineRun.save;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.core.DType;
import dev.orthant.device.ReferenceDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The user's mistakes: one clear line, exit code 2, no stack trace, and the device is never asked for anything. */
class BadInputTest {
  private final ReferenceDevice device = ReferenceDevice.having("cpu", EnumSet.of(DType.F16, DType.F32));

  @TempDir
  private Path folder;

  @BeforeEach
  void files() throws IOException {
    save(folder.resolve("a.npy"), DType.F32, 3, 4);
    save(folder.resolve("b.npy"), DType.F32, 4, 5);
    save(folder.resolve("v.npy"), DType.F32, 7);
    save(folder.resolve("tall.npy"), DType.F32, 4_000_000_000_000L, 0);
    save(folder.resolve("wide.npy"), DType.F32, 0, 4_000_000_000_000L);
    save(folder.resolve("big_tall.npy"), DType.F32, 1_000_000, 0);
    save(folder.resolve("big_wide.npy"), DType.F32, 0, 1_000_000);
    save(folder.resolve("x.npy"), DType.F32, 1, 4, 6, 6);
    save(folder.resolve("w.npy"), DType.F32, 6, 4, 3, 3);
    save(folder.resolve("slope.npy"), DType.F32, 4);
    save(folder.resolve("ints.npy"), DType.I32, 3, 4);
    save(folder.resolve("f64.npy"), DType.F64, 3, 4);
    byte[] whole = Files.readAllBytes(folder.resolve("a.npy"));
    Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 5));
    Files.writeString(folder.resolve("text.npy"), "hello, this is no tensor");
    Files.createDirectory(folder.resolve("dir.npy"));
  }

  private Result run(String words) {
    String[] args = Arrays.stream(words.split(" ", -1))
        .map(w -> w.endsWith(".npy") ? folder.resolve(w).toString() : w)
        .toArray(String[]::new);
    Result r = CommandLineRun.run(CommandLineRun.devices(device), args);
    assertThat(device.launches()).isZero();
    assertThat(device.stats().liveBuffers()).isZero();
    assertThat(r.out()).isEmpty();
    assertThat(r.err()).doesNotContain("\tat ", "Exception");
    return r;
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "run matmul a.npy v.npy -o y.npy | rank 2",
      "run matmul a.npy a.npy -o y.npy | inner dimensions differ: lhs (3, 4) f32, rhs (3, 4) f32; expected rhs (4, n)",
      "run matmul a.npy b.npy --math fast -o y.npy | unknown math mode 'fast'; known: f32 tf32 3xtf32",
      "run matmul a.npy b.npy --bias v.npy -o y.npy | does not broadcast",
      "run matmul tall.npy wide.npy -o y.npy | more elements",
      "run matmul big_tall.npy big_wide.npy -o y.npy | largest buffer",
      "run matmul a.npy b.npy --activation rely -o y.npy | unknown activation 'rely'; known: identity relu",
      "run matmul a.npy b.npy --activation relu --slope 1 -o y.npy | --slope: relu has no such parameter",
      "run matmul a.npy b.npy --theta 1 -o y.npy | --theta: there is no --activation",
      "run matmul a.npy b.npy --activation elu --alpha 0.5 -o y.npy | give --activation-alpha as well",
      "run matmul a.npy b.npy --activation elu --activation-alpha x -o y.npy | 'x' is not a number",
      "run matmul a.npy missing.npy -o y.npy | missing.npy: no such file",
      "run matmul a.npy cut.npy -o y.npy | cut.npy: truncated",
      "run matmul a.npy text.npy -o y.npy | text.npy: not a .npy file",
      "run matmul a.npy dir.npy -o y.npy | is a folder",
      "run matmul ints.npy b.npy -o y.npy | --dtype f32 converts",
      "run matmul a.npy b.npy --dtype f64 -o y.npy | has no f64",
      "run relu f64.npy -o y.npy | relu (3, 4) f64: cpu (Reference double) has no f64",
      "run matmul a.npy b.npy --device cuda:7 -o y.npy | no device 'cuda:7'",
      "run matmul a.npy b.npy -o nowhere/y.npy | does not exist",
      "run matmul a.npy b.npy -o dir.npy | is a folder",
      "run conv2d x.npy w.npy --groups 3 -o y.npy | groups 3 must divide",
      "run conv2d x.npy w.npy --groups 0 -o y.npy | groups 0",
      "run conv2d x.npy w.npy --stride -1 -o y.npy | stride must be at least 1",
      "run conv2d x.npy w.npy --stride 1,2,3 -o y.npy | --stride takes",
      "run conv2d x.npy w.npy --stride one -o y.npy | --stride: 'one'",
      "run conv2d x.npy w.npy --padding -1 -o y.npy | padding must not be negative",
      "run conv2d x.npy w.npy --padding 1,2,3 -o y.npy | --padding takes",
      "run conv2d x.npy w.npy --padding 2147483647 -o y.npy | conv2d: ",
      "run conv2d x.npy w.npy --padding 1000000 -o y.npy | largest buffer",
      "run conv2d x.npy w.npy --padding 99999999999 -o y.npy | --padding: '99999999999'",
      "run conv2d x.npy w.npy --dilation 9 -o y.npy | does not fit",
      "run conv2d x.npy w.npy --layout NHWC -o y.npy | channels",
      "run conv2d a.npy w.npy -o y.npy | rank 4",
      "run conv2d a.npy w.npy --padding same -o y.npy | rank 4",
      "run prelu x.npy --slope slope.npy -o y.npy | (c, 1, 1)",
      "run prelu x.npy --slope big -o y.npy | --slope: 'big' is not a number nor a .npy file",
      "run leaky_relu x.npy --alpha slope.npy -o y.npy | is not a number",
      "bench --suite nonsense | no suite 'nonsense'; there are quick resnet50 transformer activations",
      "bench --device cuda:7 | no device",
      "bench --seconds-per-row 0 | must be positive",
      "train --epochs 0 | --epochs must be at least 1, got 0",
      "train --batch 0 | --batch must be at least 1, got 0",
      "train --examples 0 | --examples must be from 1 to 1000000, got 0",
      "train --lr -1 | --lr must be a positive number, got -1.0",
      "train --lr NaN | --lr must be a positive number",
      "train --decay 2 | --decay must be greater than 0 and at most 1, got 2.0",
      "train --clip 0 | --clip must be positive",
      "train --activation rely | unknown activation 'rely'",
      "train --activation sqrt | sqrt: has no gain",
      "train --data spirals --net cnn | --net cnn takes images; spirals are points: --net mlp",
      "train --resume | --resume goes on from a file: give --checkpoint FILE as well",
      "train --resume --checkpoint missing.npy | missing.npy: no such file",
      "train --resume --checkpoint a.npy | a.npy: ",
      "train --checkpoint nowhere/y.npy | y.npy: ",
      "train --checkpoint dir.npy | is a folder",
      "train --picture nowhere/y.npy | does not exist",
      "train --json dir.npy | is a folder",
      "train --device cuda:7 | no device",
      "parity --device cuda:7 | no device",
      "parity --op nonsense | no such cases",
      "parity --case nonsense | no such case 'nonsense'"})
  void oneClearLine(String words, String part) {
    Result r = run(words);
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.errLines()).hasSize(1).first().asString().startsWith("orthant: ").contains(part);
    assertThat(folder.resolve("y.npy")).doesNotExist();
  }

  /** What does not even parse gets a second line that says where help is. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "benhc | ; did you mean bench?",
      "bench --devcie cpu | unknown options: '--devcie', 'cpu'; did you mean --device?",
      "frobnicate | unknown command 'frobnicate'; known: devices doctor parity run bench",
      "--nonsense | unknown option: '--nonsense'",
      "run | an op is missing",
      "run rely x.npy -o y.npy | unknown op 'rely'; known: matmul conv2d identity relu",
      "run relu | missing required",
      "run relu x.npy | missing required option: '--output",
      "run relu x.npy a.npy -o y.npy | unmatched argument",
      "run relu x.npy --alpha 1 -o y.npy | unknown options: '--alpha'",
      "run matmul a.npy -o y.npy | missing required parameter: 'B'",
      "run matmul a.npy b.npy --bias v.npy --bias v.npy -o y.npy | should be specified only once",
      "run matmul a.npy b.npy --bias | missing",
      "run matmul a.npy b.npy --dtype f99 -o y.npy | 'f99' is none of f16 bf16 f32 f64",
      "run matmul a.npy b.npy --dtype i32 -o y.npy | 'i32' is none of",
      "run matmul a.npy b.npy --alpha x -o y.npy | --alpha",
      "run conv2d x.npy w.npy --layout NCWH -o y.npy | --layout",
      "run conv2d x.npy w.npy --groups many -o y.npy | --groups",
      "train --data mnist | --data",
      "train --net rnn | --net",
      "train --lr fast | --lr",
      "train --optimizer lion | --optimizer",
      "train --resume yes | unmatched argument",
      "parity --seed x | --seed"})
  void usageErrorsNameTheHelp(String words, String part) {
    Result r = run(words);
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.errLines()).hasSize(2);
    assertThat(r.errLines().getFirst()).startsWith("orthant: ").contains(part);
    assertThat(r.errLines().getLast()).startsWith("Try 'orthant").contains("--help");
  }

  @Test
  void debugPrintsTheTrace() {
    System.setProperty("orthant.debug", "true");
    try {
      String[] args =
          {"run", "relu", folder.resolve("missing.npy").toString(), "-o", folder.resolve("y.npy").toString()};
      Result r = CommandLineRun.run(CommandLineRun.devices(device), args);
      assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(r.err()).contains("\tat dev.orthant");
    } finally {
      System.clearProperty("orthant.debug");
    }
  }
}
