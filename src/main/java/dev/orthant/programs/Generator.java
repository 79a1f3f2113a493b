package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Overwrite;
import dev.orthant.programs.ProgramNode.Step;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes programs from seeds. A step is tried on an ideal device while it is drawn: what does not go together, becomes
 * too large, or is no number any more (but for a few) is drawn again. So the same seed gives the same program for all
 * devices that have the same types.
 */
final class Generator {
  private static final int MAX_STEPS = 12;
  /** How often a step is drawn before a program is left as short as it is. */
  private static final int ATTEMPTS = 30;
  private static final int MAX_TARGETS = 2;
  /** How many of the types that are drawn from are a program's own. */
  private static final int MAIN = 12;
  /** Magnitudes beyond which the next steps would overflow. */
  private static final double LARGE = 3000;
  /** One in how many results that are no numbers is kept. */
  private static final int NOT_A_NUMBER = 40;
  /** One in how many programs is of large tensors, which several threads share. */
  private static final int LARGE_PROGRAM = 40;

  private static final List<Long> FEW = List.of(1L, 2L, 3L, 4L, 5L);
  private static final List<Long> MANY = List.of(0L, 1L, 1L, 2L, 2L, 3L, 3L, 4L, 5L, 7L, 8L, 9L, 16L, 17L, 33L);
  private static final List<Long> WIDE = List.of(1L, 2L, 5L, 64L, 129L, 700L);

  private final Device ideal;
  private final boolean compiles;

  /** @param device for which programs are made */
  Generator(Device device) {
    this.ideal = new IdealDevice(device);
    // Where each kernel is compiled, fewer kinds of them are drawn.
    this.compiles = !Devices.kind(device).equals("cpu");
  }

  private Draw.Pools pools(SplittableRandom random) {
    Set<DType> has = ideal.info().dtypes();
    List<DType> others = (compiles
        ? Stream.of(DType.F32, random.nextBoolean() ? DType.F16 : DType.F64, DType.I32)
        : Stream.of(DType.F32, DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64, DType.I8, DType.U8,
            DType.BOOL))
        .filter(has::contains).toList();
    // Most tensors of a program have one type: only those go together. One of doubles alone is compared with
    // differences.
    boolean doubles = has.contains(DType.F64) && random.nextInt(5) == 0;
    DType most = doubles ? DType.F64 : others.get(random.nextInt(others.size()));
    List<DType> types = new ArrayList<>(Collections.nCopies(MAIN, most));
    types.addAll(doubles ? List.of(DType.I32) : others);
    types.addAll(
        has.contains(DType.F32) && types.stream().noneMatch(DType::isFloating) ? List.of(DType.F32) : List.of());
    boolean large = random.nextInt(LARGE_PROGRAM) == 0;
    return new Draw.Pools(large ? WIDE : compiles ? FEW : MANY, types, large ? 200_000 : 1500);
  }

  /** The program of that seed. */
  Program program(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Draw.Pools pools = pools(random);
    boolean overwrites = random.nextInt(8) == 0;
    int evaluated = random.nextInt(3);
    int steps = 2 + random.nextInt(MAX_STEPS - 1);
    List<ProgramNode> nodes = new ArrayList<>();
    try (Scope _ = Scope.open()) {
      List<Tensor> tensors = new ArrayList<>();
      List<TensorSpec> specs = new ArrayList<>();
      for (int s = 0; s < steps; s++) {
        if (overwrites && random.nextInt(4) == 0) {
          overwrite(random, nodes, tensors, specs);
        }
        for (int a = 0; a < ATTEMPTS && !grow(random, pools, evaluated, nodes, tensors, specs); a++) {
          // Drawn again.
        }
      }
    }
    Set<Integer> closed = new HashSet<>();
    for (int i = 0; i + 1 < nodes.size(); i++) {
      int line = i;
      boolean kept = (nodes.get(i) instanceof Leaf l && l.gradient()) || nodes.get(i) instanceof Overwrite
          || nodes.stream().noneMatch(n -> n.operands().contains(line));
      if (!kept && random.nextInt(5) < 3) {
        closed.add(i);
      }
    }
    Program plain = new Program(seed, nodes, List.of(), closed);
    return overwrites || random.nextInt(3) == 0 ? plain : differentiated(plain);
  }

  /** Adds a step and the leaves that it reads. */
  private boolean grow(SplittableRandom random, Draw.Pools pools, int evaluated, List<ProgramNode> nodes,
      List<Tensor> tensors,
      List<TensorSpec> specs) {
    Draw d = new Draw(random, pools, specs);
    Steps.Kind kind = d.any(Steps.ALL);
    List<Tensor> all = new ArrayList<>(tensors);
    Tensor y;
    Step step;
    try {
      step = kind.draw(d);
      d.leaves().forEach(l -> all.add(Execution.leaf(ideal, l)));
      y = step.action().of(ideal, step.operands().stream().map(all::get).toList());
      if (y.shape().elements() > 4 * pools.most()) {
        return false;
      }
      y.evaluate();
    } catch (InvalidInputException e) {
      return false;
    }
    if (!isTame(y) && random.nextInt(NOT_A_NUMBER) > 0) {
      return false;
    }
    for (int i = tensors.size(); i < all.size(); i++) {
      nodes.add(d.leaves().get(i - tensors.size()));
      specs.add(all.get(i).spec());
    }
    tensors.addAll(all.subList(tensors.size(), all.size()));
    nodes.add(step.evaluated(evaluated > 0 && random.nextInt(3) < evaluated));
    specs.add(y.spec());
    tensors.add(y);
    return true;
  }

  private static boolean isTame(Tensor y) {
    if (y.dtype().isFloating()) {
      for (double v : y.toDoubleArray()) {
        if (!(Math.abs(v) <= LARGE)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Other numbers in a leaf. */
  private static void overwrite(SplittableRandom random, List<ProgramNode> nodes, List<Tensor> tensors,
      List<TensorSpec> specs) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i) instanceof Leaf l && l.spec().dtype() == DType.F32 && random.nextBoolean()) {
        nodes.add(new Overwrite(i, new Numbers(31, random.nextInt(9), 11, -5, 0.25)));
        tensors.add(tensors.get(i).reshape(l.spec().shape().dims()));
        specs.add(l.spec());
        return;
      }
    }
  }

  /** With gradients of its last values that have some. */
  private Program differentiated(Program plain) {
    Program best = plain;
    for (int i = plain.size() - 1; i >= 0 && best.targets().size() < MAX_TARGETS; i--) {
      List<Integer> targets = new ArrayList<>(best.targets());
      targets.add(i);
      Program next = new Program(plain.seed(), plain.nodes(), targets, plain.closed());
      if (refusal(next, ideal) == null) {
        best = next;
      }
    }
    return best;
  }

  /** Why a program is none: what the tensors say of its shapes and types. */
  static @Nullable String refusal(Program p, Device ideal) {
    try {
      Execution.run(p, ideal, true);
      return null;
    } catch (InvalidInputException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
