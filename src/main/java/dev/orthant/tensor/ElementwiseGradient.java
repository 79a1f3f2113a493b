package dev.orthant.tensor;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of a formula: by input i it is dY·∂f/∂x_i, summed over the axes along which x_i was repeated. Only
 * what the derivatives read is kept.
 */
final class ElementwiseGradient implements Vjp {
  private final Formula formula;
  private final List<TensorSpec> inputs;
  private final Shape shape;
  /**
   * ∂f/∂x_i by the inputs, and by the output as input {@code inputs.size()}; noise follows. Null where it is not
   * wanted.
   */
  private final List<@Nullable Expr> slopes = new ArrayList<>();
  private final Map<Integer, Tape.Saved> saved = new TreeMap<>();

  ElementwiseGradient(Tape tape, Formula formula, List<Node> inputs, Node output) {
    this.formula = formula;
    this.inputs = inputs.stream().map(Node::spec).toList();
    this.shape = output.spec().shape();
    int operands = inputs.size();
    for (int i = 0; i < operands; i++) {
      slopes.add(tape.tracks(inputs.get(i)) ? slope(i, operands) : null);
    }
    for (Expr slope : slopes) {
      if (slope != null) {
        slope.inputs().stream().filter(j -> j <= operands).forEach(j -> saved.computeIfAbsent(j,
            k -> tape.save(formula.name(), k == operands ? output : inputs.get(k))));
      }
    }
  }

  private Expr slope(int i, int operands) {
    Expr byOutput = formula.slopeByOutput();
    if (i == 0 && byOutput != null) {
      return byOutput.substitute(k -> Expr.input(operands), Expr::scalar);
    }
    return formula.value().derivative(i)
        .substitute(k -> Expr.input(k < operands ? k : k + 1), Expr::scalar);
  }

  @Override
  public List<@Nullable Tensor> apply(List<@Nullable Tensor> outputs, boolean[] wanted) {
    Tensor dy = java.util.Objects.requireNonNull(outputs.getFirst());
    List<Tensor> operands = new ArrayList<>(List.of(dy));
    Map<Integer, Expr> renamed = new LinkedHashMap<>();
    saved.forEach((i, s) -> {
      renamed.put(i, Expr.input(operands.size()));
      operands.add(s.tensor());
    });
    @Nullable Tensor[] results = new Tensor[inputs.size()];
    List<Integer> whole = new ArrayList<>();
    Map<List<Integer>, List<Integer>> summed = new LinkedHashMap<>();
    @Nullable Expr[] terms = new Expr[inputs.size()];
    boolean dyIsResult = false;
    for (int i = 0; i < results.length; i++) {
      Expr slope = slopes.get(i);
      if (slope == null || Adjoint.isZero(slope)) {
        continue;
      }
      List<Integer> axes = Adjoint.repeated(inputs.get(i).shape(), shape);
      terms[i] = Adjoint.times(Expr.input(0), slope.substitute(k -> renamed.containsKey(k) ? renamed.get(k)
          : Expr.input(operands.size() + k - inputs.size() - 1), Expr::scalar));
      if (!axes.isEmpty()) {
        summed.computeIfAbsent(axes, a -> new ArrayList<>()).add(i);
      } else if (Adjoint.isOne(slope) && inputs.get(i).equals(dy.spec())) {
        results[i] = dy;
        dyIsResult = true;
      } else {
        whole.add(i);
      }
    }
    for (Map.Entry<List<Integer>, List<Integer>> group : summed.entrySet()) {
      // One pass gives the sums and, the first time, the gradients that are not summed.
      sum(group.getKey(), group.getValue(), whole, operands, terms, results, dyIsResult);
      whole = List.of();
    }
    for (int i : whole) {
      results[i] = pointwise(i, operands, terms);
    }
    return java.util.Arrays.asList(results);
  }

  private Tensor pointwise(int i, List<Tensor> operands, @Nullable Expr[] terms) {
    Formula f = Formula.of(formula.name() + " backward", java.util.Objects.requireNonNull(terms[i]));
    return operands.getFirst().elementwise(new Formula(f.name(), f.value(), formula.scalars(), formula.noise(),
        inputs.get(i).dtype(), shape, null), operands.subList(1, operands.size()))
        .reshape(inputs.get(i).shape().dims());
  }

  private void sum(List<Integer> axes, List<Integer> members, List<Integer> whole, List<Tensor> operands,
      @Nullable Expr[] terms, @Nullable Tensor[] results, boolean keepFirst) {
    if (!formula.noise().isEmpty()) {
      // Reductions draw no noise: the products are made first.
      for (int i : members) {
        Tensor product = operands.getFirst()
            .elementwise(new Formula(formula.name(), java.util.Objects.requireNonNull(terms[i]),
                formula.scalars(), formula.noise(), inputs.get(i).dtype(), shape, null),
                operands.subList(1, operands.size()));
        results[i] = product.evaluate().sumTo(inputs.get(i).shape());
      }
      for (int i : whole) {
        results[i] = pointwise(i, operands, terms);
      }
      return;
    }
    List<Reduce.Stage> stages = new ArrayList<>();
    List<Reduce.Result> stored = new ArrayList<>();
    for (int i : members) {
      stored.add(new Reduce.Result(Reduce.stage(operands.size(), stages.size()), true, inputs.get(i).dtype()));
      stages.add(new Reduce.Stage(Reduce.Kind.SUM, java.util.Objects.requireNonNull(terms[i])));
    }
    for (int i : whole) {
      stored.add(new Reduce.Result(java.util.Objects.requireNonNull(terms[i]), false, inputs.get(i).dtype()));
    }
    Reduce op = new Reduce(axes, stages, stored, operands.size(), formula.scalars(), shape);
    List<Tensor> made = Launcher.reduceUnrecorded(formula.name() + " backward", op, operands, keepFirst);
    for (int i = 0; i < made.size(); i++) {
      int input = i < members.size() ? members.get(i) : whole.get(i - members.size());
      results[input] = made.get(i).reshape(inputs.get(input).shape().dims());
    }
  }
}
