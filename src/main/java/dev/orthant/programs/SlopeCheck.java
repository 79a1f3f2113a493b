package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.device.Device;
import dev.orthant.programs.Execution.Shift;
import dev.orthant.programs.Execution.Value;
import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the gradients of a program of doubles, on an ideal device, with central differences (f(x + hd) − f(x −
 * hd))/2h of what it computes. Where two step widths do not agree there is a kink or a jump, and nothing is said.
 */
final class SlopeCheck {
  private static final double STEP = 1e-5;
  /** Relative to the slope and to what it is made of. */
  private static final double ALLOWED = 1e-4;

  private SlopeCheck() {}

  static @Nullable String fault(Program p, Device like) {
    if (p.targets().isEmpty() || !isOfDoubles(p, like)) {
      return null;
    }
    for (int leaf = 0; leaf < p.size(); leaf++) {
      if (p.nodes().get(leaf) instanceof Leaf l && l.gradient() && l.spec().dtype() == DType.F64
          && !l.spec().shape().isEmpty()) {
        String fault = fault(p, new IdealDevice(like), leaf);
        if (fault != null) {
          return fault;
        }
      }
    }
    return null;
  }

  /** Whether rounding is not part of what it computes, nor a stop for gradients. */
  private static boolean isOfDoubles(Program p, Device like) {
    if (p.nodes().stream().anyMatch(n -> n instanceof Step s && s.text().contains("detach()"))) {
      return false;
    }
    List<DType> types = new ArrayList<>();
    Execution.run(new Program(p.seed(), p.nodes(), List.of(), java.util.Set.of()), new IdealDevice(like), true)
        .forEach(v -> types.add(v.spec().dtype()));
    return types.stream().allMatch(t -> t == DType.F64 || !t.isFloating());
  }

  private static @Nullable String fault(Program p, Device ideal, int leaf) {
    List<Value> here = Execution.run(p, ideal, new Shift(leaf, 0));
    Value gradient =
        here.stream().filter(v -> v.name().equals("the gradient of v" + leaf)).findFirst().orElse(null);
    double slope = 0;
    double parts = 1;
    for (int i = 0; gradient != null && i < gradient.count(); i++) {
      slope += gradient.at(i) * Shift.direction(i);
      parts += Math.abs(gradient.at(i));
    }
    double one = difference(p, ideal, leaf, STEP);
    double other = difference(p, ideal, leaf, STEP / 4);
    double values = Math.abs(sum(p, here));
    double allowed = ALLOWED * (Math.abs(one) + parts) + 1e-9 * values / STEP;
    if (!(Math.abs(one - other) <= allowed / 4) || !Double.isFinite(slope) || Math.abs(slope - one) <= allowed) {
      return null;
    }
    return "on an ideal device the gradient of v" + leaf + " makes a slope of " + slope + ", differences make it "
        + one;
  }

  private static double difference(Program p, Device ideal, int leaf, double step) {
    return (sum(p, Execution.run(p, ideal, new Shift(leaf, step)))
        - sum(p, Execution.run(p, ideal, new Shift(leaf, -step)))) / (2 * step);
  }

  /** What is differentiated. */
  private static double sum(Program p, List<Value> values) {
    double sum = 0;
    for (int t : p.targets()) {
      for (Value v : values) {
        for (int i = 0; v.name().equals("v" + t) && i < v.count(); i++) {
          sum += v.at(i);
        }
      }
    }
    return sum;
  }
}
