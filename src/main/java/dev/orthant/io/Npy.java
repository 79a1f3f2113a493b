package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * NumPy's .npy files, versions 1.0 to 3.0 (the format is defined in NumPy's NEP 1).
 *
 * <p>Whatever is wrong with a file is one {@link InvalidInputException} that begins with its name. There is no .npy
 * type for bfloat16: such tensors are written as {@code f4}, which loses nothing.
 */
public final class Npy {
  /** Copies go through here: a channel may not take more than an int's worth at once. */
  private static final long CHUNK = 1L << 28;

  private Npy() {}

  /** Reads all of {@code file} into memory of {@code arena}. */
  public static HostTensor read(Path file, Arena arena) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": is " + (Files.isDirectory(file) ? "a folder" : "not a regular file"));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return read(channel, arena);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": " + reason(e), e);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(file + ": " + e.getMessage(), e);
    }
  }

  private static HostTensor read(FileChannel channel, Arena arena) throws IOException {
    NpyHeader header = NpyHeader.read(channel);
    TensorSpec spec = new TensorSpec(header.dtype(), header.shape());
    // Before anything is allocated: a header may claim any size.
    long surplus = channel.size() - header.dataOffset() - spec.bytes();
    if (surplus < 0) {
      throw new InvalidInputException("truncated: " + spec + " is " + spec.bytes() + " bytes, the file holds "
          + (spec.bytes() + surplus));
    }
    if (surplus > 0) {
      throw new InvalidInputException(
          surplus + " bytes too many: its header says " + spec + ", which is " + spec.bytes() + " bytes");
    }
    HostTensor tensor = HostTensor.allocate(spec, arena);
    channel.position(header.dataOffset());
    fill(channel, tensor.memory());
    if (header.bigEndian()) {
      Reorder.swapBytes(tensor.memory(), spec.dtype().size());
    }
    if (spec.dtype() == DType.BOOL) {
      Reorder.normalizeBooleans(tensor.memory());
    }
    return header.fortranOrder() ? Reorder.fromColumnMajor(tensor, arena) : tensor;
  }

  private static void fill(FileChannel channel, MemorySegment target) throws IOException {
    for (long at = 0; at < target.byteSize();) {
      ByteBuffer part = target.asSlice(at, Math.min(CHUNK, target.byteSize() - at)).asByteBuffer();
      int n = channel.read(part);
      if (n < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      at += n;
    }
  }

  /**
   * Checks what can be known before the work is done: that the folder is there and the name is not that of a folder.
   *
   * @throws InvalidInputException when {@link #write} could not succeed
   */
  public static void requireWritable(Path file) {
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

  /** Writes {@code tensor}; readers see the old file or the whole new one, never a part. */
  public static void write(Path file, HostTensor tensor) {
    requireWritable(file);
    try (Arena arena = Arena.ofConfined()) {
      HostTensor storable = tensor.dtype() == DType.BF16 ? tensor.as(DType.F32, arena) : tensor;
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        writeTo(file, storable, StandardOpenOption.WRITE);
      } else {
        replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), storable);
      }
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be written: " + reason(e), e);
    }
  }

  private static void replace(Path file, HostTensor tensor) throws IOException {
    Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      writeTo(part, tensor, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void writeTo(Path file, HostTensor tensor, StandardOpenOption... options) throws IOException {
    try (FileChannel channel = FileChannel.open(file, options)) {
      writeAll(channel, ByteBuffer.wrap(NpyHeader.bytes(tensor.spec())));
      MemorySegment memory = tensor.memory();
      for (long at = 0; at < memory.byteSize(); at += CHUNK) {
        writeAll(channel, memory.asSlice(at, Math.min(CHUNK, memory.byteSize() - at)).asByteBuffer());
      }
      if (Files.isRegularFile(file)) {
        channel.force(true);
      }
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** What a person would say; the JDK's messages for these are only the file's name. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> String.valueOf(e.getMessage());
    };
  }
}
