package dev.orthant.plot;

import java.util.Locale;

/** Writes SVG elements; all text is escaped, all numbers have at most two decimals and a point. */
final class Svg {
  static final String INK = "#222222";
  static final String FAINT = "#dddddd";
  /** Width of an average character relative to the size of its font; fonts are chosen by whoever shows the file. */
  private static final double CHARACTER = 0.58;

  private final StringBuilder out = new StringBuilder();

  /** Opens a picture on white paper, so that it can be read in a dark viewer as well. */
  Svg(double width, double height, String title) {
    out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"").append(number(width))
        .append("\" height=\"").append(number(height)).append("\" viewBox=\"0 0 ").append(number(width)).append(' ')
        .append(number(height)).append("\" font-family=\"Helvetica, Arial, sans-serif\">\n<title>")
        .append(escaped(title)).append("</title>\n");
    rect(0, 0, width, height, "#ffffff");
  }

  String close() {
    return out.append("</svg>\n").toString();
  }

  Svg rect(double x, double y, double width, double height, String fill) {
    out.append("<rect").append(at("x", x)).append(at("y", y)).append(at("width", width)).append(at("height", height))
        .append(" fill=\"").append(fill).append("\"/>\n");
    return this;
  }

  Svg line(double x1, double y1, double x2, double y2, String color) {
    return line(x1, y1, x2, y2, color, 1, "");
  }

  Svg line(double x1, double y1, double x2, double y2, String color, double width, String dashes) {
    out.append("<line").append(at("x1", x1)).append(at("y1", y1)).append(at("x2", x2)).append(at("y2", y2))
        .append(stroke(color, width, dashes)).append("/>\n");
    return this;
  }

  /** {@code d} is the data of an SVG path. */
  Svg path(String d, String color, double width, String dashes) {
    out.append("<path d=\"").append(d).append('"').append(stroke(color, width, dashes))
        .append(" fill=\"none\" stroke-linejoin=\"round\"/>\n");
    return this;
  }

  Svg dot(double x, double y, double radius, String color) {
    out.append("<circle").append(at("cx", x)).append(at("cy", y)).append(at("r", radius)).append(" fill=\"")
        .append(color).append("\"/>\n");
    return this;
  }

  /** {@code anchor}: start, middle or end of the text is at (x, y); its middle line is at y. */
  Svg text(double x, double y, double size, String anchor, String text) {
    return text(x, y, size, anchor, text, "");
  }

  /** Text that runs upwards. */
  Svg upwards(double x, double y, double size, String text) {
    return text(x, y, size, "middle", text,
        " transform=\"rotate(-90 " + number(x) + " " + number(y) + ")\"");
  }

  private Svg text(double x, double y, double size, String anchor, String text, String more) {
    // Not every viewer knows dominant-baseline; a third of the size down is the middle of the letters.
    out.append("<text").append(at("x", x)).append(at("y", y)).append(more.isEmpty() ? at("dy", size / 3) : at("dy", 0))
        .append(at("font-size", size)).append(" text-anchor=\"").append(anchor).append("\" fill=\"").append(INK)
        .append('"').append(more).append('>').append(escaped(text)).append("</text>\n");
    return this;
  }

  private static String stroke(String color, double width, String dashes) {
    return " stroke=\"" + color + "\"" + at("stroke-width", width)
        + (dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"");
  }

  private static String at(String name, double value) {
    return " " + name + "=\"" + number(value) + "\"";
  }

  /** About how wide a text will be. */
  static double width(String text, double size) {
    return CHARACTER * size * text.codePointCount(0, text.length());
  }

  static String number(double value) {
    String s = String.format(Locale.ROOT, "%.2f", value);
    String shortened = s.endsWith(".00") ? s.substring(0, s.length() - 3) : s;
    return shortened.equals("-0") ? "0" : shortened;
  }

  /** What XML 1.0 cannot hold, not even escaped, becomes U+FFFD. */
  static String escaped(String text) {
    var safe = new StringBuilder();
    text.codePoints().forEach(c -> {
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.appendCodePoint(isXml(c) ? c : 0xfffd);
      }
    });
    return safe.toString();
  }

  private static boolean isXml(int c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd)
        || c >= 0x10000;
  }
}
