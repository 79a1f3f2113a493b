package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Reads the format that {@link Checkpoint} describes and believes none of it: every length is held against what is left
 * of the file before a byte is allocated for it, every byte against a checksum. The messages do not name the file.
 */
final class CheckpointReader {
  private final FileChannel channel;
  private final Arena arena;
  private final long size;

  CheckpointReader(FileChannel channel, Arena arena) throws IOException {
    this.channel = channel;
    this.arena = arena;
    this.size = channel.size();
  }

  SequencedMap<String, Entry> entries() throws IOException {
    int count = readHeader();
    var entries = new LinkedHashMap<String, Entry>();
    for (int i = 1; i <= count; i++) {
      Head head = readHead("entry " + i + " of " + count);
      if (entries.containsKey(head.name())) {
        throw new InvalidInputException(head.where() + ": the name occurs twice, expected different names");
      }
      entries.put(head.name(), readData(head));
    }
    if (left() != 0) {
      throw new InvalidInputException(
          "damaged: " + left() + " bytes after the last of " + count + " entries, expected the end of the file");
    }
    return entries;
  }

  /** Checks the header and gives the number of entries. */
  private int readHeader() throws IOException {
    ByteBuffer start = bytes((int) Math.min(CheckpointFormat.HEADER, size));
    byte[] magic = CheckpointFormat.MAGIC.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < Math.min(magic.length, start.limit()); i++) {
      if (start.get(i) != magic[i]) {
        throw new InvalidInputException(
            "not an Orthant checkpoint: it does not begin with " + CheckpointFormat.MAGIC);
      }
    }
    if (size < CheckpointFormat.HEADER) {
      throw new InvalidInputException(size == 0
          ? "not an Orthant checkpoint: it is empty"
          : "truncated in the header: " + size + " bytes, expected " + CheckpointFormat.HEADER);
    }
    requireCrc(start, "the header");
    int version = start.getInt(magic.length);
    if (version != CheckpointFormat.VERSION) {
      throw new InvalidInputException("checkpoint version " + Integer.toUnsignedString(version)
          + " is unknown to this Orthant, expected " + CheckpointFormat.VERSION);
    }
    long total = start.getLong(magic.length + 8);
    if (total != size) {
      throw new InvalidInputException((size < total ? "truncated: " : "damaged: ") + "the file has " + size
          + " bytes, its header says " + Long.toUnsignedString(total));
    }
    int count = start.getInt(magic.length + 4);
    if (count < 0 || count > size / CheckpointFormat.ENTRY_START) {
      throw new InvalidInputException("damaged: the header promises " + Integer.toUnsignedString(count)
          + " entries, expected no more than fit into " + size + " bytes");
    }
    return count;
  }

  /** What stands before an entry's data, checked but for the meaning of its kind. */
  private record Head(String where, String name, int kind, long[] dims, long dataBytes) {}

  private Head readHead(String which) throws IOException {
    requireLeft(CheckpointFormat.ENTRY_START, which);
    ByteBuffer start = bytes(CheckpointFormat.ENTRY_START);
    int nameBytes = start.getInt();
    int kind = Byte.toUnsignedInt(start.get());
    int rank = Byte.toUnsignedInt(start.get());
    int zero = start.getShort();
    long dataBytes = start.getLong();
    if (nameBytes < 1 || nameBytes > CheckpointFormat.LONGEST_NAME) {
      throw new InvalidInputException(which + ": damaged: a name of " + Integer.toUnsignedString(nameBytes)
          + " bytes, expected 1 to " + CheckpointFormat.LONGEST_NAME);
    }
    if (rank > CheckpointFormat.HIGHEST_RANK) {
      throw new InvalidInputException(
          which + ": damaged: rank " + rank + ", expected at most " + CheckpointFormat.HIGHEST_RANK);
    }
    int rest = nameBytes + rank * Long.BYTES + CheckpointFormat.CRC;
    requireLeft(rest, which);
    ByteBuffer head = buffer(CheckpointFormat.ENTRY_START + rest).put(start.rewind()).put(bytes(rest)).flip();
    requireCrc(head, which);
    if (zero != 0) {
      throw new InvalidInputException(which + ": damaged: bytes 6 and 7 are not zero");
    }
    String name = name(head.slice(CheckpointFormat.ENTRY_START, nameBytes), which);
    String where = which + " '" + name + "'";
    requireData(dataBytes, where);
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = head.getLong(CheckpointFormat.ENTRY_START + nameBytes + i * Long.BYTES);
    }
    return new Head(where, name, kind, dims, dataBytes);
  }

  private static String name(ByteBuffer utf8, String which) {
    String name = CheckpointFormat.string(utf8, which + ": its name");
    try {
      CheckpointFormat.requireName(name);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(which + ": " + e.getMessage(), e);
    }
    return name;
  }

  private Entry readData(Head head) throws IOException {
    Optional<DType> type = CheckpointFormat.dtype(head.kind());
    if (type.isPresent()) {
      return readTensor(head, type.get());
    }
    if (head.dims().length != 0) {
      throw new InvalidInputException(head.where() + ": rank " + head.dims().length + ", expected 0");
    }
    return switch (head.kind()) {
      case CheckpointFormat.WHOLE -> new Entry.Whole(readSmall(head, Long.BYTES, Long.BYTES).getLong());
      case CheckpointFormat.REAL -> new Entry.Real(readSmall(head, Double.BYTES, Double.BYTES).getDouble());
      case CheckpointFormat.TEXT -> new Entry.Text(
          CheckpointFormat.string(readSmall(head, 0, CheckpointFormat.LONGEST_TEXT), head.where()));
      default -> throw new InvalidInputException(
          head.where() + ": unknown kind " + head.kind() + ", expected a number, text or tensor");
    };
  }

  private ByteBuffer readSmall(Head head, int least, int most) throws IOException {
    if (head.dataBytes() < least || head.dataBytes() > most) {
      throw new InvalidInputException(head.where() + ": " + head.dataBytes() + " bytes of data, expected "
          + (least == most ? "" : "at most ") + most);
    }
    ByteBuffer data = bytes((int) head.dataBytes());
    requireDataCrc(CheckpointFormat.crc(data), head);
    return data;
  }

  private Entry readTensor(Head head, DType type) throws IOException {
    TensorSpec spec;
    try {
      spec = new TensorSpec(type, Shape.of(head.dims()));
    } catch (InvalidInputException e) {
      throw new InvalidInputException(head.where() + ": " + e.getMessage(), e);
    }
    if (spec.bytes() != head.dataBytes()) {
      throw new InvalidInputException(
          head.where() + ": " + head.dataBytes() + " bytes of data, expected " + spec.bytes() + " for " + spec);
    }
    HostTensor tensor = HostTensor.allocate(spec, arena);
    Disk.fill(channel, tensor.memory());
    requireDataCrc(CheckpointFormat.crc(tensor.memory()), head);
    if (type == DType.BOOL) {
      Reorder.normalizeBooleans(tensor.memory());
    }
    return new Entry.Values(tensor);
  }

  private void requireDataCrc(int computed, Head head) throws IOException {
    requireCrc(bytes(CheckpointFormat.CRC).getInt(), computed, head.where() + " data");
  }

  /** Holds all but the last four bytes against them. */
  private static void requireCrc(ByteBuffer sealed, String where) {
    int end = sealed.limit() - CheckpointFormat.CRC;
    requireCrc(sealed.getInt(end), CheckpointFormat.crc(sealed.slice(0, end)), where);
  }

  private static void requireCrc(int stored, int computed, String where) {
    if (stored != computed) {
      throw new InvalidInputException(where + ": damaged: CRC32C " + Integer.toHexString(computed) + ", expected "
          + Integer.toHexString(stored));
    }
  }

  private void requireLeft(long bytes, String where) throws IOException {
    if (bytes > left()) {
      throw new InvalidInputException(
          where + ": damaged: " + left() + " bytes left in the file, expected at least " + bytes);
    }
  }

  /** The data and its checksum fit into what is left. */
  private void requireData(long bytes, String where) throws IOException {
    if (bytes < 0 || bytes > left() - CheckpointFormat.CRC) {
      throw new InvalidInputException(where + ": damaged: it claims " + Long.toUnsignedString(bytes)
          + " bytes of data, " + left() + " bytes are left in the file");
    }
  }

  private long left() throws IOException {
    return size - channel.position();
  }

  private ByteBuffer bytes(int n) throws IOException {
    byte[] bytes = new byte[n];
    Disk.fill(channel, MemorySegment.ofArray(bytes));
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
