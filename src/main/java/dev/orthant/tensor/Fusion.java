package dev.orthant.tensor;

import dev.orthant.expr.Expr;
import dev.orthant.op.Contraction;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides, at launch, what one kernel computes: the value asked for and everything pending below it that nobody else is waiting for. At
 * most one product is among it; elementwise work on it becomes its epilogue. All that is left is an input, computed first.
 */
final class Fusion {
  /** A launch: the op and the values it reads, in the op's order. */
  record Plan(Op op, List<Node> inputs) {}

  private final Node root;
  private final List<Node> operands = new ArrayList<>();
  private final List<Double> scalars = new ArrayList<>();
  private final IdentityHashMap<Node, Expr> formulas = new IdentityHashMap<>();
  private Definition.@Nullable Product product;

  private Fusion(Node root) {
    this.root = root;
  }

  static Plan of(Node root) {
    return new Fusion(root).plan();
  }

  private Plan plan() {
    Expr formula = formula(root);
    List<Node> inputs = new ArrayList<>();
    if (product != null) {
      inputs.add(product.lhs());
      inputs.add(product.rhs());
      inputs.addAll(operands);
      Contraction op = product.op().withEpilogue(new Epilogue(formula, operands.size(), scalars));
      return new Plan(op, inputs);
    }
    // Input 0 stands for the product; without one the operands move up.
    Expr alone = formula.substitute(i -> Expr.input(i - 1), Expr::scalar);
    return new Plan(new Pointwise(List.of(alone), operands.size(), scalars), operands);
  }

  private Expr formula(Node node) {
    Expr known = formulas.get(node);
    if (known == null) {
      known = node == root || joins(node) ? inline(node) : operand(node);
      formulas.put(node, known);
    }
    return known;
  }

  /** Whether the node is computed as part of this launch: pending, the same elements, and wanted by nobody else. */
  private boolean joins(Node node) {
    return switch (node.definition()) {
      case null -> false;
      case Definition.View v -> false;
      case Definition.Elementwise e -> node.consumers() == 1 && node.spec().equals(root.spec());
      case Definition.Product p -> product == null && node.consumers() == 1 && node.spec().equals(root.spec());
    };
  }

  private Expr inline(Node node) {
    return switch (node.definition()) {
      case Definition.Product p -> {
        product = p;
        yield Expr.input(0);
      }
      case Definition.Elementwise e -> {
        int first = scalars.size();
        scalars.addAll(e.scalars());
        List<Expr> inputs = e.inputs().stream().map(this::formula).toList();
        yield e.formula().substitute(inputs::get, i -> Expr.scalar(first + i));
      }
      case null, default -> throw new IllegalStateException("nothing to compute");
    };
  }

  private Expr operand(Node node) {
    operands.add(node);
    return Expr.input(operands.size());
  }
}
