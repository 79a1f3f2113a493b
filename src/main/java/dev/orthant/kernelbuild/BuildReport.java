package dev.orthant.kernelbuild;

import dev.orthant.gpu.plan.KernelTexts.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says what was compiled: one line, and warnings where there is cause; {@code ptxas.txt} has the registers of every
 * kernel.
 */
final class BuildReport {
  private static final int MAX_WARNINGS = 8;

  private BuildReport() {}

  /**
   * Writes and prints.
   *
   * @param keys each batch with the name its files have in {@code work}
   * @param compiled how many of them were compiled now
   */
  static void print(Map<Batch, String> keys, Path work, Path target, int compiled, double seconds) throws IOException {
    List<String> lines = new ArrayList<>();
    Set<String> warnings = new LinkedHashSet<>();
    int kernels = 0;
    int spilling = 0;
    for (var e : keys.entrySet()) {
      String log = Files.readString(work.resolve(e.getValue() + ".log"));
      Map<String, Text> texts = new HashMap<>();
      e.getKey().texts().forEach(t -> texts.put(Batch.entry(t), t));
      kernels += texts.size();
      for (Ptxas p : Ptxas.read(log)) {
        Text text = texts.get(p.entry());
        String what = text == null ? p.entry() : (text.way().isEmpty() ? text.kernel() : text.way()) + " " + p.entry();
        lines.add(String.format(Locale.ROOT, "%-7s %4d registers %6d bytes spilled %6d bytes of stack  %s in %s",
            p.architecture(), p.registers(), p.spilled(), p.stack(), what, e.getKey().name()));
        spilling += p.spilled() > 0 ? 1 : 0;
        if (p.spilled() > 0 && text != null && !text.way().isEmpty()) {
          warnings.add(what + " spills " + p.spilled() + " bytes on " + p.architecture());
        }
      }
      warnings.addAll(Ptxas.warnings(log));
    }
    Path report = work.resolve("ptxas.txt");
    Files.write(report, lines);
    warnings.stream().limit(MAX_WARNINGS).forEach(w -> System.out.println("nvcc: WARNING: " + w));
    if (warnings.size() > MAX_WARNINGS) {
      System.out.println("nvcc: WARNING: and " + (warnings.size() - MAX_WARNINGS) + " more like these");
    }
    System.out.printf(Locale.ROOT, "nvcc: %d kernels in %d files, %.1f MB; %d files compiled now, in %.0f s; %s (%s)%n",
        kernels,
        keys.size(), size(target) / 1e6, compiled, seconds,
        spilling == 0 ? "no spills" : spilling + " of " + lines.size() + " compilations spill", report);
  }

  private static long size(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path f : files.toList()) {
        bytes += Files.size(f);
      }
    }
    return bytes;
  }
}
