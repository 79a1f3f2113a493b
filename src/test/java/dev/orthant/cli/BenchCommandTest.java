package dev.orthant.cli;

import static dev.orthant.cli.CommandLineRun.devices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.bench.BenchCase;
import dev.orthant.bench.Suite;
import dev.orthant.bench.SuiteReader;
import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Activations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
  private static final String SMALL = """
      {"title": "small", "batches": [1, 2], "rows": [
        {"op": "matmul", "a": ["N*3", 5], "b": [5, 7], "alpha": 0.5, "bias": true,
          "residual": true, "activation": "gelu"},
        {"name": "c", "op": "conv2d", "x": [1, 2, 5, 5], "w": [4, 1, 3, 3], "groups": 2, "padding": 1,
          "bias": true, "count": 3},
        {"op": "relu", "x": [50]}
      ]}""";

  @TempDir
  private Path folder;

  private Result run(ReferenceDevice device, String suite, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("suite.json"), suite);
    String[] args = new String[5 + more.length];
    List.of("bench", "--suite", file.toString(), "--seconds-per-row", "0.02").toArray(args);
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandLineRun.run(devices(device), args);
  }

  @Test
  void measuresWhatIsRight() throws IOException {
    ReferenceDevice device = ReferenceDevice.named("cpu");
    Path json = folder.resolve("r.json");
    Path csv = folder.resolve("r.csv");
    Path picture = folder.resolve("r.svg");
    Result r = run(device, SMALL, "--json", json.toString(), "--csv", csv.toString(), "--picture", picture.toString());
    assertThat(r.err()).isEmpty();
    assertThat(r.code()).isZero();
    assertThat(Files.readString(picture)).startsWith("<svg").contains("matmul*a+bias+res+gelu", "6x7x5", "GB/s",
        "peak");
    assertThat(r.out()).contains("| matmul*a+bias+res+gelu | 3x7x5 ", "| 6x7x5 ", "| conv2d+bias ", "1x2x5x5 k4 3x3 g2",
        "| relu ", "4 rows, 4 right, 0 failed, 0 skipped", "peak of cpu f32", "EMULATED");
    assertThat(r.outLines()).filteredOn(l -> l.startsWith("|")).hasSize(6).allMatch(l -> l.length() <= 140);
    assertThat(device.stats().liveBuffers()).isZero();

    JsonNode root = JsonMapper.builder().build().readTree(Files.readString(json));
    assertThat(root.get("rows")).hasSize(4);
    JsonNode first = root.get("rows").get(0);
    assertThat(first.get("errorOfBound").asDouble()).isBetween(0.0, 1.0);
    assertThat(first.get("fused").get("launchesPerRun").asDouble()).isEqualTo(1);
    assertThat(first.get("unfused").get("launchesPerRun").asDouble()).isEqualTo(5);
    assertThat(first.get("fused").get("seconds").size()).isPositive();
    assertThat(first.get("outputsChecked").asInt()).isEqualTo(21);
    assertThat(root.get("rows").get(3).has("unfused")).isFalse();
    assertThat(root.get("devices").get(0).get("driver").asString()).isEqualTo("Op.reference");
    assertThat(root.get("commit").asString()).isNotEmpty();
    assertThat(Files.readAllLines(csv)).hasSize(5).allMatch(l -> l.split(",", -1).length == 17);
  }

  @Test
  void rowsMayNameTheirTypesAndTakeTheirBuffersInTurn() throws IOException {
    String suite = """
        {"rotate_mb": 1, "rows": [
          {"name": "r", "op": "leaky_relu", "x": [3, 50], "bias": true, "dtypes": ["f64", "f32"]},
          {"op": "matmul", "a": [60, 50], "b": [50, 70], "dtypes": ["f32"]},
          {"op": "relu", "x": [5]}
        ]}""";
    ReferenceDevice device = ReferenceDevice.named("cpu");
    Path json = folder.resolve("r.json");
    Result r = run(device, suite, "--json", json.toString());
    assertThat(r.err()).isEmpty();
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("| bias+leaky_relu | 3x50 ", "inputs and outputs are rotated: 1.0 MB",
        "peak of cpu f64");
    assertThat(device.stats().liveBuffers()).isZero();
    JsonNode root = JsonMapper.builder().build().readTree(Files.readString(json));
    assertThat(root.get("timing").asString()).contains("median");
    JsonNode rows = root.get("rows");
    assertThat(rows.valueStream().map(n -> n.get("dtype").asString())).containsExactly("f64", "f32", "f32", "f32");
    assertThat(rows.get(0).get("unfused").get("launchesPerRun").asDouble()).isEqualTo(2);
    // 42,800 bytes a set; and no more sets than are of use.
    assertThat(rows.valueStream().map(n -> n.get("sets").asInt())).containsExactly(256, 256, 25, 256);

    assertThat(run(device, suite, "--dtype", "f32").out()).contains("3 rows, 3 right");
    assertThat(run(device, "{\"rows\": [{\"op\": \"relu\", \"x\": [3], \"dtypes\": [\"i32\"]}]}").err())
        .contains("row 1: dtypes is not a list of f16 bf16 f32 f64");
  }

  @Test
  void doesNotTimeWhatIsWrong() throws IOException {
    Result r = run(ReferenceDevice.broken("cpu", c -> c.op().name().equals("conv2d")), SMALL);
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.out()).contains("FAILED conv2d+bias 1x2x5x5 k4 3x3 g2 f32 on cpu: wrong: output[99]",
        "4 rows, 3 right, 1 failed");
    assertThat(r.errLines()).containsExactly("orthant: 1 of 4 rows failed");
  }

  @Test
  void aFailingDeviceFailsTheRowOnly() throws IOException {
    Result r = run(ReferenceDevice.failing("cpu", c -> c.op().name().equals("conv2d")), SMALL);
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.out()).contains("planted failure", "3 right, 1 failed");
  }

  @Test
  void skipsTypesThatADeviceLacks() throws IOException {
    Result r = run(ReferenceDevice.having("cpu", EnumSet.of(DType.F32)), SMALL, "--dtype", "f64,f32");
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("SKIPPED", "cpu has no f64", "8 rows, 4 right, 0 failed, 4 skipped");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{ | is not JSON",
      "[] | is no suite",
      "{\"rows\": [], \"more\": 1} | is no suite",
      "{\"rows\": [{\"op\": \"rely\", \"x\": [3]}]} | row 1: unknown activation 'rely'",
      "{\"rows\": [{\"op\": \"relu\"}]} | row 1: x is not a list",
      "{\"rows\": [{\"op\": \"relu\", \"x\": [\"M\"]}]} | row 1: not an extent",
      "{\"rows\": [{\"op\": \"relu\", \"x\": [3], \"stride\": 2}]} | row 1: unknown stride",
      "{\"rows\": [{\"op\": \"matmul\", \"a\": [2, 3], \"b\": [3, 2], \"math\": \"x\"}]} | row 1: unknown math mode "
          + "'x'",
      "{\"rows\": [{\"op\": \"matmul\", \"a\": [2, 3], \"b\": [2, 3]}]} | row 1: matmul: inner dimensions differ",
      "{\"rows\": [{\"op\": \"conv2d\", \"x\": [1, 1, 2, 2], \"w\": [1, 1, 3, 3]}]} | conv2d: the filter does not fit",
      "{\"rows\": [{\"op\": \"conv2d\", \"x\": [1, 1, 2, 2], \"w\": [1, 1, 1, 1], \"stride\": 0.5}]} | not an integer"})
  void badSuitesAreOneLine(String text, String part) throws IOException {
    ReferenceDevice device = ReferenceDevice.named("cpu");
    Result r = run(device, text);
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.errLines()).hasSize(1).first().asString().contains("suite.json: ").contains(part);
    assertThat(device.launches()).isZero();
  }

  @Test
  void outputsThatCannotBeWrittenAreRefusedBeforeMeasuring() throws IOException {
    ReferenceDevice device = ReferenceDevice.named("cpu");
    Result r = run(device, SMALL, "--json", folder.resolve("no/r.json").toString());
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(device.launches()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"quick", "resnet50", "transformer", "activations", "gpu", "gpu-quick"})
  void theSuitesInTheJarAreValid(String name) {
    Suite suite = SuiteReader.read(name, List.of());
    assertThat(suite.cases()).isNotEmpty();
    assertThat(suite.source()).isNotEmpty();
    for (BenchCase c : suite.cases()) {
      assertThat(c.fused("cpu").output()).isEqualTo(c.unfusedFirst("cpu").output());
      assertThat(c.unfusedRest("cpu")).hasSameSizeAs(c.tail());
    }
  }

  /** 4.09 G multiply-adds per image is the figure everyone gives for this network. */
  @Test
  void resnet50IsAllThere() {
    List<BenchCase> single = SuiteReader.read("resnet50", List.of(DType.F32)).cases().stream()
        .filter(c -> c.inputs().getFirst().shape().dim(0) == 1).toList();
    double flops = single.stream().mapToDouble(c -> c.count() * c.fused("cpu").flops()).sum();
    assertThat(flops / 2e9).isCloseTo(4.09, within(0.005));
    assertThat(single).hasSize(25);
  }

  @Test
  void theActivationsSuiteIsTheCatalogue() {
    assertThat(SuiteReader.read("activations", List.of(DType.F16)).cases()).hasSize(2 * Activations.all().size())
        .allMatch(c -> c.inputs().getFirst().dtype() == DType.F16)
        .anyMatch(c -> c.inputs().getFirst().equals(TensorSpec.of(DType.F16, 200, 200, 100)));
  }
}
