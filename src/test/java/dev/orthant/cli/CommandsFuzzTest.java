package dev.orthant.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.bench.SuiteReader;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Setting;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Problem;
import dev.orthant.device.Devices;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.io.Checkpoint;
import dev.orthant.testing.Fuzz;
import dev.orthant.train.Snapshot;
import dev.orthant.train.TrainingRun;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a suite, a setting, a saved run or a command line says: exit code 0, 1 or 2, and never an error that is not
 * ours.
 */
class CommandsFuzzTest {
  /** Nothing is computed: what is wrong must be found before. */
  private record NoDevice() implements DeviceSource {
    @Override
    public Device named(String name) {
      throw new InvalidInputException("no device " + name);
    }

    @Override
    public Device best() {
      throw new InvalidInputException("no device");
    }

    @Override
    public List<Device> all() {
      return List.of();
    }

    @Override
    public List<Problem> problems() {
      return List.of();
    }

    @Override
    public List<String> missing() {
      return List.of();
    }

    @Override
    public String whyBest() {
      return "";
    }
  }

  @TempDir
  private Path folder;

  @Test
  void suites() throws Exception {
    List<String> seeds = new ArrayList<>(List.of(
        "{\"title\": \"t\", \"batches\": [1, 8], \"seconds\": 3, \"rotate_mb\": 1, \"rows\": [{\"name\": \"a\", "
            + "\"op\": \"conv2d\", \"x\": "
            + "[\"N\", 3, 8, 8], \"w\": [4, 3, 3, 3], \"stride\": 2, \"padding\": 1, \"bias\": true, \"activation\": "
            + "\"gelu\", \"count\": 2}]}",
        "{\"rows\": [{\"op\": \"matmul\", \"a\": [2, \"N*128\"], \"b\": [128, 4], \"alpha\": 0.5, \"residual\": "
            + "true, \"dtypes\": [\"f16\"],"
            + " \"math\": \"tf32\"}, {\"op\": \"*\", \"x\": [3, 4], \"bias\": true}]}"));
    for (String name : SuiteReader.BUILT_IN) {
      try (InputStream in = SuiteReader.class.getResourceAsStream("/bench/suites/" + name + ".json")) {
        seeds.add(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    Path file = folder.resolve("s.json");
    int[] read = {0};
    Fuzz.run("suite", 2, random -> {
      Files.writeString(file,
          Fuzz.mutated(random, seeds.get(random.nextInt(random.nextInt(5) == 0 ? seeds.size() : 2))));
      try {
        SuiteReader.read(file.toString(), List.of());
        read[0]++;
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).startsWith(file + ": ");
      }
    });
    System.out.println("fuzz suite: " + read[0] + " could be read all the same");
  }

  @Test
  void settings() throws Exception {
    List<Setting> all = List.of(Setting.values());
    Fuzz.run("settings", random -> {
      Setting s = Fuzz.one(random, all);
      Properties p = new Properties();
      String value = Fuzz.mutated(random, s.example());
      p.setProperty(s.property(), value);
      p.setProperty(Fuzz.mutated(random, s.property()), value);
      try {
        s.value(p);
        s.isOn(p);
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).startsWith(s.flag() + "=").endsWith("expected " + s.expected());
      }
    });
  }

  @Test
  void commandLines() throws Exception {
    ReferenceDevice device = ReferenceDevice.having("cpu", EnumSet.of(DType.F32));
    CommandLineRun.save(folder.resolve("a.npy"), DType.F32, 3, 4);
    CommandLineRun.save(folder.resolve("b.npy"), DType.F32, 4, 3);
    CommandLineRun.save(folder.resolve("x.npy"), DType.F32, 1, 2, 5, 5);
    CommandLineRun.save(folder.resolve("w.npy"), DType.F32, 2, 2, 3, 3);
    List<String> computing = List.of("run matmul a.npy b.npy --alpha 2 --activation elu --activation-alpha 3 -o y.npy",
        "run conv2d x.npy w.npy --stride 1,2 --padding same --dilation 2 --groups 1 --layout NCHW -o y.npy",
        "run conv2d x.npy w.npy --padding 1,1,1,1 --stride 2 -o y.npy",
        "run relu a.npy --dtype f32 --device cpu -o y.npy");
    List<String> checking = List.of(
        "train --data spirals --net mlp --examples 100 --batch 7 --lr 0.1 --decay 0.5 --clip 1 --seed 3 --epochs 2",
        "bench --suite quick --dtype f16,f32 --seconds-per-row 2 --json y.json --csv y.csv --note x",
        "parity --quick --op relu --dtype f32 --seed 7 --case x", "claims --quick --only zeros --seed 3",
        "devices --json", "doctor",
        "help run", "train --checkpoint y.ckpt --resume --epochs 3", "--version");
    int[] codes = new int[256];
    Fuzz.run("command line", 2, random -> {
      boolean computes = random.nextBoolean();
      String line = Fuzz.one(random, computes ? computing : checking);
      List<String> args = new ArrayList<>(List.of(line.split(" ")));
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        int at = random.nextInt(args.size());
        // Where results go stays, or they would be anywhere.
        args.set(at, args.get(at).startsWith("y.") ? args.get(at) : Fuzz.mutated(random, args.get(at)));
      }
      args.replaceAll(a -> a.matches("[a-z]\\.(npy|json|csv|ckpt)") ? folder.resolve(a).toString() : a);
      if (args.stream().anyMatch(a -> a.startsWith("/dev") || a.startsWith("/proc"))) {
        return;
      }
      CommandLineRun.Result r =
          CommandLineRun.run(computes ? CommandLineRun.devices(device) : new NoDevice(), args.toArray(String[]::new));
      codes[r.code()]++;
      assertThat(r.code()).as(args + ": " + r.err()).isIn(0, 1, 2);
      assertThat(device.stats().liveBuffers()).isZero();
    });
    System.out.println("fuzz command line: codes 0, 1, 2: " + codes[0] + ", " + codes[1] + ", " + codes[2]);
  }

