package dev.orthant.cli;

import dev.orthant.claims.Claim;
import dev.orthant.claims.ClaimSetting;
import dev.orthant.claims.Finding;
import dev.orthant.claims.Finding.Grid;
import dev.orthant.claims.Finding.Picture;
import dev.orthant.claims.Finding.Statement;
import dev.orthant.cli.terminal.HostMachine;
import dev.orthant.cli.terminal.TextTable;
import dev.orthant.device.Device;
import dev.orthant.io.OutputFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Findings as a Markdown file with its pictures beside it.
 *
 * @param sections in the order to report them
 */
record ClaimsReport(ClaimSetting setting, List<Section> sections) {
  /** The report's name in its folder. */
  static final String FILE = "claims.md";

  /** A claim and what was found. */
  record Section(Claim claim, Finding finding) {}

  /** One row for each statement. */
  TextTable summary() {
    TextTable table = new TextTable("claim", "the lore says", "measured", "verdict");
    for (Section s : sections) {
      for (Statement t : s.finding().statements()) {
        table.row(s.claim().name(), t.lore(), t.measured(), t.verdict());
      }
    }
    return table;
  }

  /** Writes everything into {@code folder}, which exists. */
  void write(Path folder) {
    List<String> lines = new ArrayList<>(head());
    lines.addAll(summary().markdown());
    for (Section s : sections) {
      lines.addAll(section(s));
    }
    // The report last: it never names a picture that is not there.
    for (Section s : sections) {
      for (Picture p : s.finding().pictures()) {
        OutputFile.write(folder.resolve(p.file()), p.svg());
      }
    }
    OutputFile.write(folder.resolve(FILE), String.join("\n", lines) + "\n");
  }

  private List<String> head() {
    Device d = setting.device();
    List<String> lines = new ArrayList<>(List.of("# What is said about ReLU, measured", "",
        "Written by `orthant claims" + (setting.quick() ? " --quick" : "") + " --device " + d.name() + " --seed "
            + setting.seed() + "`. The same command gives the same numbers on the same device, but for the times.",
        "", "- device: " + d.name() + ", " + d.info().description() + ", " + d.info().driver() + ", " + d.info().units()
            + " units" + (d.info().emulated() ? " (EMULATED)" : "")));
    HostMachine.facts().forEach((name, fact) -> lines.add("- " + name + ": " + fact));
    lines.add("");
    return lines;
  }

  private static List<String> section(Section s) {
    Finding f = s.finding();
    List<String> lines = new ArrayList<>(List.of("", "## " + s.claim().title(), ""));
    for (Statement t : f.statements()) {
      lines.add("- The lore: " + t.lore() + ". Measured: " + t.measured() + ". **" + t.verdict() + "**");
    }
    for (Grid g : f.tables()) {
      lines.add("");
      lines.addAll(table(g).markdown());
    }
    for (Picture p : f.pictures()) {
      lines.addAll(List.of("", "![" + p.caption() + "](" + p.file() + ")"));
    }
    for (String note : f.notes()) {
      lines.addAll(List.of("", note));
    }
    lines.addAll(List.of("", "How: " + f.parameters()));
    return lines;
  }

  private static TextTable table(Grid g) {
    TextTable table = new TextTable(g.columns().toArray(String[]::new));
    g.rows().forEach(r -> table.row(r.toArray(String[]::new)));
    return table;
  }
}
