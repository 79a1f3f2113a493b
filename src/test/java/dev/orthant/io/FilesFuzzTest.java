package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.testing.Fuzz;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a file holds: a tensor, a checkpoint, or one error that begins with the file's name. */
class FilesFuzzTest {
  @TempDir
  private Path folder;

  @Test
  void arrays() throws Exception {
    List<byte[]> seeds = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (DType type : DType.values()) {
        Path file = folder.resolve(type + ".npy");
        Npy.write(file, HostTensor.allocate(TensorSpec.of(type, 3, 2), arena));
        seeds.add(Files.readAllBytes(file));
        seeds.add(new String(seeds.getLast(), StandardCharsets.ISO_8859_1).replace("False", "True ").replace('<', '>')
            .getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    Path file = folder.resolve("x.npy");
    int[] read = {0};
    Fuzz.run("npy", random -> {
      Files.write(file, Fuzz.mutated(random, Fuzz.one(random, seeds)));
      try (Arena arena = Arena.ofConfined()) {
        Npy.header(file);
        HostTensor t = Npy.read(file, arena);
        assertThat(t.memory().byteSize()).isEqualTo(t.spec().bytes()).isLessThanOrEqualTo(Files.size(file));
        read[0]++;
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).startsWith(file + ": ").hasSizeLessThan(file.toString().length() + 600);
      }
    });
    System.out.println("fuzz npy: " + read[0] + " could be read all the same");
  }

  @Test
  void checkpoints() throws Exception {
    Path file = folder.resolve("x.ckpt");
    List<byte[]> seeds = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      Checkpoint.Builder b = Checkpoint.builder().text("data", "spirals").whole("step", 3).real("lr", 0.1);
      for (DType type : DType.values()) {
        b.tensor("network/" + type, HostTensor.allocate(TensorSpec.of(type, 2, 3), arena));
      }
      b.build().write(file);
      seeds.add(Files.readAllBytes(file));
      Checkpoint.builder().text("täxt", "x".repeat(300))
          .tensor("empty", HostTensor.allocate(TensorSpec.of(DType.F32, 0, 5), arena)).build()
          .write(file);
      seeds.add(Files.readAllBytes(file));
    }
    int[] read = {0};
    Fuzz.run("checkpoint", random -> {
      byte[] bytes = Fuzz.mutated(random, Fuzz.one(random, seeds));
      // Behind right checksums there is more to be believed.
      Files.write(file, random.nextInt(4) == 0 ? bytes : sealed(bytes));
      try (Arena arena = Arena.ofConfined()) {
        Checkpoint c = Checkpoint.read(file, arena);
        assertThat(c.names()).doesNotHaveDuplicates();
        read[0]++;
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).startsWith(file + ": ").hasSizeLessThan(file.toString().length() + 3000);
      }
    });
    System.out.println("fuzz checkpoint: " + read[0] + " could be read all the same");
  }

  /** With its length and all checksums put right, as far as its entries can be followed. */
  private static byte[] sealed(byte... bytes) {
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < CheckpointFormat.HEADER) {
      return bytes;
    }
    b.putLong(16, bytes.length);
    b.putInt(24, CheckpointFormat.crc(b.slice(0, 24)));
    long at = CheckpointFormat.HEADER;
    while (at + CheckpointFormat.ENTRY_START < bytes.length) {
      int start = (int) at;
      long crc =
          at + CheckpointFormat.ENTRY_START + Integer.toUnsignedLong(b.getInt(start)) + 8L * (b.get(start + 5) & 0xff);
      long data = b.getLong(start + 8);
      if (crc + 4 > bytes.length || data < 0 || crc + 4 + data + 4 > bytes.length) {
        break;
      }
      b.putInt((int) crc, CheckpointFormat.crc(b.slice(start, (int) crc - start)));
      int end = (int) (crc + 4 + data);
      b.putInt(end, CheckpointFormat.crc(b.slice((int) crc + 4, (int) data)));
      at = end + 4L;
    }
    return bytes;
  }
}
