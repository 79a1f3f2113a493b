package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of damage is one message that begins with the file's name. Forged files have right checksums. */
class CheckpointDamageTest {
  private static final byte[] NONE = {};

  private final Arena arena = Arena.ofConfined();

  @TempDir
  private Path folder;
  private Path file = Path.of("set before each test");

  @BeforeEach
  void name() {
    file = folder.resolve("net.ckpt");
  }

  @AfterEach
  void free() {
    arena.close();
  }

  private byte[] small() throws IOException {
    HostTensor w = HostTensor.allocate(TensorSpec.of(DType.F32, 2, 3), arena);
    for (int i = 0; i < 6; i++) {
      w.set(i, i / 3.0);
    }
    Checkpoint.builder().whole("steps", 7).tensor("w", w).real("loss", 0.25).text("network", "linear 3")
        .tensor("mask", HostTensor.allocate(TensorSpec.of(DType.BOOL, 3), arena)).build().write(file);
    return Files.readAllBytes(file);
  }

  private AbstractStringAssert<?> refuses(byte[] bytes, String what) throws IOException {
    Files.write(file, bytes);
    return (AbstractStringAssert<?>) assertThatThrownBy(() -> Checkpoint.read(file, arena)).as(what)
        .isExactlyInstanceOf(InvalidInputException.class).message().startsWith(file + ": ").doesNotContain("\n");
  }

  @Test
  void findsEveryTruncation() throws IOException {
    byte[] whole = small();
    for (int n = 0; n < whole.length; n++) {
      refuses(Arrays.copyOf(whole, n), n + " of " + whole.length + " bytes").containsPattern("truncated|is empty");
    }
  }

