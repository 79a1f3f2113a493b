package dev.orthant.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Devices;
import dev.orthant.io.HostMemory;
import dev.orthant.io.Npy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file may be far larger than it looks: sparse ones take no room on the disk, and all of it in memory. */
class MemoryGuardTest {
  @TempDir
  private Path folder;

  private Path sparse(String name, String type, boolean fortran, long rows, long columns, int size) throws IOException {
    byte[] header =
        ("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + rows + ", "
            + columns + "), }\n").getBytes(StandardCharsets.US_ASCII);
    Path file = folder.resolve(name);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
      out.write(header);
      out.setLength(10 + header.length + rows * columns * size);
    }
    return file;
  }

  private static Result run(String... args) {
    var devices = new CommandLineRun.Fixed(List.of(Devices.named("cpu")), List.of(), List.of());
    return CommandLineRun.run(devices, args);
  }

  @Test
  void allCopiesAreCountedBeforeAnythingIsRead() throws IOException {
    long available = HostMemory.available();
    assumeTrue(available < 1L << 40);
    // Each fits by itself, and so does one copy of it; what the command holds in all does not.
    long columns = 1 << 10;
    long rows = available / 5 / 4 / columns;
    for (boolean fortran : new boolean[] {true, false}) {
      Path x = sparse("x.npy", "<f4", fortran, 2 * rows, columns, 4);
      Result r = run("run", "relu", x.toString(), "-o", folder.resolve("y.npy").toString());
      assertThat(r.err())
          .matches("(?s)orthant: relu.* needs .* of memory of (this machine|cpu).*, there are .*what helps: .*\n");
      assertThat(r.code()).isEqualTo(2);
    }
    Path bytes = sparse("b.npy", "|i1", true, rows, columns, 1);
    Result widened = run("run", "relu", bytes.toString(), "--dtype", "f64", "-o", folder.resolve("y.npy").toString());
    assertThat(widened.code()).isEqualTo(2);
    assertThat(widened.err()).contains(" needs ");
    assertThat(Files.exists(folder.resolve("y.npy"))).isFalse();
  }

  @Test
  void aFortranOrderFileIsReadOnlyWhereItFitsTwice() throws IOException {
    long available = HostMemory.available();
    assumeTrue(available < 1L << 40);
    Path x = sparse("x.npy", "<f8", true, available / 3 * 2 / 8 / 1024, 1024, 8);
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> Npy.read(x, arena)).isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(x + ": ").hasMessageContaining("to spare");
    }
  }
}
