package dev.orthant.io;

import dev.orthant.core.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;

/**
 * Files of every format: whatever is wrong with one is an {@link InvalidInputException} that begins with its name, and
 * whoever reads one sees the old file or the whole new one, never a part.
 */
final class Disk {
  /** Copies go through here: a channel may not take more than an int's worth at once. */
  static final long CHUNK = 1L << 28;

  private Disk() {}

  /** What reads one format. Its messages do not name the file. */
  interface Reading<T> {
    T from(FileChannel channel) throws IOException;
  }

  /** What writes one format. */
  interface Writing {
    void to(FileChannel channel) throws IOException;
  }

  static <T> T read(Path file, Reading<T> format) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": is " + (Files.isDirectory(file) ? "a folder" : "not a regular file"));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return format.from(channel);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": " + reason(e), e);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(file + ": " + e.getMessage(), e);
    }
  }

  /** Reads as many bytes as {@code target} has, from where {@code channel} stands. */
  static void fill(FileChannel channel, MemorySegment target) throws IOException {
    for (long at = 0; at < target.byteSize();) {
      ByteBuffer part = target.asSlice(at, Math.min(CHUNK, target.byteSize() - at)).asByteBuffer();
      int n = channel.read(part);
      if (n < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      at += n;
    }
  }

  /** Checks what can be known before the work is done: that the folder is there and the name is not that of a folder. */
  static void requireWritable(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.isDirectory(file)) {
      throw new InvalidInputException(file + ": is a folder, cannot be written to");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new InvalidInputException(file + ": the folder " + folder + " does not exist");
    }
    if (!Files.isWritable(Files.exists(file) && !Files.isRegularFile(file) ? file : folder)) {
      throw new InvalidInputException(file + ": no permission to write there");
    }
  }

  /** Writes beside {@code file}, makes that durable, and puts it in its place; a pipe or a device is written directly. */
  static void write(Path file, Writing format) {
    requireWritable(file);
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        writeTo(file, format, StandardOpenOption.WRITE);
      } else {
        replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), format);
      }
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be written: " + reason(e), e);
    }
  }

  private static void replace(Path file, Writing format) throws IOException {
    Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      writeTo(part, format, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void writeTo(Path file, Writing format, OpenOption... options) throws IOException {
    try (FileChannel channel = FileChannel.open(file, options)) {
      format.to(channel);
      if (Files.isRegularFile(file)) {
        channel.force(true);
      }
    }
  }

  static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static void writeAll(FileChannel channel, MemorySegment memory) throws IOException {
    for (long at = 0; at < memory.byteSize(); at += CHUNK) {
      writeAll(channel, memory.asSlice(at, Math.min(CHUNK, memory.byteSize() - at)).asByteBuffer());
    }
  }

  /** What a person would say; the JDK's messages for these are, or begin with, the file's name. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> Objects.requireNonNull(f.getReason());
      default -> String.valueOf(e.getMessage());
    };
  }
}