  @Test
  void findsAFlippedBitInEveryByte() throws IOException {
    byte[] whole = small();
    for (int at = 0; at < whole.length; at++) {
      int bit = at % 8;
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << bit);
      refuses(damaged, "bit " + bit + " of byte " + at).containsPattern("damaged|not an Orthant checkpoint");
    }
  }

  @Test
  void survivesArbitraryDamage() throws IOException {
    byte[] whole = small();
    long seed = 5;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      byte[] damaged = whole.clone();
      int from = random.nextInt(damaged.length);
      byte[] noise = new byte[1 + random.nextInt(Math.min(16, damaged.length - from))];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, damaged, from, noise.length);
      if (!Arrays.equals(whole, damaged)) {
        refuses(damaged, "seed " + seed + ", round " + round);
      }
    }
  }

  @Test
  void namesTheDamagedEntry() throws IOException {
    byte[] bytes = small();
    bytes[bytes.length - 5] ^= 1;
    refuses(bytes, "last data byte").contains("entry 5 of 5 'mask' data: damaged: CRC32C ", ", expected ");
  }

  @Test
  void findsTrailingGarbage() throws IOException {
    byte[] whole = small();
    refuses(Arrays.copyOf(whole, whole.length + 1), "one byte more")
        .endsWith("damaged: the file has " + (whole.length + 1) + " bytes, its header says " + whole.length);
  }

  @Test
  void tellsForeignFiles() throws IOException {
    refuses("PK\u0003\u0004 something".getBytes(StandardCharsets.US_ASCII), "zip")
        .endsWith("not an Orthant checkpoint: it does not begin with ORTHCKPT");
    refuses(new byte[100], "zeros").contains("not an Orthant checkpoint");
    refuses(NONE, "empty").endsWith("not an Orthant checkpoint: it is empty");
  }

  @Test
  void tellsANewerVersion() throws IOException {
    refuses(file(2, 0, NONE), "version 2").endsWith("checkpoint version 2 is unknown to this Orthant, expected 1");
  }

  @Test
  void readsWhatTheFormatSays() throws IOException {
    byte[] steps = entry("steps", 0, 8, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(7).array());
    byte[] w = entry("w", 20, 2, new byte[] {-1, 2}, 1, 2);
    byte[] mask = entry("mask", 24, 2, new byte[] {0, 9}, 2);
    Files.write(file, file(1, 3, steps, w, mask));
    Checkpoint c = Checkpoint.read(file, arena);
    assertThat(c.whole("steps")).isEqualTo(7);
    assertThat(c.tensor("w").spec()).isEqualTo(TensorSpec.of(DType.I8, 1, 2));
    assertThat(c.tensor("w").get(0)).isEqualTo(-1);
    assertThat(c.tensor("mask").get(1)).isEqualTo(1);
  }

  @Test
  void refusesForgedEntries() throws IOException {
    byte[] one = entry("w", 18, 4, new byte[4], 1);
    refuses(file(1, 2, one, one), "duplicate").contains("entry 2 of 2 'w'", "occurs twice");
    refuses(file(1, 1, one, one), "too few counted").contains("37 bytes after the last of 1 entries");
    refuses(file(1, 2, one), "too many counted").contains("entry 2 of 2: damaged: 0 bytes left");
    refuses(file(1, Integer.MAX_VALUE, one), "count").contains("promises 2147483647 entries");
    refuses(file(1, -1, one), "count").contains("promises 4294967295 entries");
    refuses(file(1, 1, entry("w", 99, 4, new byte[4])), "kind").contains("'w': unknown kind 99");
    refuses(file(1, 1, entry("a\nb", 0, 8, new byte[8])), "name").contains("entry 1 of 1", "control characters");
    refuses(file(1, 1, entry("", 0, 8, new byte[8])), "no name").contains("a name of 0 bytes");
    refuses(file(1, 1, entry("w", 0, 4, new byte[4])), "short number").contains("4 bytes of data, expected 8");
    refuses(file(1, 1, entry("w", 0, 8, new byte[8], 1)), "rank").contains("rank 1, expected 0");
    refuses(file(1, 1, entry("w", 2, 1, new byte[] {-1})), "text").contains("'w' is not valid UTF-8");
    refuses(file(1, 1, entry("w", 2, 1 << 21, new byte[1 << 21])), "text").contains("expected at most 1048576");
    refuses(file(1, 1, entry("w", 18, 4, new byte[4], new long[33])), "rank").contains("rank 33");
  }

  @Test
  void allocatesNothingForForgedLengths() throws IOException {
    long huge = 1L << 59;
    refuses(file(1, 1, entry("w", 20, huge, NONE, huge)), "huge").contains("'w': damaged: it claims " + huge);
    refuses(file(1, 1, entry("w", 20, 4, new byte[4], huge)), "dims").contains("expected " + huge + " for (" + huge);
    refuses(file(1, 1, entry("w", 18, 4, new byte[4], huge, huge)), "overflow").contains("more elements than a long");
    refuses(file(1, 1, entry("w", 18, 4, new byte[4], -1)), "negative").contains("negative extent");
    refuses(file(1, 1, entry("w", 18, -1, new byte[4], 1)), "negative").contains("claims 18446744073709551615 bytes");
    refuses(file(1, 1, entry("w", 18, Long.MAX_VALUE, new byte[4], 1)), "length").contains("it claims");
    byte[] longName = one();
    ByteBuffer.wrap(longName).order(ByteOrder.LITTLE_ENDIAN).putInt(0, Integer.MAX_VALUE);
    refuses(file(1, 1, longName), "name").contains("a name of 2147483647 bytes");
  }

  private static byte[] one() {
    return entry("w", 18, 4, new byte[4], 1);
  }

  /** Written anew from the Javadoc of {@link Checkpoint}, not with the code under test. */
  private static byte[] entry(String name, int kind, long length, byte[] data, long... dims) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = ByteBuffer.allocate(16 + utf8.length + dims.length * 8 + 4 + data.length + 4)
        .order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(utf8.length).put((byte) kind).put((byte) dims.length).putShort((short) 0).putLong(length).put(utf8);
    for (long d : dims) {
      b.putLong(d);
    }
    b.putInt(crc(b.array(), b.position()));
    return b.put(data).putInt(crc(data, data.length)).array();
  }

  private static byte[] file(int version, int count, byte[]... entries) throws IOException {
    var body = new ByteArrayOutputStream();
    for (byte[] e : entries) {
      body.write(e);
    }
    ByteBuffer b = ByteBuffer.allocate(28 + body.size()).order(ByteOrder.LITTLE_ENDIAN);
    b.put("ORTHCKPT".getBytes(StandardCharsets.US_ASCII)).putInt(version).putInt(count).putLong(b.capacity());
    b.putInt(crc(b.array(), 24));
    return b.put(body.toByteArray()).array();
  }

  private static int crc(byte[] bytes, int n) {
    var crc = new CRC32C();
    crc.update(bytes, 0, n);
    return (int) crc.getValue();
  }
}
