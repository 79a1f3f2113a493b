package dev.orthant.cli;

import dev.orthant.cli.terminal.HostMachine;
import dev.orthant.cli.terminal.Json;
import dev.orthant.cli.terminal.Version;
import dev.orthant.device.Device;
import dev.orthant.io.OutputFile;
import dev.orthant.monitor.LayerReport;
import dev.orthant.monitor.ParameterReport;
import dev.orthant.train.EpochResult;
import dev.orthant.train.History;
import dev.orthant.train.LayerSummary;
import dev.orthant.train.Settings;
import dev.orthant.train.TrainingRun;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A training run for programs. */
final class TrainFiles {
  private TrainFiles() {}

  static void json(TrainingRun run, Device device, Path file) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("format", 1);
    map.put("settings", settings(run.settings()));
    map.put("examples", Map.of("train", run.trained(), "heldOut", run.heldOut()));
    map.putAll(HostMachine.facts());
    map.put("commit", Version.commit());
    map.put("device", DevicesCommand.describe(device));
    map.put("layers", run.layers().stream().map(TrainFiles::layer).toList());
    map.put("epochs", run.history().epochs().stream().map(TrainFiles::epoch).toList());
    map.put("steps", run.history().steps().stream().map(History.Step::loss).toList());
    map.put("activations", run.report().layers().stream().map(TrainFiles::activity).toList());
    map.put("parameters", run.report().parameters().stream().map(TrainFiles::parameter).toList());
    OutputFile.write(file, Json.text(map) + "\n");
  }

  private static Map<String, Object> settings(Settings s) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("data", word(s.data()));
    map.put("net", word(s.net()));
    map.put("activation", s.activation().name());
    map.put("batch", s.batch());
    map.put("optimizer", word(s.method()));
    map.put("learningRate", s.rate());
    map.put("decay", s.decay());
    if (s.clip() < Double.POSITIVE_INFINITY) {
      map.put("clip", s.clip());
    }
    map.put("seed", s.seed());
    return map;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> layer(LayerSummary l) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", l.name());
    map.put("output", l.output().dims());
    map.put("parameters", l.parameters());
    return map;
  }

  private static Map<String, Object> epoch(EpochResult e) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("epoch", e.number());
    map.put("loss", e.loss());
    map.put("trained", e.trained());
    map.put("heldOut", e.heldOut());
    map.put("gradientNorm", e.gradientNorm());
    map.put("secondsPerStep", e.secondsPerStep());
    return map;
  }

  private static Map<String, Object> activity(LayerReport l) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", l.name());
    map.put("units", l.units());
    map.put("dead", l.dead());
    map.put("zeros", l.sparsity());
    map.put("mean", l.mean());
    map.put("variance", l.variance());
    return map;
  }

  private static Map<String, Object> parameter(ParameterReport p) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", p.name());
    map.put("norm", p.norm());
    p.gradientNorm().ifPresent(n -> map.put("gradientNorm", n));
    return map;
  }
}
