package dev.orthant.data;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.util.Arrays;

/** Many small pictures in one, to look at. */
public final class ContactSheet {
  private static final int GAP = 4;
  private static final long MAX_PIXELS = 1L << 30;
  private static final byte FRAME = (byte) 96;

  private ContactSheet() {}

  /**
   * The first {@code count} examples, {@code columns} in a row, ink black on white, each pixel enlarged {@code zoom}
   * times.
   *
   * @param examples pictures with values in [0, 1]: shapes (height, width) or (1, height, width)
   * @return a PNG file
   */
  public static byte[] png(Examples examples, int count, int columns, int zoom) {
    Shape shape = examples.example();
    if (shape.rank() < 2 || shape.elements() != shape.dim(-1) * shape.dim(-2) || shape.isEmpty()) {
      throw new InvalidInputException("examples of shape " + shape + " are no grey pictures");
    }
    if (count < 1 || count > examples.count() || columns < 1 || zoom < 1) {
      throw new InvalidInputException("a sheet of " + count + " of " + examples.count() + " pictures, " + columns
          + " in a row, enlarged " + zoom + " times, cannot be made");
    }
    long cellWidth = cell(shape.dim(-1), zoom);
    long cellHeight = cell(shape.dim(-2), zoom);
    long width = Math.min(columns, count) * cellWidth + GAP;
    long height = Math.ceilDiv(count, columns) * cellHeight + GAP;
    // Both are less than 2^63 by far: each factor is an int's worth at most. Png puts one more byte before each row.
    if (width >= MAX_PIXELS || height > MAX_PIXELS / (width + 1)) {
      throw new InvalidInputException("a sheet of " + count + " pictures of shape " + shape + ", " + columns
          + " in a row, enlarged " + zoom + " times, would have " + width + "×" + height + " pixels");
    }
    byte[] pixels = new byte[(int) (width * height)];
    Arrays.fill(pixels, FRAME);
    for (int i = 0; i < count; i++) {
      long corner = (i / columns * cellHeight + GAP) * width + i % columns * cellWidth + GAP;
      paint(examples, i, zoom, pixels, (int) corner, (int) width);
    }
    return Png.grey((int) width, pixels);
  }

  private static long cell(long extent, int zoom) {
    return Math.min(Math.min(extent, Integer.MAX_VALUE) * zoom + GAP, Integer.MAX_VALUE);
  }

  private static void paint(Examples examples, int index, int zoom, byte[] pixels, int corner, int stride) {
    int wide = (int) examples.example().dim(-1);
    int high = (int) examples.example().dim(-2);
    for (int y = 0; y < high * zoom; y++) {
      for (int x = 0; x < wide * zoom; x++) {
        float ink = examples.features()[(index * high + y / zoom) * wide + x / zoom];
        pixels[corner + y * stride + x] = (byte) Math.round(255 * (1 - Math.clamp(ink, 0f, 1f)));
      }
    }
  }
}
