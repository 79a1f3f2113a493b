package dev.orthant.gpu.plan;

import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.op.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
   * The texts of calls on a device with these limits, each once: those of the way that each call takes when all ways
   * are proved, and what proving it takes. The kernels that would serve if a way were refused are not among them.
   */
  public static List<Text> of(GpuLimits limits, String dialect, List<FastPath> ways, Collection<Call> calls) {
    Planner planner = new Planner(limits, dialect);
    Map<String, Text> texts = new LinkedHashMap<>();
    for (Call call : calls) {
      Optional<FastPath> way = ways.stream().filter(s -> s.plan(planner, call).isPresent()).findFirst();
      way.ifPresentOrElse(s -> of(s, planner, call, texts),
          () -> planner.plan(call).forEach(l -> add(texts, l, MatrixUnits.NONE, "")));
    }
    return List.copyOf(texts.values());
  }

  private static void of(FastPath special, Planner planner, Call call, Map<String, Text> texts) {
    List<Launch> launches = new ArrayList<>(special.plan(planner, call).orElseThrow());
    for (Call trial : special.trials(call)) {
      launches.addAll(special.plan(planner, trial, call).orElseThrow());
      planner.plan(trial).forEach(l -> add(texts, l, MatrixUnits.NONE, ""));
    }
    launches.forEach(l -> add(texts, l, special.needs(), special.name()));
  }

  private static void add(Map<String, Text> texts, Launch launch, MatrixUnits needs, String way) {
    texts.putIfAbsent(launch.source(), new Text(launch.source(), launch.kernel(), needs, way));
  }
}
