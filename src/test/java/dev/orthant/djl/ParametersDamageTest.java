package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of DJL parameters: they are refused by a typed error, or read as other numbers; nothing else.
 * {@code -Dorthant.fuzz=n} for more.
 */
final class ParametersDamageTest {
  private static final long SEED = 20261201;
  private static final int MUTATIONS = Integer.getInteger("orthant.fuzz", 500);

  @TempDir
  Path folder = Path.of("");

  private static Model model() {
    Model model = Model.newInstance("net", Device.cpu(), OrthantEngine.NAME);
    model.setBlock(new Mlp(3, 2, new int[] {4}));
    return model;
  }

  private byte[] saved() throws IOException {
    try (Model model = model()) {
      model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, 3));
      model.save(folder, "net");
    }
    return Files.readAllBytes(folder.resolve("net-0000.params"));
  }

  private static void load(byte[] file) throws IOException, MalformedModelException {
    try (Model model = model(); InputStream in = new ByteArrayInputStream(file)) {
      model.load(in, null);
    }
  }

  private static byte[] mutated(byte[] file, SplittableRandom random) {
    byte[] m = file.clone();
    int edits = random.nextInt(1, 4);
    for (int e = 0; e < edits; e++) {
      int at = random.nextInt(m.length);
      switch (random.nextInt(5)) {
        case 0 -> m[at] = (byte) random.nextInt();
        case 1 -> m[at] ^= (byte) (1 << random.nextInt(8));
        case 2 ->
            Arrays.fill(m, at, Math.min(m.length, at + random.nextInt(1, 9)), (byte) (random.nextBoolean() ? -1 : 0));
        case 3 -> m = Arrays.copyOf(m, Math.max(1, at));
        default -> System.arraycopy(file, 0, m, at, Math.min(file.length, m.length - at));
      }
    }
    return m;
  }

  /** Cut off anywhere, or overwritten by −1 anywhere: extents, ranks, counts and lengths of names among it. */
  @Test
  void damagedFilesAreRefused() throws Exception {
    byte[] file = saved();
    load(file);
    Map<String, Integer> seen = new TreeMap<>();
    for (int at = 0; at < file.length; at++) {
      byte[] filled = file.clone();
      Arrays.fill(filled, at, Math.min(file.length, at + 8), (byte) -1);
      for (byte[] damaged : List.of(Arrays.copyOf(file, at), filled)) {
        try {
          load(damaged);
          seen.merge("read", 1, Integer::sum);
        } catch (IOException | MalformedModelException e) {
          seen.merge(e.getClass().getSimpleName(), 1, Integer::sum);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("damaged at " + at, e);
        }
      }
    }
    System.out.println(seen);
  }

  @Test
  void damagedArraysAreRefused() {
    SplittableRandom random = new SplittableRandom(SEED);
    try (NDManager m = OrthantNDManager.system().newSubManager(Device.cpu())) {
      byte[] file = m.arange(6f).reshape(2, 3).encode();
      for (int i = 0; i < MUTATIONS; i++) {
        byte[] bytes = mutated(file, random);
        try (NDManager sub = m.newSubManager()) {
          sub.decode(new ByteArrayInputStream(bytes));
        } catch (IOException | IllegalArgumentException e) {
          assertThat(e).isNotInstanceOf(IndexOutOfBoundsException.class);
        } catch (RuntimeException | Error e) {
          throw new AssertionError("mutation " + i + " of seed " + SEED, e);
        }
      }
    }
  }

  @Test
  void whatIsNoFileOfParametersIsTold() {
    assertThatThrownBy(() -> load(new byte[] {1, 2, 3})).isInstanceOfAny(IOException.class,
        MalformedModelException.class);
  }
}
