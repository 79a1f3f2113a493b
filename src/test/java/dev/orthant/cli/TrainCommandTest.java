package dev.orthant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cli.CommandLineRun.Fixed;
import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.io.Checkpoint;
import dev.orthant.io.HostTensor;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainCommandTest {
  private final Device cpu = Devices.named("cpu");

  @TempDir
  private Path folder;

  private Result train(String words) {
    List<String> args = new ArrayList<>(List.of("train"));
    for (String w : words.split(" ", -1)) {
      args.add(w.matches(".*\\.(ckpt|svg|json)") ? folder.resolve(w).toString() : w);
    }
    Result r = CommandLineRun.run(new Fixed(List.of(cpu), List.of(), List.of()), args.toArray(String[]::new));
    assertThat(r.err()).doesNotContain("\tat ", "Exception");
    return r;
  }

  @Test
  void saysWhatItDoesAndWritesWhatIsAskedFor() throws IOException {
    long before = cpu.stats().liveBuffers();
    Result r = train("--data spirals --examples 60 --epochs 2 --checkpoint a.ckpt --picture a.svg --json a.json");
    assertThat(r.err()).isEmpty();
    assertThat(r.code()).isZero();
    assertThat(r.out()).contains("device: cpu (", "spirals, 60 examples to train on, 20 held out", "linear1  (64,)",
        "in all                 4547", "adam, learning rate 0.01", "dead units", "relu2 ", "/64", "held-out accuracy ",
        "checkpoint: ", "picture: ");
    assertThat(Files.readString(folder.resolve("a.svg"))).contains("<svg");
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(folder.resolve("a.json")));
    assertThat(json.get("epochs")).hasSize(2);
    assertThat(json.get("steps")).hasSize(2);
    assertThat(json.get("layers")).hasSize(5);
    assertThat(json.get("activations").get(0).get("name").asString()).isEqualTo("relu1");
    assertThat(cpu.stats().liveBuffers()).isEqualTo(before);
  }

  @Test
  void goesOnWithTheOptionsItHad() {
    assertThat(train("--data spirals --examples 30 --lr 0.02 --epochs 1 --checkpoint a.ckpt --quiet").outLines())
        .hasSize(1);
    Result r = train("--checkpoint a.ckpt --resume --epochs 3 --activation relu");
    assertThat(r.err()).isEmpty();
    assertThat(r.out()).contains("spirals, 30 examples", "learning rate 0.02", "resumed after 1 steps",
        "after 3 epochs");
    refused("--checkpoint a.ckpt --resume --epochs 3", "has 3 epochs already; --epochs must be more, it is 3");
  }

  @Test
  void aCheckpointThatDoesNotFitIsOneLine() throws IOException {
    train("--data spirals --examples 30 --epochs 1 --checkpoint a.ckpt --quiet");
    refused("--checkpoint a.ckpt --resume --net cnn", "belongs to a run with --net mlp, not cnn");
    refused("--checkpoint a.ckpt --resume --data digits", "belongs to a run with --data spirals, not digits");
    refused("--checkpoint a.ckpt --resume --activation gelu", "with --activation relu, not gelu");
    refused("--checkpoint a.ckpt --resume --seed 2", "with --seed 1, not 2");
    byte[] whole = Files.readAllBytes(folder.resolve("a.ckpt"));
    Files.write(folder.resolve("cut.ckpt"), Arrays.copyOf(whole, whole.length - 9));
    refused("--checkpoint cut.ckpt --resume", "cut.ckpt: ");
    Files.writeString(folder.resolve("text.ckpt"), "hello, this is no checkpoint at all");
    refused("--checkpoint text.ckpt --resume", "text.ckpt: ");
    refused("--checkpoint none.ckpt --resume", "none.ckpt: ");
    try (Arena arena = Arena.ofConfined()) {
      HostTensor t = HostTensor.allocate(new TensorSpec(DType.F32, Shape.of(2)), arena);
      t.set(1, Double.NaN);
      Checkpoint.builder().tensor("network/w", t).build().write(folder.resolve("nan.ckpt"));
      Checkpoint.builder().text("data", "spirals").build().write(folder.resolve("other.ckpt"));
    }
    refused("--checkpoint nan.ckpt --resume", "holds NaN at element 1");
    refused("--checkpoint other.ckpt --resume", "has no entry 'history/steps'");
  }

  private void refused(String words, String part) {
    long launches = cpu.stats().launches();
    Result r = train(words);
    assertThat(r.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(r.out()).isEmpty();
    assertThat(r.errLines()).hasSize(1).first().asString().startsWith("orthant: ").contains(part);
    assertThat(cpu.stats().launches()).isEqualTo(launches);
  }

  @Test
  void aRunThatDivergesKeepsTheCheckpointOfTheLastEpoch() {
    train("--data spirals --examples 30 --epochs 1 --checkpoint a.ckpt --quiet");
    Result r = train("--checkpoint a.ckpt --resume --lr 1e30 --epochs 9 --quiet");
    assertThat(r.code()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(r.errLines()).hasSize(1).first().asString().contains(" in step ", "lower --lr, now 1.0E30", "--clip 1",
        "a.ckpt");
    assertThat(train("--checkpoint a.ckpt --resume --lr 1e-3 --epochs 12 --quiet").code()).isZero();
  }

  /**
   * SIGTERM here, which {@link Process#destroy} sends; Ctrl-C goes the same way, but may be switched off for children
   * of a build.
   */
  @Test
  void aRunThatIsAskedToEndSavesFirst() throws IOException, InterruptedException {
    Path file = folder.resolve("a.ckpt");
    File output = folder.resolve("output.txt").toFile();
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Main.class.getName(),
        "train", "--device", "cpu", "--data", "spirals", "--epochs", "1000000", "--checkpoint", file.toString())
        .redirectErrorStream(true).redirectOutput(output).start();
    try {
      for (int i = 0; i < 1200 && !Files.exists(file) && process.isAlive(); i++) {
        Thread.sleep(100);
      }
      process.destroy();
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output.toPath());
    assertThat(said).contains("interrupted after ", "--resume").doesNotContain("Exception");
    assertThat(process.exitValue()).as(said).isEqualTo(143);
    assertThat(train("--checkpoint a.ckpt --resume --epochs 1000000 --net cnn").err()).contains("--net mlp, not cnn");
  }
}
