package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Overwrite;
import dev.orthant.programs.ProgramNode.Step;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Makes a program that fails as small as it can be and still fail: fewer lines, constants for what was computed, small
 * extents.
 */
final class Shrinker {
  private final Predicate<Program> fails;
  private final Device ideal;
  private final long end;

  /**
   * For programs of one device.
   *
   * @param fails whether a program still shows the fault, on a device that has computed nothing yet
   * @param patience after which the smallest so far is good enough
   */
  Shrinker(Device device, Predicate<Program> fails, Duration patience) {
    this.ideal = new IdealDevice(device);
    this.fails = fails;
    this.end = System.nanoTime() + patience.toNanos();
  }

  private boolean isOver() {
    return System.nanoTime() > end;
  }

  private boolean works(Program p) {
    return !isOver() && p.size() > 0 && Generator.refusal(p, ideal) == null && fails.test(p);
  }

  /**
   * The programs among {@code before} without which {@code last} does not fail, and {@code last}, as one; just that
   * when it fails alone.
   */
  Program joined(List<Program> before, Program last) {
    if (before.isEmpty() || fails.test(last)) {
      return last;
    }
    List<Program> needed = new ArrayList<>(before);
    for (int part = Math.max(1, needed.size() / 2); part >= 1; part /= 2) {
      for (int i = 0; i < needed.size() && !isOver();) {
        List<Program> fewer = new ArrayList<>(needed);
        fewer.subList(i, Math.min(i + part, fewer.size())).clear();
        if (fails.test(all(fewer, last))) {
          needed = fewer;
        } else {
          i += part;
        }
      }
    }
    return all(needed, last);
  }

  static Program all(List<Program> before, Program last) {
    Program joined = null;
    for (Program p : before) {
      joined = joined == null ? p : joined.then(p);
    }
    return joined == null ? last : joined.then(last);
  }

  /** The smallest found. */
  @SuppressWarnings("ReferenceEquality") // a pass that finds nothing smaller gives back what it was given
  Program shrink(Program from) {
    Program best = from;
    for (Program next = pass(best); next != best && !isOver(); next = pass(best)) {
      best = next;
    }
    return best;
  }

  private Program pass(Program from) {
    return smallerExtents(plainer(constants(withoutFlags(fewerLines(from)))));
  }

  // ---- lines -------------------------------------------------------------------------------------------------------

  private Program fewerLines(Program from) {
    Program best = from;
    for (int part = Math.max(1, best.size() / 2); part >= 1; part /= 2) {
      for (int i = best.size() - 1; i >= 0 && !isOver(); i -= part) {
        if (i < best.size()) {
          Program p = best.without(withReaders(best, Math.max(0, i - part + 1), i));
          best = p.size() < best.size() && works(p) ? p : best;
        }
      }
    }
    return best;
  }

  /** Lines {@code from} to {@code to}, and whatever reads what they make. */
  private static Set<Integer> withReaders(Program p, int from, int to) {
    Set<Integer> gone = new HashSet<>();
    for (int j = from; j < p.size(); j++) {
      if (j <= to || p.nodes().get(j).operands().stream().anyMatch(gone::contains)) {
        gone.add(j);
      }
    }
    return gone;
  }

  private Program withoutFlags(Program from) {
    Program best = from;
    List<Program> plainer = new ArrayList<>();
    plainer.add(new Program(best.seed(), best.nodes(), List.of(), best.closed()));
    best.targets().forEach(t -> plainer.add(new Program(from.seed(), from.nodes(), List.of(t), from.closed())));
    for (Program p : plainer) {
      if (!p.targets().equals(best.targets()) && works(p)) {
        best = p;
        break;
      }
    }
    Program open = new Program(best.seed(), best.nodes(), best.targets(), Set.of());
    best = !best.closed().isEmpty() && works(open) ? open : best;
    for (int i = 0; i < best.size(); i++) {
      ProgramNode node = best.nodes().get(i);
      ProgramNode other = switch (node) {
        case Step s -> s.evaluated(false);
        case Leaf l -> new Leaf(l.spec(), l.numbers(), false);
        case Overwrite o -> o;
      };
      Program p = best.with(i, other);
      best = !other.equals(node) && works(p) ? p : best;
    }
    return best;
  }

  // ---- what they compute -------------------------------------------------------------------------------------------

  /** Steps become leaves of their type and shape. */
  private Program constants(Program from) {
    Program best = from;
    for (int i = best.size() - 1; i >= 0 && !isOver(); i--) {
      if (best.nodes().get(i) instanceof Step) {
        TensorSpec spec = specs(best).get(i);
        boolean gradient = spec.dtype().isFloating() && !best.targets().isEmpty();
        Program p = best.with(i, new Leaf(spec, Numbers.constant(1), gradient));
        if (!works(p)) {
          p = best.with(i, new Leaf(spec, new Numbers(7, 3, 17, spec.dtype() == DType.U8 ? 0 : -8, 0.5), gradient));
          p = works(p) ? p : best;
        }
        best = p;
      }
    }
    return best;
  }

  private List<TensorSpec> specs(Program p) {
    List<Tensor> tensors = new ArrayList<>();
    try (Scope _ = Scope.open()) {
      for (ProgramNode node : p.nodes()) {
        tensors.add(switch (node) {
          case Leaf l -> Execution.leaf(ideal, l);
          case Step s -> s.action().of(ideal, s.operands().stream().map(tensors::get).toList());
          case Overwrite o -> tensors.get(o.leaf());
        });
      }
      return tensors.stream().map(Tensor::spec).toList();
    }
  }

  private Program plainer(Program from) {
    Program best = from;
    for (int i = 0; i < best.size() && !isOver(); i++) {
      if (best.nodes().get(i) instanceof Leaf l && !l.numbers().equals(Numbers.constant(1))) {
        Program p = best.with(i, new Leaf(l.spec(), Numbers.constant(1), l.gradient()));
        best = works(p) ? p : best;
      }
    }
    return best;
  }

  // ---- extents -----------------------------------------------------------------------------------------------------

  private Program smallerExtents(Program from) {
    Program best = from;
    Set<Long> extents = new TreeSet<>();
    leaves(best).forEach(l -> {
      for (long e : l.spec().shape().dims()) {
        extents.add(e);
      }
    });
    for (long extent : extents) {
      for (long smaller : new long[] {1, 2, 3, 5, extent / 2}) {
        if (smaller < extent && smaller > 0 && !isOver()) {
          Program p = resized(best, extent, smaller);
          if (works(p)) {
            best = p;
            break;
          }
        }
      }
    }
    return best;
  }

  private static List<Leaf> leaves(Program p) {
    return p.nodes().stream().filter(n -> n instanceof Leaf).map(n -> (Leaf) n).toList();
  }

  private static Program resized(Program p, long extent, long smaller) {
    Program resized = p;
    for (int i = 0; i < p.size(); i++) {
      if (p.nodes().get(i) instanceof Leaf l) {
        long[] dims = l.spec().shape().dims();
        for (int d = 0; d < dims.length; d++) {
          dims[d] = dims[d] == extent ? smaller : dims[d];
        }
        resized = resized.with(i,
            new Leaf(new TensorSpec(l.spec().dtype(), Shape.of(dims)), l.numbers(), l.gradient()));
      }
    }
    return resized;
  }
}
