package dev.orthant.kernelbuild;

import dev.orthant.cuda.compile.SourceKey;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.KernelTexts.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts that one run of the compiler takes together, for a run costs more than a small kernel. Each text, dialect and
 * all, stands in a namespace of its own, its kernel renamed, and what it defines is undefined behind it.
 *
 * @param name of the file to be made, without its ending
 */
record Batch(String name, List<Text> texts) {
  private static final int MAX_SMALL = 64;
  private static final int MOST = 12;
  private static final int KEY_DIGITS = 16;
  private static final Pattern DEFINITION = Pattern.compile("^[ \\t]*#[ \\t]*define[ \\t]+(\\w+)", Pattern.MULTILINE);

  Batch {
    texts = List.copyOf(texts);
  }

  /**
   * All texts, those of a kind together. The first batch needs no matrix units: whether a device takes the files is
   * tried with it.
   */
  static List<Batch> of(List<Text> texts) {
    Map<String, List<Text>> kinds = new LinkedHashMap<>();
    texts.stream().sorted(Comparator.comparing(Text::needs).thenComparing(Text::kernel)).forEach(
        t -> kinds.computeIfAbsent((t.way().isEmpty() ? "" : t.needs().name().toLowerCase(Locale.ROOT) + "-")
            + t.kernel(), _ -> new ArrayList<>()).add(t));
    List<Batch> batches = new ArrayList<>();
    kinds.forEach((kind, all) -> {
      int most = kind.equals("pointwise") ? MAX_SMALL : MOST;
      for (int i = 0; i < all.size(); i += most) {
        batches.add(new Batch(kind + "-" + i / most, all.subList(i, Math.min(i + most, all.size()))));
      }
    });
    return batches;
  }

  MatrixUnits needs() {
    return texts.getFirst().needs();
  }

  /** What a text's kernel is called in the compiled file. */
  static String entry(Text text) {
    return "k_" + SourceKey.of(text.source()).substring(0, KEY_DIGITS);
  }

  /** What the compiler reads. */
  String source() {
    StringBuilder all = new StringBuilder();
    for (Text t : texts) {
      String entry = entry(t);
      all.append("namespace n_").append(entry).append(" {\n#define ").append(t.kernel()).append(' ').append(entry)
          .append('\n').append(t.source()).append("\n#undef ").append(t.kernel()).append('\n');
      TreeSet<String> defined = new TreeSet<>();
      Matcher m = DEFINITION.matcher(t.source());
      while (m.find()) {
        defined.add(m.group(1));
      }
      defined.forEach(d -> all.append("#undef ").append(d).append('\n'));
      all.append("}\n");
    }
    return all.toString();
  }
}
