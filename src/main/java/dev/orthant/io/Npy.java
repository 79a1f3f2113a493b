package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * NumPy's .npy files, versions 1.0 to 3.0 (the format is defined in NumPy's NEP 1).
 *
 * <p>Whatever is wrong with a file is one {@link InvalidInputException} that begins with its name. There is no .npy
 * type for bfloat16: such tensors are written as {@code f4}, which loses nothing.
 */
public final class Npy {
  private Npy() {}

  /** Reads all of {@code file} into memory of {@code arena}. */
  public static HostTensor read(Path file, Arena arena) {
    return Disk.read(file, channel -> read(channel, arena));
  }

  /**
   * What a file says of itself.
   *
   * @param spec type and shape
   * @param fortranOrder whether the first index runs fastest there: reading it takes the memory twice
   */
  public record Header(TensorSpec spec, boolean fortranOrder) {}

  /** Reads the header of {@code file} and holds it against the file's length; no data is read. */
  public static Header header(Path file) {
    return Disk.read(file, channel -> {
      NpyHeader header = checked(channel);
      return new Header(new TensorSpec(header.dtype(), header.shape()), header.fortranOrder());
    });
  }

  /** Before anything is allocated: a header may claim any size. */
  private static NpyHeader checked(FileChannel channel) throws IOException {
    NpyHeader header = NpyHeader.read(channel);
    TensorSpec spec = new TensorSpec(header.dtype(), header.shape());
    long surplus = channel.size() - header.dataOffset() - spec.bytes();
    if (surplus < 0) {
      throw new InvalidInputException("truncated: " + spec + " is " + spec.bytes() + " bytes, the file holds "
          + (spec.bytes() + surplus));
    }
    if (surplus > 0) {
      throw new InvalidInputException(
          surplus + " bytes too many: its header says " + spec + ", which is " + spec.bytes() + " bytes");
    }
    return header;
  }

  private static HostTensor read(FileChannel channel, Arena arena) throws IOException {
    NpyHeader header = checked(channel);
    TensorSpec spec = new TensorSpec(header.dtype(), header.shape());
    if (!header.fortranOrder()) {
      return read(channel, header, spec, arena);
    }
    HostTensor.requireMemory(spec, spec.bytes() > Long.MAX_VALUE / 2 ? Long.MAX_VALUE : 2 * spec.bytes());
    try (Arena passing = Arena.ofConfined()) {
      return Reorder.fromColumnMajor(read(channel, header, spec, passing), arena);
    }
  }

  private static HostTensor read(FileChannel channel, NpyHeader header, TensorSpec spec, Arena arena)
      throws IOException {
    HostTensor tensor = HostTensor.allocate(spec, arena);
    channel.position(header.dataOffset());
    Disk.fill(channel, tensor.memory());
    if (header.bigEndian()) {
      Reorder.swapBytes(tensor.memory(), spec.dtype().size());
    }
    if (spec.dtype() == DType.BOOL) {
      Reorder.normalizeBooleans(tensor.memory());
    }
    return tensor;
  }

  /**
   * Checks what can be known before the work is done: that the folder is there and the name is not that of a folder.
   *
   * @throws InvalidInputException when {@link #write} could not succeed
   */
  public static void requireWritable(Path file) {
    OutputFile.requireWritable(file);
  }

  /** Writes {@code tensor}; readers see the old file or the whole new one, never a part. */
  public static void write(Path file, HostTensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      HostTensor storable = tensor.dtype() == DType.BF16 ? tensor.as(DType.F32, arena) : tensor;
      OutputFile.write(file, channel -> {
        Disk.writeAll(channel, ByteBuffer.wrap(NpyHeader.bytes(storable.spec())));
        Disk.writeAll(channel, storable.memory());
      });
    }
  }
}
