package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  private final Arena arena = Arena.ofConfined();

  @TempDir
  private Path folder;

  @AfterEach
  void free() {
    arena.close();
  }

  /** A file that NumPy wrote: see make_fixtures.py beside them. */
  private static Path fixture(String name) {
    try {
      return Path.of(Objects.requireNonNull(NpyTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private HostTensor readFixture(String name) {
    return Npy.read(fixture(name), arena);
  }

  private static double[] values(HostTensor t) {
    return LongStream.range(0, t.shape().elements()).mapToDouble(t::get).toArray();
  }

  @ParameterizedTest
  @CsvSource({"le_f2,f16", "be_f2,f16", "le_f4,f32", "be_f4,f32", "le_f8,f64", "be_f8,f64"})
  void readsNumpysFloats(String file, String type) {
    HostTensor t = readFixture(file + ".npy");
    assertThat(t.spec()).isEqualTo(TensorSpec.of(DType.named(type), 2, 3));
    assertThat(values(t)).containsExactly(-2, -0.5, 1, 2.5, 4, 5.5);
  }

  @ParameterizedTest
  @CsvSource({"i1,i8", "u1,u8", "le_i4,i32", "be_i4,i32", "le_i8,i64", "be_i8,i64"})
  void readsNumpysIntegers(String file, String type) {
    HostTensor t = readFixture(file + ".npy");
    assertThat(t.spec()).isEqualTo(TensorSpec.of(DType.named(type), 2, 3));
    assertThat(values(t)).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void readsBooleans() {
    HostTensor t = readFixture("b1.npy");
    assertThat(t.dtype()).isEqualTo(DType.BOOL);
    assertThat(values(t)).containsExactly(1, 0, 1, 0, 1, 0);
  }

  @Test
  void putsFortranOrderRight() {
    HostTensor t = readFixture("fortran.npy");
    assertThat(t.shape()).isEqualTo(Shape.of(2, 3, 4));
    assertThat(values(t)).containsExactly(LongStream.range(0, 24).asDoubleStream().toArray());
    assertThat(values(readFixture("fortran_be.npy"))).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsAllVersions(int version) {
    assertThat(values(readFixture("v" + version + ".npy"))).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void readsScalarsAndEmptyArrays() {
    HostTensor scalar = readFixture("scalar.npy");
    assertThat(scalar.shape().rank()).isZero();
    assertThat(values(scalar)).containsExactly(42);
    assertThat(readFixture("empty.npy").spec()).isEqualTo(TensorSpec.of(DType.F32, 3, 0, 2));
  }

  @Test
  void keepsSpecialValues() {
    double[] v = values(readFixture("vector.npy"));
    assertThat(v[0]).isNaN();
    assertThat(Arrays.copyOfRange(v, 1, 5)).containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0,
        1e-40f);
  }

  @ParameterizedTest
  @CsvSource({"bad_complex.npy,complex", "bad_text.npy,text", "bad_bytes.npy,text", "bad_structured.npy,structured",
      "bad_object.npy,objects", "bad_date.npy,dates", "bad_u2.npy,u2"})
  void namesWhatItDoesNotRead(String file, String word) {
    refuses(fixture(file), word);
  }

  private void refuses(Path file, String... words) {
    assertThatThrownBy(() -> Npy.read(file, arena))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(words)
        .message().doesNotContain("\n");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void roundTrips(DType type) {
    Random random = new Random(7);
    for (Shape shape : Stream.of(Shape.of(), Shape.of(0), Shape.of(5), Shape.of(3, 4, 5)).toList()) {
      HostTensor t = HostTensor.allocate(new TensorSpec(type, shape), arena);
      for (long i = 0; i < shape.elements(); i++) {
        t.set(i, random.nextInt(-100, 100));
      }
      Path file = folder.resolve("t.npy");
      Npy.write(file, t);
      HostTensor back = Npy.read(file, arena);
      assertThat(back.dtype()).isEqualTo(type == DType.BF16 ? DType.F32 : type);
      assertThat(back.shape()).isEqualTo(shape);
      assertThat(values(back)).containsExactly(values(t));
    }
  }

  @Test
  void writesWhatNumpyWrites() throws IOException {
    for (String name : Stream.of("le_f4.npy", "le_f2.npy", "le_i8.npy", "u1.npy", "b1.npy", "scalar.npy", "empty.npy")
        .toList()) {
      Path file = folder.resolve(name);
      Npy.write(file, readFixture(name));
      assertThat(file).as(name).hasBinaryContent(Files.readAllBytes(fixture(name)));
    }
  }

  @Test
  void convertsOnRequest() {
    HostTensor t = HostTensor.allocate(TensorSpec.of(DType.F32, 2), arena);
    t.set(0, 1 + Math.scalb(1, -9));
    t.set(1, 3);
    assertThat(values(t.as(DType.BF16, arena))).containsExactly(1, 3);
    assertThat(t.as(DType.F32, arena)).isSameAs(t);
  }

  @Test
  void replacesAtomicallyAndLeavesNothingBehind() throws IOException {
    Path file = folder.resolve("t.npy");
    Files.writeString(file, "old");
    Npy.write(file, readFixture("scalar.npy"));
    assertThat(values(Npy.read(file, arena))).containsExactly(42);
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void writesThroughALinkAndNotOverADevice() throws IOException {
    Path target = folder.resolve("target.npy");
    Files.writeString(target, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.npy"), target);
    Npy.write(link, readFixture("scalar.npy"));
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(values(Npy.read(target, arena))).containsExactly(42);
    Path sink = Path.of("/dev/null");
    if (Files.exists(sink)) {
      Npy.write(sink, readFixture("scalar.npy"));
      assertThat(Files.isRegularFile(sink)).isFalse();
    }
  }

  @Test
  void refusesToWriteWhereItCannot() {
    HostTensor t = readFixture("scalar.npy");
    assertThatThrownBy(() -> Npy.write(folder, t)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("is a folder");
    Path nowhere = folder.resolve("no/such/t.npy");
    assertThatThrownBy(() -> Npy.write(nowhere, t)).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(nowhere.toString()).hasMessageContaining("does not exist");
  }

  @Test
  void refusesWhatIsNotThere() {
    refuses(folder.resolve("missing.npy"), "no such file");
    refuses(folder, "is a folder");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(fixture("le_f4.npy"));
    for (int n = 0; n < whole.length; n++) {
      Path file = folder.resolve("cut.npy");
      Files.write(file, Arrays.copyOf(whole, n));
      refuses(file, ": ");
    }
    Path longer = folder.resolve("longer.npy");
    Files.write(longer, Arrays.copyOf(whole, whole.length + 3));
    refuses(longer, "3 bytes too many");
  }

  /** Whatever a damaged file holds: a tensor or one clear exception, nothing else. */
  @Test
  void survivesRandomDamage() throws IOException {
    long seed = 20261122;
    Random random = new Random(seed);
    byte[] whole = Files.readAllBytes(fixture("fortran.npy"));
    Path file = folder.resolve("damaged.npy");
    for (int round = 0; round < 500; round++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 5); i > 0; i--) {
        damaged[random.nextInt(140)] = (byte) random.nextInt(256);
      }
      Files.write(file, damaged);
      try {
        assertThat(Npy.read(file, arena).spec().bytes()).isEqualTo(96);
      } catch (InvalidInputException e) {
        assertThat(e).as("seed %d, round %d", seed, round).hasMessageStartingWith(file.toString());
        assertThat(e.getMessage()).doesNotContainPattern("\\p{Cntrl}");
      }
    }
  }

  private Path withHeader(String dictionary, int version) throws IOException {
    byte[] text = dictionary.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = ByteBuffer.allocate(12 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    b.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      b.putShort((short) text.length);
    } else {
      b.putInt(text.length);
    }
    b.put(text);
    return Files.write(folder.resolve("made.npy"), Arrays.copyOf(b.array(), b.position()));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)} | negative",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)} | more elements",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)} | truncated",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 3} | tuple",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (True,)} | tuple",
      "{'descr': '<f4', 'fortran_order': 1, 'shape': ()} | fortran_order",
      "{'descr': '<f4', 'fortran_order': False} | dictionary",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1} | dictionary",
      "{'descr': '', 'fortran_order': False, 'shape': ()} | not supported",
      "__import__('os').abort() | damaged",
      "((((((((((((1)))))))))))) | damaged",
      "{'descr': '<f4 | damaged",
      "'' | dictionary"})
  void refusesBadHeaders(String dictionary, String word) throws IOException {
    refuses(withHeader(dictionary, 1), word);
    refuses(withHeader(dictionary, 3), word);
  }

  @Test
  void readsPython2sLongIntegers() throws IOException {
    Path file = withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (0L, 3L), }", 1);
    assertThat(Npy.read(file, arena).shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void refusesUnknownVersions() throws IOException {
    refuses(withHeader("{}", 9), "version 9.0");
  }

  /**
   * Far more than an int can index or the machine can hold: refused in words, not by the system's killer of
   * processes.
   */
  @Test
  void refusesWhatTheMachineCannotHold() throws IOException {
    long elements = 3L << 40;
    Path file = withHeader("{'descr': '|u1', 'fortran_order': False, 'shape': (" + elements + ",)}", 1);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(sparse.length() + elements);
    } catch (IOException e) {
      assumeTrue(false, "this file system has no large sparse files: " + e.getMessage());
    }
    refuses(file, "this machine has");
  }
}
