package dev.orthant.gpu;

import dev.orthant.op.Call;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The texts that devices would compile, for whoever compiles them beforehand. */
public final class KernelTexts {
  /**
   * A text as a driver would be given it.
   *
   * @param source the whole text, dialect included
   * @param kernel the name of the kernel in it
   * @param needs the matrix instructions that are in it
   * @param way which of the faster ways it belongs to, or empty: an ordinary kernel
   */
  public record Text(String source, String kernel, MatrixUnits needs, String way) {}

  private KernelTexts() {}

  /**
   * The texts of calls on a device with these limits, each once. Where there are faster ways, they are among them with all that is needed to
   * prove them, and so are the ordinary kernels: they serve where a way is not taken.
   */
  public static List<Text> of(GpuLimits limits, String dialect, Collection<Call> calls) {
    Planner planner = new Planner(limits, dialect);
    Map<String, Text> texts = new LinkedHashMap<>();
    for (Call call : calls) {
      planner.plan(call).forEach(l -> add(texts, l, MatrixUnits.NONE, ""));
      for (Special special : Specials.of(limits)) {
        special.plan(planner, call).ifPresent(plan -> {
          plan.forEach(l -> add(texts, l, special.needs(), special.name()));
          for (Call trial : special.trials(call)) {
            planner.plan(trial).forEach(l -> add(texts, l, MatrixUnits.NONE, ""));
            special.plan(planner, trial).ifPresent(
                p -> p.forEach(l -> add(texts, l, special.needs(), special.name())));
          }
        });
      }
    }
    return List.copyOf(texts.values());
  }

  private static void add(Map<String, Text> texts, Launch launch, MatrixUnits needs, String way) {
    texts.putIfAbsent(launch.source(), new Text(launch.source(), launch.kernel(), needs, way));
  }
}