  /**
   * Numbers and texts of a saved run, each replaced by others: told before any weight is drawn, or the run goes on; no
   * tensor is left.
   */
  @Test
  void savedRuns() throws Exception {
    Path file = folder.resolve("run.ckpt");
    CommandLineRun.Result r = CommandLineRun.run(
        new CommandLineRun.Fixed(List.of(Devices.named("cpu")), List.of(), List.of()), "train", "--data", "spirals",
        "--examples", "30",
        "--epochs", "2", "--quiet", "--checkpoint", file.toString());
    assertThat(r.code()).as(r.err()).isZero();
    Device device = Devices.named("cpu");
    long before = device.stats().liveBuffers();
    Path mutated = folder.resolve("mutated.ckpt");
    List<Long> numbers = List.of(-1L, 0L, 1L, 2L, 30L, 2147483647L, 2147483648L, Long.MAX_VALUE, Long.MIN_VALUE);
    List<Double> reals = List.of(-1.0, 0.0, 1e-300, 0.5, 1.0, 1e308, Double.NaN, Double.POSITIVE_INFINITY);
    Fuzz.run("saved run", 10, random -> {
      try (Arena arena = Arena.ofConfined()) {
        Checkpoint c = Checkpoint.read(file, arena);
        Checkpoint.Builder b = Checkpoint.builder();
        for (String name : c.names()) {
          int what = random.nextInt(30);
          if (what == 0) {
            continue;
          }
          copy(c, name, b, what == 1 ? Fuzz.one(random, numbers) : null, what == 1 ? Fuzz.one(random, reals) : null,
              what == 1 ? Fuzz.mutated(random, "relu") : null);
        }
        b.build().write(mutated);
        Snapshot s = Snapshot.read(mutated, arena);
        TrainingRun.resume(s.settings(), device, s).close();
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      assertThat(device.stats().liveBuffers()).isEqualTo(before);
    });
  }

  private static void copy(Checkpoint c, String name, Checkpoint.Builder b, @Nullable Long whole, @Nullable Double real,
      @Nullable String text) {
    if (c.tensors("").containsKey(name)) {
      b.tensor(name, c.tensor(name));
      return;
    }
    try {
      b.whole(name, whole == null ? c.whole(name) : whole);
    } catch (InvalidInputException _) {
      try {
        b.real(name, real == null ? c.real(name) : real);
      } catch (InvalidInputException _) {
        b.text(name, text == null ? c.text(name) : text);
      }
    }
  }
}
