package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * What the next line of a program is drawn from: seeded numbers, and the tensors that there are. An operand that is
 * asked for and not there becomes a new leaf.
 */
final class Draw {
  private static final double[] NUMBERS = {0, 1, -1, 0.5, 2, -0.75, 1.5, 3, 0.1, -2.25};
  /** How often an operand is a new leaf though there is one that would do. */
  private static final int NEW_LEAF = 12;

  private final SplittableRandom random;
  private final Pools pools;
  /** The types of the lines so far. */
  private final List<TensorSpec> specs;
  /** Those that are made for the step being drawn. */
  private final List<ProgramNode.Leaf> leaves = new ArrayList<>();

  /**
   * What may be drawn.
   *
   * @param extents of axes
   * @param types of new leaves
   * @param most elements of a new leaf
   */
  record Pools(List<Long> extents, List<DType> types, long most) {}

  Draw(SplittableRandom random, Pools pools, List<TensorSpec> specs) {
    this.random = random;
    this.pools = pools;
    this.specs = specs;
  }

  List<ProgramNode.Leaf> leaves() {
    return leaves;
  }

  // ---- numbers -----------------------------------------------------------------------------------------------------

  /** From 0 to {@code bound} − 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  boolean coin() {
    return random.nextBoolean();
  }

  @SafeVarargs
  final <T> T any(T... choices) {
    return choices[below(choices.length)];
  }

  <T> T any(List<T> choices) {
    return choices.get(below(choices.size()));
  }

  /** A scalar argument. */
  double number() {
    return NUMBERS[below(NUMBERS.length)];
  }

  double positive() {
    return any(0.5, 1.0, 2.0, 0.25, 1.5);
  }

  long extent() {
    return any(pools.extents);
  }

  /** An extent above 0. */
  long some() {
    return Math.max(1, extent());
  }

  // ---- operands ----------------------------------------------------------------------------------------------------

  TensorSpec spec(int value) {
    return value < specs.size() ? specs.get(value) : leaves.get(value - specs.size()).spec();
  }

  Shape shape(int value) {
    return spec(value).shape();
  }

  long dim(int value, int axis) {
    return shape(value).dim(axis);
  }

  int rank(int value) {
    return shape(value).rank();
  }

  DType type(int value) {
    return spec(value).dtype();
  }

