package dev.orthant.tensor.graph;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Op;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides, at launch, what one kernel computes: the value asked for and everything pending below it that nobody else is
 * waiting for. At most one product is among it; elementwise work on it becomes its epilogue. All that is left is an
 * input, computed first.
 */
public final class Fusion {
  /** Noise is numbered from here until all operands are known: it follows them. */
  private static final int NOISE = 1 << 20;

  /** A launch: the op and the values it reads, in the op's order. */
  record Plan(Op op, List<Node> inputs) {}

  /**
   * What an op reads instead of its inputs.
   *
   * @param formulas each input by the operands
   * @param scalars the formulas' numbers
   */
  public record Prologue(List<Expr> formulas, List<Node> operands, List<Double> scalars) {}

  private final Shape shape;
  /** What a product must be to be part of this; null when none may. */
  private final @Nullable TensorSpec products;
  private final boolean takesNoise;
  /** Whether other pending work may be part of this. */
  private final boolean joins;
  private boolean hasJoined;
  private final List<Node> operands = new ArrayList<>();
  private final List<Double> scalars = new ArrayList<>();
  private final List<Philox> noise = new ArrayList<>();
  private final IdentityHashMap<Node, Expr> formulas = new IdentityHashMap<>();
  private Definition.@Nullable Product product;

  private Fusion(Shape shape, @Nullable TensorSpec products, boolean takesNoise, boolean joins) {
    this.shape = shape;
    this.products = products;
    this.takesNoise = takesNoise;
    this.joins = joins;
  }

  /** What computes a pending value. */
  static Plan of(Node root) {
    // An epilogue cannot draw random numbers.
    Fusion fusion = new Fusion(root.spec().shape(), root.isNoisy() ? null : root.spec(), true, true);
    Expr formula = fusion.inline(root);
    if (fusion.product != null && fusion.operands.stream().anyMatch(n -> !n.spec().dtype().isFloating())) {
      // Nor can it read whole numbers or a mask: the product is computed on its own.
      fusion = new Fusion(root.spec().shape(), null, true, true);
      formula = fusion.inline(root);
    }
    Plan plan = fusion.plan(root.spec().dtype(), formula);
    if (fusion.hasJoined && isInIntegers(plan)) {
      // What joined is floating, and would be computed in integers here.
      fusion = new Fusion(root.spec().shape(), null, true, false);
      formula = fusion.inline(root);
      plan = fusion.plan(root.spec().dtype(), formula);
    }
    return plan;
  }

  private static boolean isInIntegers(Plan plan) {
    return plan.op().isInIntegers(plan.inputs().stream().map(Node::spec).toList());
  }

  /** The prologue of an op that reads {@code inputs} at every element of {@code shape}. */
  public static Prologue prologue(Shape shape, List<Node> inputs) {
    Fusion fusion = new Fusion(shape, null, false, true);
    List<Expr> formulas = inputs.stream().map(n -> fusion.formula(n, 0)).toList();
    return new Prologue(formulas.stream().map(fusion::settled).toList(), fusion.operands, fusion.scalars);
  }

  private Plan plan(DType type, Expr formula) {
    if (product == null) {
      return new Plan(
          new Pointwise(List.of(settled(formula)), operands.size(), scalars, List.of(type), noise, shape), operands);
    }
    List<Node> inputs = new ArrayList<>(List.of(product.lhs(), product.rhs()));
    inputs.addAll(operands);
    return new Plan(product.op().withEpilogue(new Epilogue(formula, operands.size(), scalars)), inputs);
  }

  /** Input 0 stands for the product; without one the operands move up, and noise follows them. */
  private Expr settled(Expr formula) {
    return formula.substitute(i -> Expr.input(i >= NOISE ? operands.size() + i - NOISE : i - 1), Expr::scalar);
  }

  private Expr formula(Node node, int readers) {
    Expr known = formulas.get(node);
    if (known == null) {
      boolean joining = joins && joins(node, readers);
      hasJoined |= joining;
      known = joining ? inline(node) : operand(node);
      formulas.put(node, known);
    }
    return known;
  }

  /**
   * Whether the node is computed as part of this launch: pending, an element here for each of its own, and wanted by
   * nobody else.
   */
  private boolean joins(Node node, int readers) {
    if (node.consumers() > readers || !node.spec().shape().equals(shape)) {
      return false;
    }
    return switch (node.definition()) {
      case null -> false;
      case Definition.View v -> false;
      case Definition.Product p -> product == null && node.spec().equals(products) && !node.isSaved();
      // What a tape wants again is stored if it is dear; if it is cheap, it is computed again: to the same bits, so not
      // what storing would round.
      case Definition.Elementwise e ->
          node.spec().dtype().isFloating() && !(node.isSaved() && isRounded(node))
              && !(node.isHeavy() && (node.isSaved() || products == null))
              && (takesNoise || e.noise().isEmpty());
    };
  }

  /**
   * Whether storing the value would round what is computed: a slope at it must be the same whether it was looked at or
   * not.
   */
  private static boolean isRounded(Node node) {
    DType type = node.spec().dtype();
    return type != type.compute();
  }

  private Expr inline(Node node) {
    return switch (node.definition()) {
      case Definition.Product p -> {
        product = p;
        yield Expr.input(0);
      }
      case Definition.Elementwise e -> {
        int firstScalar = scalars.size();
        scalars.addAll(e.scalars());
        int firstNoise = NOISE + noise.size() - e.inputs().size();
        noise.addAll(e.noise());
        List<Expr> inputs = e.inputs().stream().map(n -> formula(n, 1)).toList();
        yield e.formula().substitute(i -> i < inputs.size() ? inputs.get(i) : Expr.input(firstNoise + i),
            i -> Expr.scalar(firstScalar + i));
      }
      case null, default -> throw new IllegalStateException("nothing to compute");
    };
  }

  private Expr operand(Node node) {
    operands.add(node);
    return Expr.input(operands.size());
  }
}
