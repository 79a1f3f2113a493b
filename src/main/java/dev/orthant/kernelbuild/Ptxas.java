package dev.orthant.kernelbuild;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the assembler said of a kernel for one architecture ({@code -Xptxas -v}).
 *
 * @param entry the kernel's name in the compiled file
 * @param architecture such as {@code sm_90a}
 * @param registers of a thread
 * @param spilled bytes stored to and loaded from memory because registers did not suffice
 * @param stack bytes of a thread's stack
 */
record Ptxas(String entry, String architecture, int registers, int spilled, int stack) {
  private static final Pattern ENTRY = Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'");
  private static final Pattern FRAME =
      Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");

  /** Reads a log. */
  static List<Ptxas> read(String log) {
    List<Ptxas> all = new ArrayList<>();
    String entry = "";
    String architecture = "";
    int stack = 0;
    int spilled = 0;
    for (String line : log.lines().toList()) {
      Matcher e = ENTRY.matcher(line);
      Matcher f = FRAME.matcher(line);
      Matcher r = REGISTERS.matcher(line);
      if (e.find()) {
        entry = e.group(1);
        architecture = e.group(2);
      } else if (f.find()) {
        stack = Integer.parseInt(f.group(1));
        spilled = Integer.parseInt(f.group(2)) + Integer.parseInt(f.group(3));
      } else if (r.find() && !entry.isEmpty()) {
        all.add(new Ptxas(entry, architecture, Integer.parseInt(r.group(1)), spilled, stack));
        entry = "";
      }
    }
    return all;
  }

  /** The lines of a log that a developer should see: warnings, and what slows the matrix instructions down. */
  static List<String> warnings(String log) {
    return log.lines().filter(l -> l.contains("warning") || l.contains("Potential Performance Loss")).distinct()
        .toList();
  }
}
