package dev.orthant.cli;

import dev.orthant.cli.terminal.CheckFailedException;
import dev.orthant.cli.terminal.TextTable;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.parity.UlpSweep;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The worst error of every activation and its slope, in units in the last place, and the argument where it is. */
final class UlpTable {
  private UlpTable() {}

  static void print(List<Device> devices, List<String> names, List<DType> types, long seed, PrintWriter out) {
    List<Activation> chosen = names.isEmpty() ? List.copyOf(Activations.all())
        : names.stream().map(Activations::named).toList();
    List<DType> wanted = types.isEmpty() ? List.of(DType.F32) : types;
    if (!wanted.stream().allMatch(DType::isFloating)) {
      throw new InvalidInputException("parity --ulps: takes floating types, got " + wanted);
    }
    TextTable table =
        new TextTable("device", "activation", "dtype", "value ulp>", "at x>", "slope ulp>", "at x>", "limit>");
    int count = 0;
    int failed = 0;
    for (Device device : devices) {
      UlpSweep sweep = new UlpSweep(device, seed);
      for (DType type : wanted) {
        if (!device.info().dtypes().contains(type)) {
          continue;
        }
        for (Activation f : chosen) {
          List<UlpSweep.Row> rows = sweep.rows(f, type);
          UlpSweep.Row value = rows.getFirst();
          UlpSweep.Row slope = rows.getLast();
          table.row(device.name(), f.name(), type.toString(), number(value.ulps()), number(value.at()),
              number(slope.ulps()),
              number(slope.at()), number(value.limit()) + " / " + number(slope.limit()));
          count += rows.size();
          failed += (int) rows.stream().filter(r -> !r.fine()).count();
        }
      }
    }
    table.plain().forEach(out::println);
    out.println(count + " functions, " + failed + " beyond the limit; seed " + seed);
    if (failed > 0) {
      throw new CheckFailedException(failed + " of " + count + " functions are beyond the limit");
    }
  }

  private static String number(double v) {
    return String.format(Locale.ROOT, "%.3g", v);
  }
}
