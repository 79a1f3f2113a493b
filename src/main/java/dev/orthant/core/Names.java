package dev.orthant.core;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What is said of a name that nothing has: the names there are, and the one that was probably meant. */
public final class Names {
  /**
   * A name is probably meant where at most two of five characters differ: two neighbours in the wrong order count as
   * two.
   */
  private static final double NEAR = 0.4;

  private Names() {}

  /** "unknown op 'rely'; known: conv2d relu elu; did you mean relu?", without its end where no name is near. */
  public static String unknown(String kind, String name, Collection<String> known) {
    return "unknown " + kind + " '" + name + "'; known: " + String.join(" ", known) + didYouMean(name, known);
  }

  /** "; did you mean relu?", or nothing where no name is near. */
  public static String didYouMean(String name, Collection<String> known) {
    return nearest(name, known).filter(near -> isNear(near, name)).map(near -> "; did you mean " + near + "?")
        .orElse("");
  }

  /**
   * Of {@code known} the name with the fewest edits to {@code name}, upper and lower case being one; the first of
   * several.
   */
  public static Optional<String> nearest(String name, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(each -> edits(each, name)));
  }

  private static boolean isNear(String known, String name) {
    return edits(known, name) <= NEAR * Math.max(known.length(), name.length());
  }

  /** How many characters must be put in, left out or replaced to make one text of the other (Levenshtein). */
  private static int edits(String known, String name) {
    String a = known.toLowerCase(Locale.ROOT);
    String b = name.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int kept = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(kept, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
