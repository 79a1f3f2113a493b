package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/** The constants of the format of {@link Checkpoint}, and what names and texts may be. */
final class CheckpointFormat {
  static final String MAGIC = "ORTHCKPT";
  static final int VERSION = 1;
  static final int HEADER = 28;
  /** The part of an entry before its name. */
  static final int ENTRY_START = 16;
  static final int CRC = 4;

  static final int LONGEST_NAME = 1024;
  static final int LONGEST_TEXT = 1 << 20;
  static final int HIGHEST_RANK = 32;

  static final int WHOLE = 0;
  static final int REAL = 1;
  static final int TEXT = 2;

  private CheckpointFormat() {}

  /** Not the ordinal: files outlive the order of an enum. */
  static int kind(DType type) {
    return switch (type) {
      case F16 -> 16;
      case BF16 -> 17;
      case F32 -> 18;
      case F64 -> 19;
      case I8 -> 20;
      case U8 -> 21;
      case I32 -> 22;
      case I64 -> 23;
      case BOOL -> 24;
    };
  }

  static int kind(Entry entry) {
    return switch (entry) {
      case Entry.Whole _ -> WHOLE;
      case Entry.Real _ -> REAL;
      case Entry.Text _ -> TEXT;
      case Entry.Values v -> kind(v.value().dtype());
    };
  }

  static Optional<DType> dtype(int kind) {
    return Arrays.stream(DType.values()).filter(t -> kind(t) == kind).findFirst();
  }

  static int crc(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  static int crc(MemorySegment memory) {
    var crc = new CRC32C();
    for (long at = 0; at < memory.byteSize(); at += Disk.CHUNK) {
      crc.update(memory.asSlice(at, Math.min(Disk.CHUNK, memory.byteSize() - at)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  static void requireName(String name) {
    int length = utf8(name, "the name of an entry").remaining();
    if (length == 0 || length > LONGEST_NAME) {
      throw new InvalidInputException(
          "the name of an entry has " + length + " bytes, expected 1 to " + LONGEST_NAME);
    }
    // Messages with the name in them stay one line.
    if (name.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029)) {
      throw new InvalidInputException("the name of an entry has control characters in it");
    }
  }

  static void requireText(String name, String value) {
    int length = utf8(value, "entry '" + name + "'").remaining();
    if (length > LONGEST_TEXT) {
      throw new InvalidInputException(
          "entry '" + name + "' is a text of " + length + " bytes, expected at most " + LONGEST_TEXT);
    }
  }

  static void requireRank(String name, int rank) {
    if (rank > HIGHEST_RANK) {
      throw new InvalidInputException("entry '" + name + "' has rank " + rank + ", expected at most " + HIGHEST_RANK);
    }
  }

  /** Refuses halves of surrogate pairs instead of replacing them. */
  static ByteBuffer utf8(String text, String where) {
    try {
      return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(where + " is not valid text: it cannot be written as UTF-8", e);
    }
  }

  static String string(ByteBuffer utf8, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(where + " is not valid UTF-8", e);
    }
  }
}
