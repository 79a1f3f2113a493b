package dev.orthant.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the format that {@link Checkpoint} describes. */
final class CheckpointWriter {
  private CheckpointWriter() {}

  /** One entry, ready to be written. */
  private record Piece(ByteBuffer head, MemorySegment data) {
    long bytes() {
      return head.limit() + data.byteSize() + CheckpointFormat.CRC;
    }
  }

  static void write(WritableByteChannel channel, Map<String, Entry> entries) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    long total = CheckpointFormat.HEADER;
    for (var e : entries.entrySet()) {
      Piece piece = piece(e.getKey(), e.getValue());
      pieces.add(piece);
      total += piece.bytes();
    }
    Disk.writeAll(channel, header(pieces.size(), total));
    for (Piece piece : pieces) {
      Disk.writeAll(channel, piece.head());
      Disk.writeAll(channel, piece.data());
      Disk.writeAll(channel, buffer(CheckpointFormat.CRC).putInt(CheckpointFormat.crc(piece.data())).flip());
    }
  }

  private static ByteBuffer header(int count, long total) {
    return sealed(buffer(CheckpointFormat.HEADER)
        .put(CheckpointFormat.MAGIC.getBytes(StandardCharsets.US_ASCII))
        .putInt(CheckpointFormat.VERSION).putInt(count).putLong(total));
  }

  private static Piece piece(String name, Entry entry) {
    ByteBuffer utf8 = CheckpointFormat.utf8(name, "the name of an entry");
    long[] dims = entry instanceof Entry.Values v ? v.value().shape().dims() : new long[0];
    MemorySegment data = data(entry);
    int length = CheckpointFormat.ENTRY_START + utf8.remaining() + dims.length * Long.BYTES + CheckpointFormat.CRC;
    ByteBuffer head = buffer(length)
        .putInt(utf8.remaining()).put((byte) CheckpointFormat.kind(entry)).put((byte) dims.length).putShort((short) 0)
        .putLong(data.byteSize()).put(utf8);
    for (long d : dims) {
      head.putLong(d);
    }
    return new Piece(sealed(head), data);
  }

  private static MemorySegment data(Entry entry) {
    return switch (entry) {
      case Entry.Whole w -> MemorySegment.ofBuffer(buffer(Long.BYTES).putLong(w.value()).flip());
      case Entry.Real r -> MemorySegment.ofBuffer(buffer(Double.BYTES).putDouble(r.value()).flip());
      case Entry.Text t -> MemorySegment.ofArray(t.value().getBytes(StandardCharsets.UTF_8));
      case Entry.Values v -> v.value().memory();
    };
  }

  /** Ends what has been put with its checksum. */
  private static ByteBuffer sealed(ByteBuffer head) {
    return head.putInt(CheckpointFormat.crc(head.duplicate().flip())).flip();
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
