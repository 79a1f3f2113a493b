package dev.orthant.cli.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table whose columns line up on a terminal; with {@link #markdown} it is a Markdown table as well. */
public final class TextTable {
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

  /** Columns with two blanks between them. */
  public List<String> plain() {
    List<String> lines = new ArrayList<>(List.of(line(header, "  ")));
    rows.forEach(r -> lines.add(line(r, "  ")));
    return lines.stream().map(String::stripTrailing).toList();
  }

  /** A Markdown table. */
  public List<String> markdown() {
    List<Integer> widths = widths();
    String rule = IntStream.range(0, header.size())
        .mapToObj(i -> "-".repeat(widths.get(i) + 1) + (right.get(i) ? ":" : "-"))
        .collect(Collectors.joining("|", "|", "|"));
    List<String> lines = new ArrayList<>(List.of("| " + line(header, " | ") + " |", rule));
    rows.forEach(r -> lines.add("| " + line(r, " | ") + " |"));
    return lines;
  }

  private String line(List<String> cells, String between) {
    List<Integer> widths = widths();
    return IntStream.range(0, cells.size()).mapToObj(i -> {
      String blanks = " ".repeat(widths.get(i) - cells.get(i).length());
      return right.get(i) ? blanks + cells.get(i) : cells.get(i) + blanks;
    }).collect(Collectors.joining(between));
  }
}
