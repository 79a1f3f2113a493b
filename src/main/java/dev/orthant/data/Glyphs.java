package dev.orthant.data;

import java.util.List;

/** How people write the ten digits: two or three ways each. */
final class Glyphs {
  private static final List<List<Strokes>> STYLES = List.of(
      // 0: an oval; a narrow one; one whose ends cross at the top
      List.of(
          pen().ring(50, 0, 14, 20, 8, 52, 20, 88, 50, 100, 82, 86, 92, 50, 84, 17),
          pen().ring(52, 0, 26, 22, 20, 55, 30, 88, 50, 100, 70, 88, 80, 50, 74, 18),
          pen().curve(62, 6, 40, 1, 18, 22, 10, 55, 24, 90, 54, 99, 82, 82, 90, 46, 76, 12, 48, 3, 34, 10)),
      // 1: a bar; with a flag; with flag and foot
      List.of(
          pen().line(52, 0, 48, 100),
          pen().line(26, 24, 54, 0, 52, 100),
          pen().line(28, 22, 52, 0, 52, 100).line(26, 100, 78, 100)),
      // 2: a sharp corner at the foot; a loop there; a wavy foot
      List.of(
          pen().curve(12, 24, 26, 5, 54, 0, 80, 14, 82, 36, 60, 66, 12, 100).line(12, 100, 90, 98),
          pen().curve(14, 20, 34, 2, 64, 4, 78, 24, 66, 54, 36, 86, 16, 96, 8, 86, 20, 78, 44, 90, 68, 100, 92, 92),
          pen().curve(16, 22, 40, 0, 72, 8, 78, 30, 54, 62, 10, 96).curve(10, 96, 34, 90, 62, 99, 90, 93)),
      // 3: two bows that meet in a point; a flat top; an open, rounder one
      List.of(
          pen().curve(14, 14, 38, 0, 70, 4, 80, 22, 70, 40, 40, 47)
              .curve(40, 47, 76, 54, 88, 74, 72, 94, 40, 100, 10, 86),
          pen().line(14, 2, 82, 2, 44, 40).curve(44, 40, 78, 46, 90, 68, 76, 92, 42, 100, 12, 88),
          pen().curve(16, 10, 46, 0, 76, 10, 74, 34, 48, 45, 38, 47, 54, 49, 82, 62, 82, 86, 50, 100, 12, 92)),
      // 4: open; closed, with a sharp top; open and curved
      List.of(
          pen().line(26, 2, 14, 58, 90, 56).line(72, 8, 66, 100),
          pen().line(64, 100, 64, 0, 8, 66, 92, 66),
          pen().curve(24, 4, 18, 28, 20, 48, 38, 56, 62, 50, 76, 38).curve(78, 2, 74, 50, 70, 100)),
      // 5: bar, back and belly; in one go, rounder; the bar set apart
      List.of(
          pen().line(84, 2, 26, 2, 20, 44).curve(20, 44, 46, 36, 76, 46, 86, 68, 74, 92, 42, 100, 10, 90),
          pen().curve(84, 3, 54, 4, 28, 4).curve(28, 4, 22, 26, 20, 44).curve(20, 44, 52, 38, 80, 54, 80, 82, 52, 99,
              14, 94),
          pen().curve(32, 6, 26, 28, 24, 46).curve(24, 46, 54, 42, 78, 60, 72, 90, 42, 100, 12, 88).line(34, 6, 86, 0)),
      // 6: a curved back; a straight one; a big belly
      List.of(
          pen().curve(72, 2, 40, 20, 18, 50, 14, 74, 26, 95, 52, 100, 78, 88, 82, 68, 64, 54, 38, 56, 16, 72),
          pen().curve(64, 0, 38, 36, 20, 66, 20, 86, 40, 100, 66, 96, 78, 78, 66, 60, 44, 60, 22, 76),
          pen().curve(80, 8, 56, 0, 28, 20, 12, 54, 16, 86, 44, 100, 76, 92, 88, 68, 68, 48, 38, 50, 14, 66)),
      // 7: plain; with a bar; with a hook and a curved stem
      List.of(
          pen().line(10, 4, 88, 4, 40, 100),
          pen().line(12, 3, 86, 3, 38, 100).line(32, 50, 80, 48),
          pen().line(12, 18, 12, 4, 86, 4).curve(86, 4, 62, 36, 48, 66, 44, 100)),
      // 8: two rings; one go, crossing; a small head
      List.of(
          pen().ring(50, 0, 24, 10, 22, 32, 50, 46, 78, 32, 76, 10).ring(50, 46, 18, 62, 16, 86, 50, 100, 84, 86, 82,
              62),
          pen().ring(72, 10, 46, 0, 22, 14, 30, 36, 54, 50, 80, 70, 76, 92, 48, 100, 20, 90, 20, 70, 48, 50, 74, 32),
          pen().ring(54, 0, 34, 10, 34, 30, 54, 41, 74, 30, 74, 10).ring(54, 41, 18, 58, 14, 84, 48, 100, 84, 84, 84,
              58)),
      // 9: a ring and a straight stem; a curved stem; head and tail in one go
      List.of(
          pen().ring(74, 10, 46, 0, 20, 14, 16, 36, 38, 52, 64, 44, 78, 24).line(80, 6, 74, 100),
          pen().ring(76, 10, 48, 0, 22, 14, 20, 38, 42, 50, 66, 42, 78, 24).curve(80, 10, 80, 50, 66, 84, 42, 100, 18,
              92),
          pen().curve(82, 14, 54, 0, 24, 12, 18, 38, 42, 54, 70, 40, 82, 14).curve(82, 14, 78, 44, 62, 76, 46, 100)));

  private Glyphs() {}

  private static Strokes pen() {
    return Strokes.none();
  }

  static int styles(int digit) {
    return STYLES.get(digit).size();
  }

  static Strokes of(int digit, int style) {
    return STYLES.get(digit).get(style);
  }
}
