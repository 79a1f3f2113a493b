package dev.orthant.data;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import java.util.Arrays;

/** Many small pictures in one, to look at. */
public final class ContactSheet {
  private static final int GAP = 4;
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
    int cellWidth = (int) shape.dim(-1) * zoom + GAP;
    int cellHeight = (int) shape.dim(-2) * zoom + GAP;
    int width = Math.min(columns, count) * cellWidth + GAP;
    int height = (count + columns - 1) / columns * cellHeight + GAP;
    byte[] pixels = new byte[Math.multiplyExact(width, height)];
    Arrays.fill(pixels, FRAME);
    for (int i = 0; i < count; i++) {
      int corner = (i / columns * cellHeight + GAP) * width + i % columns * cellWidth + GAP;
      paint(examples, i, zoom, pixels, corner, width);
    }
    return Png.grey(width, pixels);
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
