package dev.orthant.cli;

import static dev.orthant.cli.CommandLineRun.devices;
import static dev.orthant.cli.CommandLineRun.run;
import static dev.orthant.cli.CommandLineRun.save;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cli.CommandLineRun.Fixed;
import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.core.DType;
import dev.orthant.device.DeviceProvider.Problem;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Activations;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandsTest {
  private static final Problem PROBLEM = new Problem("cuda", "no libcuda.so.1", "install a driver");

  private final ReferenceDevice good = ReferenceDevice.named("cpu");

  @TempDir
  private Path folder;

  private static Stream<String> commands() {
    Stream<String> own =
        Stream.of("", "devices", "doctor", "parity", "run", "bench", "train", "claims", "run matmul", "run conv2d");
    return Stream.concat(own, Activations.all().stream().map(f -> "run " + f.name()));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    String[] args = (command + " --help").strip().split(" ", -1);
    Result r = run(devices(good), args);
    assertThat(r.code()).isZero();
    assertThat(r.err()).isEmpty();
    assertThat(r.out()).contains("Usage: orthant" + (command.isEmpty() ? "" : " " + command));
    assertThat(r.out()).contains("xample");
    assertThat(r.outLines()).allMatch(l -> l.length() <= 100);
  }

  @Test
  void completionKnowsEveryCommandAndOption() {
    Result r = run(devices(good), "generate-completion");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("complete -F _complete_orthant", "--seed", "leaky_relu", "--verbose");
  }

  @Test
  void helpShowsExamplesAndTheLaunchersCommandsOnlyUnderTheLauncher() {
    assertThat(run(devices(good), "--help").out()).contains("Examples:", "orthant run matmul", "Exit codes")
        .doesNotContain("./orthant test");
    System.setProperty("orthant.launcher", "true");
    try {
      assertThat(run(devices(good), "--help").out()).contains("./orthant test", "./orthant jmh");
    } finally {
      System.clearProperty("orthant.launcher");
    }
    assertThat(run(devices(good), "run", "elu", "--help").out()).contains("--alpha", "Default: 1.0");
    assertThat(run(devices(good), "run", "matmul", "--help").out()).contains("--activation-alpha", "--slope",
        "Of hard_tanh, clip.");
  }

  @Test
  void versionNamesTheCommit() {
    Result r = run(devices(good), "--version");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("orthant ", "commit");
    assertThat(run(devices(good), "run", "relu", "--version").out()).isEqualTo(r.out());
  }

  @Test
  void devicesAreShownAsATableAndAsJson() {
    DeviceSource two = new Fixed(List.of(good, ReferenceDevice.named("opencl:0")), List.of(PROBLEM), List.of());
    Result r = run(two, "devices");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("Reference double", "opencl:0", "f16 bf16 f32 f64", "EMULATED",
        "default: cpu (the first of the test's)", "1 more cannot be used");
    JsonNode json = JsonMapper.builder().build().readTree(run(two, "devices", "--json").out());
    assertThat(json.get("default").asString()).isEqualTo("cpu");
    assertThat(json.get("devices")).hasSize(2);
    assertThat(json.get("problems").get(0).get("cure").asString()).isEqualTo("install a driver");
  }

  @Test
  void doctorSaysWhyAndTheCure() {
    Result r = run(new Fixed(List.of(good), List.of(PROBLEM), List.of()), "doctor");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("cpu: works", "cuda: cannot be used", "why:  no libcuda.so.1",
        "cure: install a driver",
        "vector module: ", "Java 25", "LD_PRELOAD");
    assertThat(good.stats().liveBuffers()).isZero();
  }

  @Test
  void whatNeedNotBeThereIsNoFault() {
    Problem absent = Problem.expected("cuda", "this machine shows no NVIDIA GPU", "none is needed");
    DeviceSource source = new Fixed(List.of(good), List.of(absent), List.of());
    Result r = run(source, "doctor");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("cuda: not here, which is fine", "why:  this machine shows no NVIDIA GPU",
        "All is well.").doesNotContain("cannot be used");
    assertThat(run(source, "devices").out()).doesNotContain("cannot be used");
    assertThat(run(source, "devices", "--json").out()).contains("\"expected\" : true");
  }

  @Test
  void doctorFindsABrokenDevice() {
    Result r = run(devices(good, ReferenceDevice.broken("opencl:0", c -> true)), "doctor");
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.out()).contains("cpu: works", "opencl:0: BROKEN", "computes wrong numbers in f32");
    assertThat(r.errLines()).containsExactly("orthant: 1 of 2 devices do not work");
  }

  @Test
  void doctorSurvivesAFailingDevice() {
    Result r = run(devices(ReferenceDevice.failing("cpu", c -> true)), "doctor");
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.out()).contains("BROKEN", "planted failure");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"doctor", "bench", "parity --case matmul/bias+relu/f32"})
  void aRequiredDeviceThatIsMissingIsAFailure(String command) {
    DeviceSource source = new Fixed(List.of(good), List.of(PROBLEM), List.of("cuda is required but there is none"));
    Result r = run(source, command.split(" ", -1));
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.errLines()).containsExactly("orthant: cuda is required but there is none");
  }

  @Test
  void parityCountsAndExitsByTheVerdict() {
    Result right = run(devices(good), "parity", "--op", "relu", "--dtype", "f32,f16", "--seed", "3");
    assertThat(right.err()).isEmpty();
    assertThat(right.code()).isZero();
    assertThat(right.out()).hasLineCount(1).contains("cpu: ", "0 failed", "seed 3");
    Result told = run(devices(good), "parity", "--op", "relu", "--dtype", "f32,f16", "--seed", "3", "--verbose");
    assertThat(told.out()).contains("error/bound", "matmul relu", "0 failed", "seed 3");
    Result wrong = run(devices(ReferenceDevice.broken("cpu", c -> c.op().name().equals("matmul"))), "parity", "--op",
        "relu", "--dtype", "f32");
    assertThat(wrong.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(wrong.out()).contains("FAILED matmul/bias+relu/f32", "repeat: ./orthant parity --device cpu --case");
    assertThat(wrong.errLines()).hasSize(1);
  }

  @Test
  void parityRunsRandomPrograms() {
    Result right = run(devices(good), "parity", "--programs", "5", "--seed", "7");
    assertThat(right.err()).isEmpty();
    assertThat(right.code()).isZero();
    assertThat(right.out()).contains("5 random programs on cpu", "0 failed", "seed 7");
    Result wrong = run(devices(ReferenceDevice.broken("cpu", c -> c.op().name().equals("pointwise"))), "parity",
        "--programs", "3", "--threads", "1");
    assertThat(wrong.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(wrong.out()).contains("FAILED program", "repeat: ./orthant parity --programs 1 --device cpu --seed",
        "@Test");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(strings = {"--programs -1", "--programs 1 --threads 0",
      "--programs 5 --quick", "--programs 5 --op relu"})
  void parityRefusesRandomProgramsThatAreNone(String options) {
    Result r = run(devices(good), ("parity " + options).split(" ", -1));
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.errLines()).hasSize(1);
  }

  @Test
  void aDeviceThatFailsGivesThree() {
    Path x = save(folder.resolve("x.npy"), DType.F32, 3);
    Result r = run(devices(ReferenceDevice.failing("cpu", c -> true)), "run", "relu", x.toString(), "-o",
        folder.resolve("y.npy").toString());
    assertThat(r.code()).isEqualTo(ExitCode.DEVICE_FAILED);
    assertThat(r.errLines()).containsExactly("orthant: cpu: planted failure in pointwise (3,) f32");
    assertThat(folder.resolve("y.npy")).doesNotExist();
  }
}
