package dev.orthant.cli;

import dev.orthant.cli.terminal.TextTable;
import dev.orthant.core.Quantities;
import dev.orthant.device.Device;
import dev.orthant.train.EpochResult;
import dev.orthant.train.LayerSummary;
import dev.orthant.train.Settings;
import dev.orthant.train.TrainingRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a training run says on the way. */
final class TrainText {
  private static final String ROW = "%5s  %8s  %7s  %8s  %8s  %9s  %s";

  private final TrainingRun run;
  private final PrintWriter out;
  private final boolean quiet;
  private final long start = System.nanoTime();

  TrainText(TrainingRun run, PrintWriter out, boolean quiet) {
    this.run = run;
    this.out = out;
    this.quiet = quiet;
  }

  private void line(String text) {
    if (!quiet) {
      out.println(text.stripTrailing());
      out.flush();
    }
  }

  void begin(Device device, String why, int last) {
    Settings s = run.settings();
    line("device: " + device.name() + " (" + device.info().description() + "), " + why);
    line("data: " + word(s.data()) + ", " + run.trained() + " examples to train on, " + run.heldOut()
        + " held out, seed " + s.seed());
    TextTable table = new TextTable("layer", "output", "parameters>");
    List<LayerSummary> layers = run.layers();
    layers.forEach(l -> table.row(l.name(), l.output().toString(), Long.toString(l.parameters())));
    table.row("in all", "", Long.toString(layers.stream().mapToLong(LayerSummary::parameters).sum()));
    table.plain().forEach(this::line);
    line("optimizer: " + word(s.method()) + ", learning rate " + s.rate() + ", times " + s.decay()
        + " after each epoch" + (s.clip() < Double.POSITIVE_INFINITY ? ", gradients clipped to norm " + s.clip() : "")
        + "; " + last + " epochs of " + s.stepsPerEpoch() + " steps of " + Math.min(s.batch(), s.examples()));
    int done = run.history().steps().size();
    if (done > 0) {
      line("resumed after " + done + " steps, " + run.epochs() + " epochs of them whole");
    }
    line(String.format(Locale.ROOT, ROW, "epoch", "loss", "trained", "held-out", "gradient", "time/step",
        "dead units"));
  }

  void epoch(EpochResult r) {
    line(String.format(Locale.ROOT, ROW, r.number(), number(r.loss()), percent(r.trained()), percent(r.heldOut()),
        number(r.gradientNorm()), Quantities.seconds(r.secondsPerStep()), dead()));
  }

  private String dead() {
    return run.report().layers().stream().map(l -> l.name() + " " + l.dead() + "/" + l.units())
        .collect(Collectors.joining("  "));
  }

  void end(boolean whole, @Nullable Path checkpoint, @Nullable Path picture) {
    if (whole) {
      EpochResult r = run.history().epochs().getLast();
      out.println("held-out accuracy " + percent(r.heldOut()) + " after " + r.number() + " epochs; this took "
          + Quantities.seconds((System.nanoTime() - start) * 1e-9));
    } else {
      out.println("interrupted after " + run.history().steps().size() + " steps; "
          + (checkpoint == null ? "nothing is saved: there was no --checkpoint"
              : "saved, go on with --checkpoint " + checkpoint + " --resume"));
    }
    if (checkpoint != null && whole) {
      line("checkpoint: " + checkpoint);
    }
    if (picture != null) {
      line("picture: " + picture);
    }
    out.flush();
  }

  static String number(double v) {
    return String.format(Locale.ROOT, "%.4g", v);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
