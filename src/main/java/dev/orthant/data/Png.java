package dev.orthant.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Grey PNG files (ISO/IEC 15948), 8 bits. Not ImageIO: that is in java.desktop, which a small run-time lacks. */
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private Png() {}

  /** A picture of rows of {@code width} pixels. */
  static byte[] grey(int width, byte[] pixels) {
    int height = pixels.length / width;
    byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height)
        .put((byte) 8).put((byte) 0) // bits per pixel, grey
        .put((byte) 0).put((byte) 0).put((byte) 0) // deflate, adaptive filters, not interlaced
        .array();
    var out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    chunk(out, "IHDR", header);
    chunk(out, "IDAT", deflated(width, height, pixels));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static byte[] deflated(int width, int height, byte[] pixels) {
    // Before each row one byte: its filter, none.
    byte[] rows = new byte[height * (width + 1)];
    for (int y = 0; y < height; y++) {
      System.arraycopy(pixels, y * width, rows, y * (width + 1) + 1, width);
    }
    var out = new ByteArrayOutputStream();
    try (var deflater = new Deflater()) {
      deflater.setInput(rows);
      deflater.finish();
      byte[] part = new byte[1 << 14];
      while (!deflater.finished()) {
        out.write(part, 0, deflater.deflate(part));
      }
    }
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    var crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(12 + data.length).putInt(data.length).put(name).put(data)
        .putInt((int) crc.getValue()).array());
  }
}
