package dev.orthant.tensor;

import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.tensor.graph.Definition;
import dev.orthant.tensor.graph.GradientSlot;
import dev.orthant.tensor.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@link Tensor} does for training: gradients of leaves, new values, the range of indices. */
final class Training {
  private Training() {}

  /** Does something with a tensor's node, under the device's monitor. */
  private static <R extends @Nullable Object> R with(Tensor t, Function<Node, R> work) {
    try {
      return t.handle().locked(work);
    } finally {
      Reference.reachabilityFence(t);
    }
  }

  static boolean requireGradient(Tensor t) {
    return with(t, node -> {
      if (!node.spec().dtype().isFloating()) {
        throw new DTypeException(
            "requireGradient: takes f16 bf16 f32 f64, got " + node.spec() + " on " + node.device().name());
      }
      if (node.leaf() == null) {
        node.leaf(new GradientSlot());
        return true;
      }
      return false;
    });
  }

  static boolean hasGradient(Tensor t) {
    return with(t, node -> node.leaf() != null && node.leaf().gradient() != null);
  }

  static Tensor gradient(Tensor t) {
    return with(t, node -> {
      GradientSlot leaf = node.leaf();
      Node sum = leaf == null ? null : leaf.gradient();
      if (sum == null) {
        throw new InvalidInputException("gradient: " + t + " has none: " + (leaf == null
            ? "call requireGradient() on it before the forward pass"
            : "no backward pass has reached it since it was cleared"));
      }
      return new Tensor(sum.retain());
    });
  }

  static void replaceGradient(Tensor t, Tensor value) {
    with(t, node -> {
      GradientSlot leaf = node.leaf();
      Node next = value.onDevice("replaceGradient", node.device());
      if (leaf == null || !next.spec().equals(node.spec())) {
        throw new InvalidInputException("replaceGradient: " + t + (leaf == null
            ? " does not require a gradient; call requireGradient() on it first"
            : " cannot have the gradient " + next.spec()));
      }
      leaf.gradient(next.retain());
      return node;
    });
  }

  static void clearGradient(Tensor t) {
    GradientSlot leaf = with(t, Node::leaf);
    if (leaf != null) {
      with(t, node -> {
        leaf.gradient(null);
        return node;
      });
    }
  }

  /**
   * Adds to what a leaf has; computed at once, so that nothing of the backward pass stays pending. Threads that add at
   * the same time take turns, or one would lose what the other found.
   */
  static void addTo(GradientSlot leaf, Tensor gradient) {
    synchronized (leaf) {
      Tensor before = with(gradient, _ -> leaf.gradient() == null ? null : new Tensor(leaf.gradient().retain()));
      try (before; Tensor sum = before == null ? gradient.alias() : before.add(gradient)) {
        with(sum, node -> {
          node.buffer();
          leaf.gradient(node.retain());
          return node;
        });
      }
    }
  }

  static void assign(Tensor t, Tensor value) {
    with(t, old -> {
      Node source = value.onDevice("assign", old.device());
      if (!source.spec().equals(old.spec())) {
        throw new InvalidInputException(
            "assign: " + old.spec() + " cannot hold " + source.spec() + " (on " + old.device().name() + ")");
      }
      Node next = Node.pending(old.device(), old.spec(), new Definition.View(source));
      next.buffer();
      next.leaf(old.leaf());
      old.leaf(null);
      t.handle().replace(old, next);
      return next;
    });
  }

  /** Throws unless every element of an index tensor is from 0 to {@code extent} − 1. */
  static void requireRange(Tensor t, String what, long extent) {
    with(t, node -> {
      DType type = node.spec().dtype();
      if ((type != DType.I32 && type != DType.I64) || node.spec().shape().isEmpty()) {
        return node;
      }
      long[] range = knownRange(node);
      if (range[0] < 0 || range[1] >= extent) {
        throw new InvalidInputException(what + " " + node.spec() + " must be from 0 to " + (extent - 1) + ", but hold "
            + (range[0] < 0 ? range[0] : range[1]) + " (on " + node.device().name() + ")");
      }
      return node;
    });
  }

  /** What is known of {@code from}'s elements is known of {@code to}, which has the same. */
  static void keepRange(Node from, Tensor to) {
    with(to, node -> {
      long[] known = from.range();
      if (known != null) {
        node.range(known);
      }
      return node;
    });
  }

  static long[] range(Tensor t) {
    return with(t, node -> {
      DType type = node.spec().dtype();
      if (type != DType.I32 && type != DType.I64) {
        throw new DTypeException("range: takes i32 i64, got " + node.spec() + " on " + node.device().name());
      }
      return node.spec().shape().isEmpty() ? new long[] {0, -1} : knownRange(node).clone();
    });
  }

  private static long[] knownRange(Node node) {
    long[] range = node.range();
    if (range == null) {
      range = readRange(node);
      node.range(range);
    }
    return range;
  }

  private static long[] readRange(Node node) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(node.spec().bytes(), Long.BYTES);
      node.device().read(node.buffer(), 0, memory);
      return range(node.spec().dtype(), node.spec().shape().elements(), memory);
    }
  }

  /** The smallest and the largest element. */
  static long[] range(DType type, long count, MemorySegment memory) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (long i = 0; i < count; i++) {
      long v = (long) type.get(memory, i);
      min = Math.min(min, v);
      max = Math.max(max, v);
    }
    return new long[] {min, max};
  }
}
