package dev.orthant.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orthant.core.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is the old one or the whole new one, whatever happens, and nothing else is left behind. */
class OutputFileTest {
  @TempDir
  private Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theOldFileStaysWholeWhenWritingFails() throws IOException {
    Path file = Files.writeString(folder.resolve("a.json"), "old");
    assertThatThrownBy(() -> OutputFile.write(file, channel -> {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      throw new IOException("No space left on device");
    })).isInstanceOf(InvalidInputException.class).hasMessage(file + ": cannot be written: No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("a.json");
  }

  @Test
  void permissionsOfTheOldFileAreKept() throws IOException {
    for (String mode : List.of("rw-------", "rw-rw-r--", "rwxr-x--x")) {
      Path file = Files.writeString(folder.resolve("f"), "old");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
      OutputFile.write(file, "new");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(mode);
      assertThat(file).hasContent("new");
    }
  }

  @Test
  void whatIsWrittenInThePlaceOfAPrivateFileIsPrivateAllTheTime() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    OutputFile.write(file, channel -> {
      for (String name : names()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
            .isEqualTo("rw-------");
      }
      assertThat(names()).hasSize(2);
    });
  }

  @Test
  void aNameMayBeAsLongAsTheFileSystemAllows() {
    Path longest = folder.resolve("n".repeat(255));
    OutputFile.requireWritable(longest);
    OutputFile.write(longest, "text");
    assertThat(longest).hasContent("text");
    Path longer = folder.resolve("n".repeat(256));
    assertThatThrownBy(() -> OutputFile.requireWritable(longer)).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("too long");
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforehand() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), folder.resolve("loop"));
    refused(folder, "is a folder");
    refused(folder.resolve("none/x.json"), "does not exist");
    refused(file.resolve("x.json"), "does not exist");
    refused(loop, "links lead there");
    assertThatThrownBy(() -> OutputFile.requireWritable(file, null, folder.resolve("./file")))
        .isInstanceOf(InvalidInputException.class).hasMessageContaining("two outputs");
    // Root may write anywhere.
    if (!"root".equals(System.getProperty("user.name"))) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      refused(file, "no permission");
      Path closed = Files.createDirectory(folder.resolve("closed"));
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
      refused(closed.resolve("x"), "no permission");
    }
  }

  private static void refused(Path file, String reason) {
    assertThatThrownBy(() -> OutputFile.requireWritable(file)).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ").hasMessageContaining(reason);
    assertThatThrownBy(() -> OutputFile.write(file, "x")).isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(file + ": ").hasMessageContaining(reason);
  }

  @Test
  void linksAreFollowedAlsoWhereTheyLeadToNothingYet() throws IOException {
    Path target = folder.resolve("target");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("target"));
    for (String text : List.of("first", "second")) {
      OutputFile.requireWritable(link);
      OutputFile.write(link, text);
      assertThat(link).isSymbolicLink();
      assertThat(target).hasContent(text);
    }
    assertThat(names()).containsExactly("link", "target");
  }

  @Test
  void devicesAreWrittenStraight() {
    for (String name : List.of("/dev/null", "/dev/full", "/dev/stdout")) {
      assumeTrue(Files.exists(Path.of(name)));
      OutputFile.requireWritable(Path.of(name));
    }
    OutputFile.write(Path.of("/dev/null"), "text");
    assertThatThrownBy(() -> OutputFile.write(Path.of("/dev/full"), "text")).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("No space left");
    assertThat(OutputFile.isStandardOutput(Path.of("/dev/stdout"))).isTrue();
    assertThat(OutputFile.isStandardOutput(Path.of("/dev/null"))).isFalse();
  }

  @Test
  void whatDeadProcessesLeftIsSweptAndWhatLiveOnesWriteIsNot() throws IOException, InterruptedException {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Process alive = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(folder.resolve(".orthant-" + dead.pid() + "-0123abcd.part"), "half");
      // The number of a process comes again.
      Files.writeString(folder.resolve(".orthant-" + ProcessHandle.current().pid() + "-0123abcd.part"), "half");
      String others = ".orthant-" + alive.pid() + "-0123abcd.part";
      Files.writeString(folder.resolve(others), "on its way");
      Files.writeString(folder.resolve(".orthant-1-mine.part"), "a user's");
      OutputFile.write(folder.resolve("outer"), channel -> {
        OutputFile.requireWritable(folder.resolve("inner"));
        channel.write(ByteBuffer.wrap("outer".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      });
      assertThat(names()).containsExactly(".orthant-1-mine.part", others, "outer");
    } finally {
      alive.destroyForcibly().waitFor();
    }
    OutputFile.requireWritable(folder.resolve("inner"));
    assertThat(names()).containsExactly(".orthant-1-mine.part", "outer");
    assertThat(folder.resolve("outer")).hasContent("outer");
  }

  @Test
  void aLockedPartIsNeverSwept() throws IOException {
    Path locked = folder.resolve(".orthant-" + ProcessHandle.current().pid() + "-0123abcd.part");
    try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      OutputFile.requireWritable(folder.resolve("x"));
      assertThat(names()).containsExactly(locked.getFileName().toString());
    }
  }
}
