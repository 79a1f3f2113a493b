package dev.orthant.cli;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.Json;
import dev.orthant.cli.terminal.TextTable;
import dev.orthant.core.DType;
import dev.orthant.core.Quantities;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceInfo;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "devices", mixinStandardHelpOptions = true, description = "Shows what can compute here.",
    footer = {"", "Examples:", "  orthant devices", "  orthant devices --json", "",
        "What cannot, and why: orthant doctor"})
final class DevicesCommand implements Runnable {
  private final DeviceSource devices;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  DevicesCommand(DeviceSource devices) {
    this.devices = devices;
  }

  @Override
  public void run() {
    PrintWriter out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(Json.text(asMap()));
      return;
    }
    if (devices.all().isEmpty()) {
      out.println("There is no device. See: orthant doctor");
      return;
    }
    // Asked first: a default that does not exist is an error, and the only thing to say.
    String best = "default: " + devices.best().name() + " (" + devices.whyBest() + ")";
    table().plain().forEach(out::println);
    for (Device d : devices.all()) {
      d.info().notes().forEach(n -> out.println(d.name() + ": " + n));
    }
    out.println(best);
    long problems = devices.problems().stream().filter(p -> !p.expected()).count();
    if (problems > 0) {
      out.println(problems + " more cannot be used; why, and the cure: orthant doctor");
    }
  }

  private TextTable table() {
    TextTable table = new TextTable("name", "device", "units>", "memory>", "largest buffer>", "dtypes", "driver");
    for (Device d : devices.all()) {
      DeviceInfo i = d.info();
      table.row(d.name(), i.description() + (i.emulated() ? " (EMULATED)" : ""), "" + i.units(),
          Quantities.bytes(i.memoryBytes()), Quantities.bytes(i.maxAllocation()),
          i.dtypes().stream().map(DType::shortName).collect(Collectors.joining(" ")), i.driver());
    }
    return table;
  }

  private Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("default", devices.all().isEmpty() ? "" : devices.best().name());
    map.put("why", devices.all().isEmpty() ? "no device" : devices.whyBest());
    map.put("devices", devices.all().stream().map(DevicesCommand::describe).toList());
    map.put("problems", devices.problems());
    return map;
  }

  /** A device as it stands in JSON, here and in benchmark results. */
  static Map<String, Object> describe(Device d) {
    DeviceInfo i = d.info();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", d.name());
    map.put("description", i.description());
    map.put("driver", i.driver());
    map.put("units", i.units());
    map.put("memoryBytes", i.memoryBytes());
    map.put("maxAllocation", i.maxAllocation());
    map.put("dtypes", i.dtypes().stream().map(DType::shortName).toList());
    map.put("emulated", i.emulated());
    map.put("notes", List.copyOf(i.notes()));
    return map;
  }
}
