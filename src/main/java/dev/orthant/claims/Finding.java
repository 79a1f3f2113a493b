package dev.orthant.claims;

import java.util.Arrays;
import java.util.List;

/**
 * What was measured for a claim.
 *
 * @param parameters sizes, initial weights, seeds: what it takes to repeat it
 * @param notes what explains the numbers
 */
public record Finding(List<Statement> statements, String parameters, List<String> notes, List<Grid> tables,
    List<Picture> pictures) {
  public Finding {
    statements = List.copyOf(statements);
    notes = List.copyOf(notes);
    tables = List.copyOf(tables);
    pictures = List.copyOf(pictures);
  }

  /**
   * One sentence of the lore.
   *
   * @param lore what it says
   * @param measured what was found
   * @param holds whether that agrees
   */
  public record Statement(String lore, String measured, boolean holds) {
    /** In words. */
    public String verdict() {
      return holds ? "holds" : "does not hold here";
    }
  }

  /** A table; columns whose name ends in {@code >} are numbers. */
  public record Grid(List<String> columns, List<List<String>> rows) {
    public Grid {
      columns = List.copyOf(columns);
      rows = rows.stream().map(List::copyOf).toList();
    }

    static List<String> row(String... cells) {
      return Arrays.asList(cells);
    }
  }

  /**
   * A picture.
   *
   * @param file its name
   * @param caption what it shows, in one line
   */
  public record Picture(String file, String caption, String svg) {}
}
