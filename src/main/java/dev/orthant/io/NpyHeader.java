package dev.orthant.io;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the data of a .npy file.
 *
 * @param dtype element type
 * @param bigEndian whether its bytes must be swapped
 * @param fortranOrder whether the first index runs fastest
 * @param shape the extents
 * @param dataOffset where the data begins
 */
record NpyHeader(DType dtype, boolean bigEndian, boolean fortranOrder, Shape shape, long dataOffset) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  /** Headers of plain arrays have some hundred bytes; a length beyond this is damage or malice. */
  private static final int LONGEST = 1 << 20;
  private static final Set<String> KEYS = Set.of("descr", "fortran_order", "shape");

  /** Reads from the beginning of {@code channel}. The messages do not name the file. */
  static NpyHeader read(FileChannel channel) throws IOException {
    ByteBuffer start = bytes(channel, 0, MAGIC.length + 2, "not a .npy file");
    for (byte b : MAGIC) {
      if (start.get() != b) {
        throw new InvalidInputException("not a .npy file: it does not begin with \\x93NUMPY");
      }
    }
    int version = start.get();
    int minor = start.get();
    if (version < 1 || version > 3 || minor != 0) {
      throw new InvalidInputException(
          ".npy version " + version + "." + minor + " is unknown; 1.0, 2.0 and 3.0 are read");
    }
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer field = bytes(channel, start.limit(), lengthBytes, "truncated in the header");
    long length = version == 1 ? Short.toUnsignedInt(field.getShort()) : Integer.toUnsignedLong(field.getInt());
    if (length > LONGEST) {
      throw new InvalidInputException("a header of " + length + " bytes is not that of a plain array");
    }
    int at = start.limit() + lengthBytes;
    ByteBuffer text = bytes(channel, at, (int) length, "truncated in the header");
    Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    return of(PythonLiteral.parse(charset.decode(text).toString()), at + length);
  }

  private static ByteBuffer bytes(FileChannel channel, long at, int n, String otherwise) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new InvalidInputException(otherwise + ": it has only " + channel.size() + " bytes");
      }
    }
    return buffer.flip();
  }

  private static NpyHeader of(Object literal, long dataOffset) {
    if (!(literal instanceof Map<?, ?> map) || !map.keySet().equals(KEYS)) {
      throw new InvalidInputException("the header is not a dictionary of descr, fortran_order and shape");
    }
    if (!(map.get("fortran_order") instanceof Boolean fortran)) {
      throw new InvalidInputException("fortran_order in the header is neither True nor False");
    }
    if (!(map.get("descr") instanceof String descr)) {
      throw new InvalidInputException("structured arrays are not supported; save each field by itself");
    }
    return new NpyHeader(dtype(descr), descr.startsWith(">"), fortran, shape(map.get("shape")), dataOffset);
  }

  private static Shape shape(@Nullable Object value) {
    if (!(value instanceof List<?> list) || !list.stream().allMatch(Long.class::isInstance)) {
      throw new InvalidInputException("the shape in the header is not a tuple of integers");
    }
    return Shape.of(list.stream().mapToLong(Long.class::cast).toArray());
  }

  /** The type of a {@code descr} such as {@code <f4}: byte order, kind, bytes. */
  private static DType dtype(String descr) {
    String code = !descr.isEmpty() && "<>|=".indexOf(descr.charAt(0)) >= 0 ? descr.substring(1) : descr;
    return switch (code) {
      case "f2" -> DType.F16;
      case "f4" -> DType.F32;
      case "f8" -> DType.F64;
      case "i1" -> DType.I8;
      case "u1" -> DType.U8;
      case "i4" -> DType.I32;
      case "i8" -> DType.I64;
      case "b1" -> DType.BOOL;
      default -> throw new InvalidInputException("dtype '" + PythonLiteral.printable(descr) + "' " + kind(code)
          + "; f2 f4 f8 i1 u1 i4 i8 b1 are read, for example x.astype(numpy.float32)");
    };
  }

  private static String kind(String code) {
    return switch (code.isEmpty() ? ' ' : code.charAt(0)) {
      case 'c' -> "(complex numbers) is not supported";
      case 'O' -> "(Python objects) is not supported";
      case 'S', 'U', 'a' -> "(text) is not supported";
      case 'V' -> "(raw or structured data) is not supported";
      case 'M', 'm' -> "(dates and times) is not supported";
      default -> "is not supported";
    };
  }

  private static String descr(DType type) {
    return switch (type) {
      case F16 -> "<f2";
      case F32, BF16 -> "<f4";
      case F64 -> "<f8";
      case I8 -> "|i1";
      case U8 -> "|u1";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case BOOL -> "|b1";
    };
  }

  /** Magic, version 1.0, length and dictionary, padded as NumPy does so that the data is aligned. */
  static byte[] bytes(TensorSpec spec) {
    String dictionary = "{'descr': '" + descr(spec.dtype()) + "', 'fortran_order': False, 'shape': " + spec.shape()
        + ", }";
    int start = MAGIC.length + 4;
    int total = (start + dictionary.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (total - start > 0xffff) {
      throw new InvalidInputException("rank " + spec.shape().rank() + " is too large for a .npy file");
    }
    ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    out.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (total - start));
    out.put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
    while (out.position() < total - 1) {
      out.put((byte) ' ');
    }
    return out.put((byte) '\n').array();
  }
}
