package dev.orthant.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * The one way of a command's words to the terminal. File names, headers, suites and drivers put words in, and a
 * terminal obeys: so control characters but line breaks, and those that turn the direction of writing, are shown as
 * {@code \}{@code u001b} instead of sent, and a line ends after {@value #LONGEST} characters.
 */
public final class Printable extends Writer {
  private static final int LONGEST = 4000;
  /** As much as a message quotes of one word: an argument, a file's name. */
  private static final int LONGEST_WORD = 300;

  private final Writer to;
  private int column;

  private Printable(Writer to) {
    this.to = to;
  }

  /** A writer over {@code to}, which it flushes after each line. */
  public static PrintWriter over(PrintWriter to) {
    return new Words(to);
  }

  /** The writer below, for what is meant to move the cursor; what it quotes must be {@link #shown}. */
  static PrintWriter raw(PrintWriter writer) {
    return writer instanceof Words w ? w.below : writer;
  }

  private static final class Words extends PrintWriter {
    private final PrintWriter below;

    Words(PrintWriter below) {
      super(new Printable(below), true);
      this.below = below;
    }
  }

  /** A text as it is shown. */
  static String shown(String text) {
    var out = new StringBuilder();
    text.chars().forEach(c -> put((char) c, out));
    return out.toString();
  }

  @Override
  public void write(char[] text, int from, int count) throws IOException {
    var out = new StringBuilder(count);
    for (int i = from; i < from + count; i++) {
      char c = text[i];
      if (c == '\n') {
        column = 0;
        out.append(c);
        continue;
      }
      column++;
      if (column == LONGEST) {
        out.append('…');
      } else if (column < LONGEST) {
        put(c, out);
      }
    }
    to.append(out);
  }

  private static void put(char c, StringBuilder out) {
    if (c == '\t' || !isControl(c)) {
      out.append(c);
    } else {
      out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
    }
  }

  /**
   * C0, DEL, C1, the separators of lines and paragraphs, marks and overrides of the writing direction, and what shows
   * nothing at all.
   */
  private static boolean isControl(char c) {
    int type = Character.getType(c);
    return type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  /**
   * One line of at most {@value #LONGEST} characters that says the same, with the middle of very long words left out.
   */
  static String line(String message) {
    var out = new StringBuilder();
    for (String word : message.strip().split("\\s*\\R\\s*| ", -1)) {
      out.append(out.isEmpty() ? "" : " ").append(word.length() <= LONGEST_WORD ? word
          : word.substring(0, LONGEST_WORD / 2) + "…" + word.substring(word.length() - LONGEST_WORD / 4));
    }
    return out.length() < LONGEST / 2 ? out.toString() : out.substring(0, LONGEST / 2) + "…";
  }

  @Override
  public void flush() throws IOException {
    to.flush();
  }

  @Override
  public void close() throws IOException {
    to.close();
  }
}
