package dev.orthant.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a {@link Monitor} saw. */
public record Report(List<LayerReport> layers, List<ParameterReport> parameters) {
  public Report {
    layers = List.copyOf(layers);
    parameters = List.copyOf(parameters);
  }

  /**
   * Aligned lines for the console, a heading before each kind; none for what was not watched. Then a warning for each
   * parameter that has cause for one.
   */
  public List<String> lines() {
    List<String[]> rows = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    rows.add(new String[] {"layer", "units", "dead", "zeros", "mean", "deviation"});
    for (LayerReport l : layers) {
      rows.add(new String[] {l.name(), Long.toString(l.units()), percent(l.deadShare()), percent(l.sparsity()),
          number(l.mean()), number(Math.sqrt(l.variance()))});
    }
    lines.addAll(aligned(rows));
    rows.clear();
    rows.add(new String[] {"parameter", "norm", "gradient"});
    for (ParameterReport p : parameters) {
      rows.add(new String[] {p.name(), number(p.norm()),
          p.gradientNorm().isPresent() ? number(p.gradientNorm().getAsDouble()) : "-"});
    }
    lines.addAll(aligned(rows));
    parameters.stream().filter(ParameterReport::squareOverflows).forEach(p -> lines.add("warning: " + p.name()
        + ": the square of a gradient overflows: with Adam, RMSProp, Adagrad or Adadelta that weight moves no more; "
        + "clip the gradients before the step"));
    return lines;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3e", v);
  }

  /** Names to the left, numbers to the right; nothing of a heading alone. */
  private static List<String> aligned(List<String[]> rows) {
    if (rows.size() < 2) {
      return List.of();
    }
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], row[c].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(row[0]).repeat(' ', widths[0] - row[0].length());
      for (int c = 1; c < widths.length; c++) {
        line.repeat(' ', 2 + widths[c] - row[c].length()).append(row[c]);
      }
      lines.add(line.toString());
    }
    return lines;
  }
}
