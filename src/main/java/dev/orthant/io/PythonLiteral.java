package dev.orthant.io;

import dev.orthant.core.InvalidInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the part of Python's literals that .npy headers use: dictionaries, tuples, lists, strings, integers, True,
 * False and None (as the string). Nothing is evaluated.
 */
final class PythonLiteral {
  /** A plain array's header nests twice; this keeps a hostile one from exhausting the stack. */
  private static final int DEEPEST = 8;

  private final String text;
  private int at;

  private PythonLiteral(String text) {
    this.text = text;
  }

  /** The value of {@code text}: a Map, List, String, Long or Boolean. */
  static Object parse(String text) {
    PythonLiteral reader = new PythonLiteral(text);
    Object value = reader.value(0);
    reader.skipBlanks();
    if (reader.at < text.length()) {
      throw reader.fault();
    }
    return value;
  }

  private Object value(int depth) {
    char c = peek();
    if (depth > DEEPEST) {
      throw fault();
    }
    return switch (c) {
      case '{' -> dictionary(depth);
      case '(' -> sequence(')', depth);
      case '[' -> sequence(']', depth);
      case '\'', '"' -> string();
      default -> word();
    };
  }

  private Map<Object, Object> dictionary(int depth) {
    Map<Object, Object> map = new LinkedHashMap<>();
    at++;
    while (peek() != '}') {
      Object key = value(depth + 1);
      expect(':');
      if (map.put(key, value(depth + 1)) != null) {
        throw fault();
      }
      separator('}');
    }
    at++;
    return map;
  }

  private List<Object> sequence(char end, int depth) {
    List<Object> list = new ArrayList<>();
    at++;
    while (peek() != end) {
      list.add(value(depth + 1));
      separator(end);
    }
    at++;
    return list;
  }

  private void separator(char end) {
    if (peek() != end) {
      expect(',');
    }
  }

  private String string() {
    char quote = text.charAt(at++);
    int end = text.indexOf(quote, at);
    if (end < 0) {
      throw fault();
    }
    String s = text.substring(at, end);
    at = end + 1;
    return s;
  }

  private Object word() {
    int from = at;
    while (at < text.length() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '-')) {
      at++;
    }
    String word = text.substring(from, at);
    return switch (word) {
      case "True" -> true;
      case "False" -> false;
      case "None" -> word;
      default -> integer(word);
    };
  }

  /** Python 2 wrote long integers as {@code 3L}. */
  private Long integer(String word) {
    try {
      return Long.valueOf(word.endsWith("L") ? word.substring(0, word.length() - 1) : word);
    } catch (NumberFormatException e) {
      throw fault();
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw fault();
    }
    at++;
  }

  private char peek() {
    skipBlanks();
    if (at >= text.length()) {
      throw fault();
    }
    return text.charAt(at);
  }

  private void skipBlanks() {
    while (at < text.length() && (Character.isWhitespace(text.charAt(at)) || text.charAt(at) == 0)) {
      at++;
    }
  }

  private InvalidInputException fault() {
    return new InvalidInputException("the header is damaged at character " + at + ": " + printable(text));
  }

  /** The beginning of {@code s} as it may stand in a message: one line, no control characters. */
  static String printable(String s) {
    String start = s.strip();
    start = start.length() > 60 ? start.substring(0, 60) + "…" : start;
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