  /** One of the latest tensors that will do, or a new leaf of type and shape as given. */
  int value(Predicate<TensorSpec> wanted, DType type, Shape shape) {
    List<Integer> fitting = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      if (wanted.test(specs.get(i))) {
        fitting.add(i);
      }
    }
    if (fitting.isEmpty() || oneIn(NEW_LEAF)) {
      return leaf(type, shape);
    }
    // What was made last is read most: chains are what is fused.
    return below(3) > 0 ? fitting.getLast() : any(fitting);
  }

  /** A floating tensor of any shape. */
  int floating() {
    return value(s -> s.dtype().isFloating(), floatingType(), shapeOf(below(4)));
  }

  /** A floating tensor of at least that rank. */
  int floating(int least) {
    return value(s -> s.dtype().isFloating() && s.shape().rank() >= least, floatingType(),
        shapeOf(least + below(2)));
  }

  /** A floating tensor of that rank. */
  int floatingOfRank(int rank) {
    return value(s -> s.dtype().isFloating() && s.shape().rank() == rank, floatingType(), shapeOf(rank));
  }

  /** Any tensor. */
  int anything() {
    return value(s -> true, any(pools.types), shapeOf(below(4)));
  }

  /** Any tensor of at least that rank. */
  int anything(int least) {
    return value(s -> s.shape().rank() >= least, any(pools.types), shapeOf(least + below(2)));
  }

  /** A tensor of that type that broadcasts with {@code other}: the same shape, part of it, a scalar, ones in places. */
  int partner(int other) {
    return partner(type(other), shape(other));
  }

  int partner(DType type, Shape shape) {
    return value(s -> s.dtype() == type && broadcasts(s.shape(), shape), type, part(shape));
  }

  /** A tensor of exactly that type and shape. */
  int exactly(DType type, Shape shape) {
    return value(s -> s.dtype() == type && s.shape().equals(shape), type, shape);
  }

  private static boolean broadcasts(Shape a, Shape b) {
    for (int d = 1; d <= Math.min(a.rank(), b.rank()); d++) {
      if (a.dim(-d) != b.dim(-d) && a.dim(-d) != 1 && b.dim(-d) != 1) {
        return false;
      }
    }
    return true;
  }

  /** A shape that broadcasts to {@code shape}. */
  private Shape part(Shape shape) {
    if (oneIn(4)) {
      return Shape.of();
    }
    int first = oneIn(3) && shape.rank() > 0 ? below(shape.rank()) : 0;
    long[] dims = shape.slice(first, shape.rank()).dims();
    for (int d = 0; d < dims.length; d++) {
      dims[d] = oneIn(4) ? 1 : dims[d];
    }
    return Shape.of(dims);
  }

  DType floatingType() {
    List<DType> floating = pools.types.stream().filter(DType::isFloating).toList();
    return any(floating);
  }

  Shape shapeOf(int rank) {
    while (true) {
      long[] dims = new long[rank];
      for (int d = 0; d < rank; d++) {
        dims[d] = extent();
      }
      Shape shape = Shape.of(dims);
      if (shape.elements() <= pools.most) {
        return shape;
      }
    }
  }

  /** A new leaf. */
  int leaf(DType type, Shape shape) {
    Numbers numbers = switch (type) {
      case F16, BF16, F32, F64 -> oneIn(4) ? Numbers.constant(number())
          : oneIn(3) ? new Numbers(any(1L, 5L, 7L), below(17), 17, -8, 0.5)
              : new Numbers(any(7919L, 104_729L, 611L), below(1013), 1013, -506, any(0x1p-8, 0x1p-7, 0x1p-9));
      case I8, I32, I64 ->
          oneIn(4) ? Numbers.constant(below(5) - 2) : new Numbers(any(1L, 3L, 7L), below(17), 17, -8, 1);
      case U8 -> oneIn(4) ? Numbers.constant(below(5)) : new Numbers(any(1L, 3L, 7L), below(17), 17, 0, 1);
      case BOOL -> oneIn(4) ? Numbers.constant(below(2)) : new Numbers(any(1L, 3L, 7L), below(5), 5, -2, 1);
    };
    return leaf(type, shape, numbers);
  }

  int leaf(DType type, Shape shape, Numbers numbers) {
    leaves.add(new ProgramNode.Leaf(new TensorSpec(type, shape), numbers, type.isFloating() && !oneIn(3)));
    return specs.size() + leaves.size() - 1;
  }

  /** Indices from 0 to {@code extent} − 1. */
  int indices(Shape shape, long extent) {
    return leaf(any(DType.I32, DType.I64), shape,
        oneIn(4) ? Numbers.constant((double) Math.max(0, extent - 1))
            : new Numbers(any(1L, 3L, 5L), below(7), Math.max(1, extent), 0, 1));
  }

  /** Some axes of a tensor, in order; at least one unless it has none. */
  int[] axes(int value) {
    int rank = rank(value);
    List<Integer> chosen = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      if (coin()) {
        chosen.add(d);
      }
    }
    if (chosen.isEmpty() && rank > 0) {
      chosen.add(below(rank));
    }
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }

  /** An axis of a tensor of at least rank 1. */
  int axis(int value) {
    return below(rank(value));
  }

  /** A random order of {@code rank} axes. */
  int[] order(int rank) {
    int[] order = new int[rank];
    for (int d = 0; d < rank; d++) {
      int at = below(d + 1);
      order[d] = order[at];
      order[at] = d;
    }
    return order;
  }
}
