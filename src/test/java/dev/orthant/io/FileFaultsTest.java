package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.testing.FaultyFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each call of the file system fails once: a file is the old one or the new one, what is read is right or refused,
 * nothing stays behind.
 */
class FileFaultsTest {
  private static final int ENDLESS = 1000;

  @TempDir
  private Path folder;

  private interface Work {
    void run(Path file) throws IOException;
  }

  /** Gives how many calls there were to fail. */
  private int everyCall(Path real, Work work, Work after) throws IOException {
    for (int n = 1; n < ENDLESS; n++) {
      FaultyFiles files = new FaultyFiles(folder);
      files.failAt(n);
      boolean refused = false;
      try {
        work.run(files.wrap(real));
      } catch (InvalidInputException e) {
        assertThat(e.getMessage()).startsWith(real + ": ");
        refused = true;
      }
      boolean reached = files.failed();
      files.failAt(0);
      after.run(real);
      if (!reached) {
        assertThat(refused).isFalse();
        return n - 1;
      }
    }
    throw new AssertionError("no end");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void writing() throws IOException {
    Path file = folder.resolve("f");
    int calls = everyCall(file, f -> {
      Files.writeString(file, "old");
      OutputFile.requireWritable(f);
      OutputFile.write(f, "the new one");
    }, f -> {
      assertThat(Files.readString(f)).isIn("old", "the new one");
      // Where deleting itself failed the next run sweeps.
      OutputFile.requireWritable(f);
      assertThat(names()).containsExactly("f");
    });
    System.out.println("faults: " + calls + " calls of writing failed");
    assertThat(calls).isGreaterThan(10);
  }

  @Test
  void checkpointsAndArrays() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      HostTensor first = HostTensor.allocate(TensorSpec.of(DType.F32, 40, 3), arena);
      HostTensor second = HostTensor.allocate(TensorSpec.of(DType.F32, 40, 3), arena);
      for (long i = 0; i < 120; i++) {
        first.set(i, (double) i);
        second.set(i, (double) -i);
      }
      Checkpoint old = Checkpoint.builder().whole("step", 1).tensor("w", first).build();
      Checkpoint next = Checkpoint.builder().whole("step", 2).tensor("w", second).build();
      Path saved = folder.resolve("c");
      int writing = everyCall(saved, f -> {
        old.write(saved);
        next.write(f);
      }, f -> {
        Checkpoint c = Checkpoint.read(f, arena);
        HostTensor w = c.whole("step") == 1 ? first : second;
        assertThat(c.tensor("w").memory().mismatch(w.memory())).isEqualTo(-1);
      });
      int reading = everyCall(saved, f -> {
        Checkpoint c = Checkpoint.read(f, arena);
        assertThat(c.tensor("w").memory().mismatch(second.memory())).isEqualTo(-1);
      }, _ -> {});
      Path array = folder.resolve("a.npy");
      Npy.write(array, first);
      int arrays = everyCall(array, f -> assertThat(Npy.read(f, arena).memory().mismatch(first.memory())).isEqualTo(-1),
          _ -> {});
      System.out.println("faults: " + writing + " calls of saving, " + reading + " of reading a checkpoint, " + arrays
          + " of reading an array failed");
      assertThat(List.of(writing, reading, arrays)).allMatch(n -> n > 5);
    }
  }
}
