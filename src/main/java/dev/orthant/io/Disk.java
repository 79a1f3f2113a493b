package dev.orthant.io;

import dev.orthant.core.InvalidInputException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Reading files of every format: whatever is wrong with one is an {@link InvalidInputException} that begins with its
 * name.
 */
final class Disk {
  /** Copies go through here: a channel may not take more than an int's worth at once. */
  static final long CHUNK = 1L << 28;

  private Disk() {}

  /** What reads one format. Its messages do not name the file. */
  interface Reading<T> {
    T from(FileChannel channel) throws IOException;
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

  static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static void writeAll(WritableByteChannel channel, MemorySegment memory) throws IOException {
    for (long at = 0; at < memory.byteSize(); at += CHUNK) {
      writeAll(channel, memory.asSlice(at, Math.min(CHUNK, memory.byteSize() - at)).asByteBuffer());
    }
  }

  /** What a person would say; the JDK's messages for these are, or begin with, the file's name. */
  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> Objects.requireNonNull(f.getReason());
      default -> String.valueOf(e.getMessage());
    };
  }
}
