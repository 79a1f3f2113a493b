package dev.orthant.tensor.graph;

import dev.orthant.expr.Expr;
import dev.orthant.op.Contraction;
import dev.orthant.op.Philox;
import java.util.List;

/** How a pending value is computed from others. */
public sealed interface Definition {
  /** The values it reads; a value may stand in the list more than once. */
  List<Node> inputs();

  /** A matrix product or convolution, its epilogue still open. */
  record Product(Contraction op, Node lhs, Node rhs) implements Definition {
    @Override
    public List<Node> inputs() {
      return List.of(lhs, rhs);
    }
  }

  /**
   * A formula over broadcast inputs.
   *
   * @param noise random numbers, which the formula reads as inputs after the others
   */
  record Elementwise(Expr formula, List<Node> inputs, List<Double> scalars, List<Philox> noise)
      implements Definition {}

  /** The same elements under another shape. */
  record View(Node of) implements Definition {
    @Override
    public List<Node> inputs() {
      return List.of(of);
    }
  }
}
