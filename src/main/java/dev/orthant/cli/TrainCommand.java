package dev.orthant.cli;

import dev.orthant.cli.terminal.CheckFailedException;
import dev.orthant.cli.terminal.CommandErrors;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.cli.terminal.Interrupt;
import dev.orthant.cli.terminal.Progress;
import dev.orthant.cli.terminal.StandardOutput;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.io.OutputFile;
import dev.orthant.train.Curves;
import dev.orthant.train.Data;
import dev.orthant.train.DivergedException;
import dev.orthant.train.EpochResult;
import dev.orthant.train.Settings;
import dev.orthant.train.Snapshot;
import dev.orthant.train.TrainingRun;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "train", mixinStandardHelpOptions = true,
    description = {"Trains a small network on data drawn by seed, and tests it on examples held out.",
        "The same options on the same device give the same bits, also when a run is ended and resumed."},
    footer = {"", "Examples:",
        "  orthant train",
        "  orthant train --data spirals --activation tanh --picture loss.svg",
        "  orthant train --checkpoint run.ckpt --epochs 3",
        "  orthant train --checkpoint run.ckpt --resume --epochs 6"})
final class TrainCommand implements Callable<Integer> {
  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Mixin
  private final TrainOptions options = new TrainOptions();

  @Option(names = "--device", paramLabel = "NAME", description = "Default: the best one.")
  private @Nullable String deviceName;

  @Option(names = "--epochs", paramLabel = "N",
      description = "Passes over all examples, those before --resume included. Default: 6 for digits, 40 for spirals.")
  private @Nullable Integer epochs;

  @Option(names = "--checkpoint", paramLabel = "FILE",
      description = "Save the run here after each epoch and on Ctrl-C, in the place of what is there.")
  private @Nullable Path checkpoint;

  @Option(names = "--resume", description = "Go on where --checkpoint was saved, with its options.")
  private boolean resume;

  @Option(names = "--picture", paramLabel = "FILE", description = "Draw loss and accuracies as SVG.")
  private @Nullable Path picture;

  @Option(names = "--json", paramLabel = "FILE", description = "Write everything, the loss of each step included.")
  private @Nullable Path json;

  @Option(names = "--quiet", description = "Print the last line only.")
  private boolean quiet;

  TrainCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public Integer call() {
    if (resume && checkpoint == null) {
      throw new InvalidInputException("--resume goes on from a file: give --checkpoint FILE as well");
    }
    if (epochs != null && epochs < 1) {
      throw new InvalidInputException("--epochs must be at least 1, got " + epochs);
    }
    try (Arena arena = Arena.ofConfined()) {
      Snapshot saved = resume && checkpoint != null ? Snapshot.read(checkpoint, arena) : null;
      Settings settings =
          saved == null ? options.fresh() : options.resumed(saved.settings(), String.valueOf(checkpoint));
      int last = last(settings.data(), saved);
      OutputFile.requireWritable(checkpoint, picture, json);
      Device device = deviceName == null ? devices.best() : devices.named(deviceName);
      Runnable letGo = devices.keepOpen();
      try (Interrupt interrupt = Interrupt.listen()) {
        return toTheEnd(interrupt, Objects.requireNonNull(spec).commandLine().getErr(),
            () -> train(settings, saved, device, last, interrupt));
      } finally {
        letGo.run();
      }
    }
  }

  /** Failures are told while the process still waits: when it has been asked to end nobody else does. */
  private static int toTheEnd(Interrupt interrupt, PrintWriter err, IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (RuntimeException e) {
      if (interrupt.asked()) {
        return CommandErrors.report(e, err);
      }
      throw e;
    }
  }

  private int last(Data data, @Nullable Snapshot saved) {
    int last = epochs == null ? data.usualEpochs() : epochs;
    if (saved != null && saved.epochs() >= last) {
      throw new InvalidInputException(
          checkpoint + ": has " + saved.epochs() + " epochs already; --epochs must be more, it is " + last);
    }
    return last;
  }

  private int train(Settings settings, @Nullable Snapshot saved, Device device, int last, Interrupt interrupt) {
    PrintWriter out = StandardOutput.beside(Objects.requireNonNull(spec).commandLine(), checkpoint, picture, json);
    try (TrainingRun run =
        saved == null ? TrainingRun.start(settings, device) : TrainingRun.resume(settings, device, saved)) {
      TrainText text = new TrainText(run, out, quiet);
      text.begin(device, deviceName == null ? devices.whyBest() : "named by --device", last);
      boolean whole = true;
      while (whole && run.epochs() < last) {
        Optional<EpochResult> result = epoch(run, interrupt);
        whole = result.isPresent();
        save(run);
        result.ifPresent(text::epoch);
      }
      write(run, device);
      text.end(whole, checkpoint, picture);
      return whole ? ExitCode.OK : ExitCode.INTERRUPTED;
    } catch (DivergedException e) {
      throw new CheckFailedException(e.getMessage()
          + (checkpoint == null ? "" : "; " + checkpoint + " holds the run as it was after the last epoch"));
    }
  }

  private Optional<EpochResult> epoch(TrainingRun run, Interrupt interrupt) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    String title = "epoch " + (run.epochs() + 1);
    try (Progress progress =
        quiet ? new Progress.None() : Progress.barOn(err, title, run.settings().stepsPerEpoch())) {
      return run.epoch(interrupt::asked, step -> progress.step("loss " + TrainText.number(step.loss())));
    }
  }

  private void save(TrainingRun run) {
    if (checkpoint != null) {
      run.save(checkpoint);
    }
  }

  private void write(TrainingRun run, Device device) {
    if (picture != null) {
      OutputFile.write(picture, Curves.svg(run.settings(), run.history()));
    }
    if (json != null) {
      TrainFiles.json(run, device, json);
    }
  }
}
