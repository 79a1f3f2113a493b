package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a checkpoint keeps, and what it says when asked for something else. Damage: {@link CheckpointDamageTest}. */
class CheckpointTest {
  private static final int SEED = 11;

  private final Arena arena = Arena.ofConfined();

  @TempDir
  private Path folder;

  @AfterEach
  void free() {
    arena.close();
  }

  private HostTensor tensor(DType type, long... dims) {
    HostTensor t = HostTensor.allocate(TensorSpec.of(type, dims), arena);
    Random random = new Random(SEED);
    for (long i = 0; i < t.shape().elements(); i++) {
      t.set(i, random.nextInt(-100, 100));
    }
    return t;
  }

  private Checkpoint saved(Checkpoint.Builder builder) {
    Path file = folder.resolve("net.ckpt");
    builder.build().write(file);
    return Checkpoint.read(file, arena);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void keepsTensorsOfEveryType(DType type) {
    for (Shape shape : Stream.of(Shape.of(), Shape.of(0), Shape.of(5), Shape.of(3, 0, 2), Shape.of(3, 4, 5)).toList()) {
      HostTensor t = tensor(type, shape.dims());
      HostTensor back = saved(Checkpoint.builder().tensor("t", t)).tensor("t");
      assertThat(back.spec()).isEqualTo(t.spec());
      assertThat(MemorySegment.mismatch(back.memory(), 0, back.spec().bytes(), t.memory(), 0, t.spec().bytes()))
          .as("%s, seed %d", t.spec(), SEED).isEqualTo(-1);
    }
  }

  @Test
  void keepsNumbersAndTextsExactly() {
    Checkpoint c = saved(Checkpoint.builder()
        .whole("seed", Long.MIN_VALUE + 1).whole("steps", Long.MAX_VALUE)
        .real("rate", 0.1).real("best", Double.NEGATIVE_INFINITY).real("loss", Double.NaN).real("zero", -0.0)
        .text("network", "conv 3×3 → relu\nlinear 10 😀").text("optimizer", ""));
    assertThat(c.whole("seed")).isEqualTo(Long.MIN_VALUE + 1);
    assertThat(c.whole("steps")).isEqualTo(Long.MAX_VALUE);
    assertThat(c.real("rate")).isEqualTo(0.1);
    assertThat(c.real("best")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(c.real("loss")).isNaN();
    assertThat(Double.doubleToRawLongBits(c.real("zero"))).isEqualTo(Double.doubleToRawLongBits(-0.0));
    assertThat(c.text("network")).isEqualTo("conv 3×3 → relu\nlinear 10 😀");
    assertThat(c.text("optimizer")).isEmpty();
    assertThat(c.names()).containsExactly("seed", "steps", "rate", "best", "loss", "zero", "network", "optimizer");
    assertThat(c.has("seed")).isTrue();
    assertThat(c.has("Seed")).isFalse();
  }

  @Test
  void mayBeEmpty() {
    assertThat(saved(Checkpoint.builder()).names()).isEmpty();
  }

  @Test
  void givesTensorsByPrefix() {
    Checkpoint c =
        saved(Checkpoint.builder().tensor("net.b", tensor(DType.F32, 2)).tensor("net.a", tensor(DType.F32, 3))
            .whole("net.depth", 2).tensor("adam.m", tensor(DType.F64, 2)));
    assertThat(c.tensors("net.").keySet()).containsExactly("net.b", "net.a");
    assertThat(c.tensors("").keySet()).containsExactly("net.b", "net.a", "adam.m");
  }

  @Test
  void namesFileAndEntryWhenAskedForSomethingElse() {
    Checkpoint c = saved(Checkpoint.builder().whole("steps", 3).tensor("w", tensor(DType.F32, 2)));
    assertThatThrownBy(() -> c.whole("seed")).isInstanceOf(InvalidInputException.class)
        .hasMessage(folder.resolve("net.ckpt") + ": has no entry 'seed'; it has steps; w");
    assertThatThrownBy(() -> c.text("w")).isInstanceOf(InvalidInputException.class)
        .hasMessage(folder.resolve("net.ckpt") + ": entry 'w' is a tensor (2,) f32, expected text");
    assertThatThrownBy(() -> c.tensor("steps")).hasMessageContaining("is a whole number, expected a tensor");
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void findsTheFirstThatIsNotFinite(DType type) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      HostTensor t = tensor(type, 3, 4);
      Checkpoint c = Checkpoint.builder().real("loss", Double.NaN).tensor("a", tensor(type, 2)).tensor("b", t)
          .tensor("c", t).build();
      assertThat(c.requireFinite()).isSameAs(c);
      t.set(7, bad);
      assertThatThrownBy(c::requireFinite).isInstanceOf(InvalidInputException.class).hasMessage(
          "checkpoint: entry 'b' (3, 4) " + type + " holds " + bad + " at element 7, expected finite numbers");
    }
  }

  @Test
  void tellsAnotherNetwork() {
    Checkpoint c =
        saved(Checkpoint.builder().tensor("net.w", tensor(DType.F32, 2, 3)).tensor("net.b", tensor(DType.F32, 3))
            .tensor("adam.m", tensor(DType.F32, 3)).whole("net.depth", 1));
    TensorSpec w = TensorSpec.of(DType.F32, 2, 3);
    TensorSpec b = TensorSpec.of(DType.F32, 3);
    assertThat(c.requireSpecs("net.", Map.of("net.w", w, "net.b", b))).isSameAs(c);
    refuses(c, Map.of("net.w", w, "net.b", b, "net.c", b), "'net.c' (3,) f32 is missing");
    refuses(c, Map.of("net.w", w), "'net.b' (3,) f32 is not expected");
    refuses(c, Map.of("net.w", w, "net.b", TensorSpec.of(DType.F64, 3)), "'net.b' is (3,) f32, expected (3,) f64");
    refuses(c, Map.of("net.w", TensorSpec.of(DType.F32, 3, 2), "net.b", b),
        "'net.w' is (2, 3) f32, expected (3, 2) f32");
    refuses(c, Map.of("1", b, "2", b, "3", b),
        "'1' (3,) f32 is missing; '2' (3,) f32 is missing; '3' (3,) f32 is missing and 2 more");
  }

  private void refuses(Checkpoint c, Map<String, TensorSpec> expected, String why) {
    assertThatThrownBy(() -> c.requireSpecs("net.", expected)).isInstanceOf(InvalidInputException.class)
        .hasMessage(folder.resolve("net.ckpt") + ": belongs to another network: " + why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u0000", "a\u2028b", "\ud800"})
  void refusesNamesThatNoFileCanHold(String name) {
    assertThatThrownBy(() -> Checkpoint.builder().whole(name, 1)).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("the name of an entry").message().doesNotContain("\n");
  }

  @Test
  void refusesWhatNoFileCanHold() {
    Checkpoint.Builder builder = Checkpoint.builder().whole("a", 1);
    assertThatThrownBy(() -> builder.real("a", 1)).hasMessageContaining("two entries named 'a'");
    assertThatThrownBy(() -> builder.whole("x".repeat(1025), 1)).hasMessageContaining("1025 bytes, expected 1 to 1024");
    assertThatThrownBy(() -> builder.text("t", "x".repeat((1 << 20) + 1)))
        .hasMessageContaining("entry 't' is a text of");
    assertThatThrownBy(() -> builder.text("t", "\udc00")).hasMessageContaining("entry 't' is not valid text");
    assertThatThrownBy(() -> builder.tensor("t", tensor(DType.F32, new long[33])))
        .hasMessageContaining("entry 't' has rank 33, expected at most 32");
    assertThat(builder.build().names()).containsExactly("a");
  }

  @Test
  void replacesInOneStepAndLeavesNothingBeside() throws IOException {
    saved(Checkpoint.builder().whole("a", 1));
    assertThat(saved(Checkpoint.builder().whole("b", 2)).names()).containsExactly("b");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("net.ckpt"));
    }
  }

  @Test
  void leavesTheOldFileWhenWritingFails() throws IOException {
    Path file = folder.resolve("net.ckpt");
    saved(Checkpoint.builder().whole("a", 1));
    byte[] before = Files.readAllBytes(file);
    Checkpoint dead;
    try (Arena brief = Arena.ofConfined()) {
      dead = Checkpoint.builder().tensor("t", HostTensor.allocate(TensorSpec.of(DType.F32, 2), brief)).build();
    }
    assertThatThrownBy(() -> dead.write(file)).isInstanceOf(IllegalStateException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void saysWhyAFileCannotBeOpened() {
    Path missing = folder.resolve("missing.ckpt");
    assertThatThrownBy(() -> Checkpoint.read(missing, arena)).isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": no such file");
    assertThatThrownBy(() -> Checkpoint.read(folder, arena)).isInstanceOf(InvalidInputException.class)
        .hasMessage(folder + ": is a folder");
    Checkpoint c = Checkpoint.builder().build();
    assertThatThrownBy(() -> c.write(folder)).isInstanceOf(InvalidInputException.class)
        .hasMessage(folder + ": is a folder, cannot be written to");
    Path nowhere = folder.resolve("no").resolve("net.ckpt");
    assertThatThrownBy(() -> c.write(nowhere)).isInstanceOf(InvalidInputException.class)
        .hasMessage(nowhere + ": the folder " + folder.resolve("no") + " does not exist");
    Path longName = folder.resolve("x".repeat(300));
    assertThatThrownBy(() -> c.write(longName)).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(longName + ": cannot be written: ").message().doesNotContain("\n");
  }
}
