package dev.orthant.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A table whose columns line up on a terminal; with {@link #markdown} it is a Markdown table as well. */
public final class TextTable {
  private static final String GAP = "  ";
  /** Narrower columns are not read any more: then lines are longer than the terminal. */
  private static final int MIN_COLUMN = 6;

  private final List<String> header;
  private final List<Boolean> right;
  private final List<List<String>> rows = new ArrayList<>();

  /** Columns of these names; one that ends in {@code >} is aligned to the right. */
  public TextTable(String... columns) {
    header = Arrays.stream(columns).map(c -> c.endsWith(">") ? c.substring(0, c.length() - 1) : c).toList();
    right = Arrays.stream(columns).map(c -> c.endsWith(">")).toList();
  }

  public void row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException("a row of " + cells.length + " cells for " + header);
    }
    rows.add(List.of(cells));
  }

  private List<Integer> widths() {
    return IntStream.range(0, header.size()).mapToObj(i -> Math.max(header.get(i).length(),
        rows.stream().mapToInt(r -> r.get(i).length()).max().orElse(0))).toList();
  }

  /**
   * Columns with two blanks between them, as wide as the terminal at most: then the widest columns are wrapped, at
   * blanks, commas and slashes where there are any.
   */
  public List<String> plain() {
    return plain(Terminal.columns());
  }

  List<String> plain(int columns) {
    List<Integer> widths = new ArrayList<>(widths());
    int between = GAP.length() * (widths.size() - 1);
    while (widths.stream().mapToInt(Integer::intValue).sum() + between > columns
        && Collections.max(widths) > MIN_COLUMN) {
      int widest = widths.indexOf(Collections.max(widths));
      widths.set(widest, widths.get(widest) - 1);
    }
    return Stream.concat(Stream.of(header), rows.stream()).flatMap(r -> wrapped(r, widths).stream())
        .map(cells -> line(cells, widths, GAP).stripTrailing()).toList();
  }

  /** A row as the rows that it takes in columns of these widths. */
  private static List<List<String>> wrapped(List<String> row, List<Integer> widths) {
    List<List<String>> parts =
        IntStream.range(0, row.size()).mapToObj(i -> Terminal.wrapped(row.get(i), widths.get(i))).toList();
    int height = parts.stream().mapToInt(List::size).max().orElse(1);
    return IntStream.range(0, height)
        .mapToObj(y -> parts.stream().map(p -> y < p.size() ? p.get(y) : "").toList()).toList();
  }

  /** A Markdown table. */
  public List<String> markdown() {
    List<Integer> widths = widths();
    String rule = IntStream.range(0, header.size())
        .mapToObj(i -> "-".repeat(widths.get(i) + 1) + (right.get(i) ? ":" : "-"))
        .collect(Collectors.joining("|", "|", "|"));
    List<String> lines = new ArrayList<>(List.of("| " + line(header, widths, " | ") + " |", rule));
    rows.forEach(r -> lines.add("| " + line(r, widths, " | ") + " |"));
    return lines;
  }

  /** {@link #markdown}, which is also read well as it is; where the terminal is too narrow for that, {@link #plain}. */
  public List<String> markdownIfItFits() {
    List<String> lines = markdown();
    return lines.stream().allMatch(l -> l.length() <= Terminal.columns()) ? lines : plain();
  }

  private String line(List<String> cells, List<Integer> widths, String between) {
    return IntStream.range(0, cells.size()).mapToObj(i -> {
      String blanks = " ".repeat(widths.get(i) - cells.get(i).length());
      return right.get(i) ? blanks + cells.get(i) : cells.get(i) + blanks;
    }).collect(Collectors.joining(between));
  }
}
