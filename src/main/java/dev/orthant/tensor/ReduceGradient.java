package dev.orthant.tensor;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of any {@link Reduce}, derived from its formulas; it is a reduction itself. With S̄_l the gradient
 * with respect to stage l,
 *
 * <p>S̄_l = Σ_row [ Σ_q ȳ_q·∂g_q/∂s_l + Σ_{k>l} S̄_k·D_k·∂f_k/∂s_l ],  x̄ = Σ_q ȳ_q·∂g_q/∂x + Σ_k S̄_k·D_k·∂f_k/∂x,
 *
 * <p>where D is 1 for SUM, 1/n for MEAN, the product of the other elements for PROD, and for MAX and MIN 1/count at the
 * elements that attain it: ties share evenly, and where that extreme is NaN so is D. Results per row count once for a
 * row, not at each element.
 */
final class ReduceGradient implements Vjp {
  private static final int PLACE = 1 << 20;

  private final String name;
  private final Reduce op;
  private final List<TensorSpec> inputs;
  private final Shape walked;
  private final Set<Integer> detached;
  private final Map<Integer, Tape.Saved> saved = new TreeMap<>();

  /** Which saved values are read, in the numbers of the op's formula inputs. */
  private final Set<Integer> needed = new TreeSet<>();

  /**
   * Finds out what is needed.
   *
   * @param tracked by which inputs a gradient is wanted
   * @param detached stages whose value does not change the results, such as the maximum that softmax subtracts
   */
  ReduceGradient(String name, Reduce op, List<TensorSpec> inputs, boolean[] tracked, Set<Integer> detached) {
    this.name = name;
    this.op = op;
    this.inputs = List.copyOf(inputs);
    this.walked = op.walked(this.inputs);
    this.detached = Set.copyOf(detached);
    boolean[] all = new boolean[op.results().size()];
    Arrays.fill(all, true);
    Pass trial = new Pass(all, tracked);
    trial.terms().forEach((i, term) -> needed.addAll(term.inputs()));
    trial.stages.forEach(s -> needed.addAll(s.formula().inputs()));
    needed.removeIf(i -> i >= op.position());
  }

  /** The stages whose values the backward pass reads: the forward pass must store them. */
  List<Integer> stages() {
    return needed.stream().filter(i -> i >= op.operands()).map(i -> i - op.operands()).toList();
  }

  /** Keeps what is read of the inputs; before the launch, so that dear ones are stored. */
  void keepInputs(Tape tape, List<Node> nodes) {
    needed.stream().filter(i -> i < op.operands()).forEach(i -> saved.put(i, tape.save(name, nodes.get(i))));
  }

  /** Keeps the values of {@link #stages()}, which are in the computing type. */
  void keepStages(Tape tape, List<Node> stored) {
    Iterator<Node> next = stored.iterator();
    stages().forEach(j -> saved.put(op.operands() + j, tape.save(name, next.next())));
  }

  @Override
  public List<@Nullable Tensor> apply(List<@Nullable Tensor> outputs, boolean[] wanted) {
    boolean[] present = new boolean[outputs.size()];
    for (int q = 0; q < present.length; q++) {
      present[q] = outputs.get(q) != null;
    }
    return new Pass(present, wanted).run(outputs);
  }

  /** One backward pass: a new op is put together. */
  private final class Pass {
    private final boolean[] present;
    private final boolean[] wanted;
    private final List<Reduce.Stage> stages = new ArrayList<>();
    /**
     * Formula inputs here: the saved values in their old numbers, then the gradients with respect to the results, then
     * new stages.
     */
    private final int given = op.position() + op.results().size();
    private final @Nullable Expr[] adjoints = new Expr[op.stages().size()];
    private final Expr[] factors = new Expr[op.stages().size()];

    Pass(boolean[] present, boolean[] wanted) {
      this.present = present;
      this.wanted = wanted;
    }

    /** The gradients with respect to the inputs at each element, by their numbers; zeros are left out. */
    Map<Integer, Expr> terms() {
      for (int l = op.stages().size() - 1; l >= 0; l--) {
        if (!detached.contains(l)) {
          adjoint(l);
        }
      }
      Map<Integer, Expr> terms = new TreeMap<>();
      for (int i = 0; i < inputs.size(); i++) {
        if (wanted[i] && inputs.get(i).dtype().isFloating()) {
          Expr term = Adjoint.plus(byStages(i, op.stages().size()), byResults(i));
          if (!Adjoint.isZero(term)) {
            terms.put(i, term);
          }
        }
      }
      return terms;
    }

    List<@Nullable Tensor> run(List<@Nullable Tensor> dy) {
      Map<Integer, Expr> terms = terms();
      Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
      groups.put(List.of(), new ArrayList<>());
      terms.forEach((i, term) -> {
        List<Integer> axes = Adjoint.repeated(inputs.get(i).shape(), walked);
        // A position counts along this op's axes only: elsewhere the products are made first and summed later.
        boolean here = axes.equals(op.axes()) || !term.inputs().contains(PLACE);
        groups.computeIfAbsent(here ? axes : List.of(), a -> new ArrayList<>()).add(i);
      });
      @Nullable Tensor[] results = new Tensor[inputs.size()];
      launch(groups, terms, operands(dy), results);
      return Arrays.asList(results);
    }

    /**
     * The saved values in their old numbers, then the gradients. What is not there is not read either: anything stands
     * in for it.
     */
    private List<Tensor> operands(List<@Nullable Tensor> dy) {
      Tensor any = dy.stream().filter(Objects::nonNull).findFirst().orElseThrow();
      List<Tensor> operands = new ArrayList<>();
      for (int i = 0; i < op.position(); i++) {
        Tape.Saved s = saved.get(i);
        operands.add(s == null ? any : s.tensor());
      }
      dy.forEach(g -> operands.add(g == null ? any : g));
      return operands;
    }

    /** S̄_l: what each element gives is summed in a new stage, what the row gives is added. */
    private void adjoint(int l) {
      int variable = op.operands() + l;
      Expr elements = byStages(variable, op.stages().size());
      Expr row = Adjoint.ZERO;
      for (int q = 0; q < op.results().size(); q++) {
        Reduce.Result r = op.results().get(q);
        if (present[q]) {
          Expr term = Adjoint.times(gradient(q), r.formula().derivative(variable).substitute(this::old, Expr::scalar));
          if (r.perRow()) {
            row = Adjoint.plus(row, term);
          } else {
            elements = Adjoint.plus(elements, term);
          }
        }
      }
      if (!Adjoint.isZero(elements)) {
        row = Adjoint.plus(row, stage(Reduce.Kind.SUM, elements));
      }
      if (!Adjoint.isZero(row)) {
        adjoints[l] = row;
        factors[l] = factor(l);
      }
    }

    /** Σ_k S̄_k·D_k·∂f_k/∂variable over the stages below {@code end}. */
    private Expr byStages(int variable, int end) {
      Expr sum = Adjoint.ZERO;
      for (int k = 0; k < end; k++) {
        Expr adjoint = adjoints[k];
        if (adjoint != null) {
          Expr slope = op.stages().get(k).formula().derivative(variable).substitute(this::old, Expr::scalar);
          sum = Adjoint.plus(sum, Adjoint.times(Adjoint.times(adjoint, factors[k]), slope));
        }
      }
      return sum;
    }

    private Expr byResults(int variable) {
      Expr sum = Adjoint.ZERO;
      for (int q = 0; q < op.results().size(); q++) {
        if (present[q]) {
          Expr slope = op.results().get(q).formula().derivative(variable).substitute(this::old, Expr::scalar);
          sum = Adjoint.plus(sum, Adjoint.times(gradient(q), slope));
        }
      }
      return sum;
    }

    private Expr factor(int k) {
      Reduce.Stage stage = op.stages().get(k);
      Expr f = stage.formula().substitute(this::old, Expr::scalar);
      Expr s = Expr.input(op.operands() + k);
      return switch (stage.kind()) {
        case SUM -> Expr.constant(1);
        case MEAN -> Expr.scalar(op.scalarValues().size());
        // A NaN is attained by no element: it makes the gradient of its whole row NaN, so that it shows.
        case MAX, MIN -> {
          Expr share = Expr.constant(1).div(stage(Reduce.Kind.SUM, f.eq(s).asNumber()));
          yield Expr.where(f.eq(s).or(s.ne(s)), Expr.where(s.ne(s), s, share), Adjoint.ZERO);
        }
        case PROD -> {
          Expr zero = Adjoint.ZERO;
          Expr zeros = stage(Reduce.Kind.SUM, f.eq(zero).asNumber());
          Expr others = stage(Reduce.Kind.PROD, Expr.where(f.eq(zero), Expr.constant(1), f));
          yield Expr.where(f.eq(zero), Expr.where(zeros.eq(Expr.constant(1)), others, zero), s.div(f));
        }
      };
    }

    private Expr stage(Reduce.Kind kind, Expr formula) {
      stages.add(new Reduce.Stage(kind, formula));
      return Reduce.stage(given, stages.size() - 1);
    }

    private Expr gradient(int q) {
      return Expr.input(op.position() + q);
    }

    /** The old op's position is not among the operands here: PLACE stands for it until all stages are known. */
    private Expr old(int i) {
      return Expr.input(i == op.position() ? PLACE : i);
    }

    private void launch(Map<List<Integer>, List<Integer>> groups, Map<Integer, Expr> terms, List<Tensor> operands,
        @Nullable Tensor[] results) {
      List<Integer> whole = Objects.requireNonNull(groups.remove(List.<Integer>of()));
      List<Integer> summed = op.axes().isEmpty() ? List.of() : groups.getOrDefault(op.axes(), List.of());
      groups.remove(op.axes());
      List<Tensor> known = first(whole, summed, !groups.isEmpty(), terms, operands, results);
      List<Tensor> all = new ArrayList<>(operands);
      all.addAll(known);
      groups.forEach((axes, members) -> further(axes, members, terms, all, results));
    }

    /**
     * One launch for the stages, for the gradients that are not summed and for those summed over the same rows.
     *
     * @return the values of the stages, if they are asked for
     */
    private List<Tensor> first(List<Integer> whole, List<Integer> summed, boolean withStages, Map<Integer, Expr> terms,
        List<Tensor> operands, @Nullable Tensor[] results) {
      int adjointStages = stages.size();
      List<Reduce.Result> stored = new ArrayList<>();
      List<Integer> order = new ArrayList<>(summed);
      order.addAll(whole);
      for (int i : order) {
        Expr term = Objects.requireNonNull(terms.get(i));
        boolean perRow = stored.size() < summed.size();
        stored.add(new Reduce.Result(perRow ? stage(Reduce.Kind.SUM, term) : term, perRow, inputs.get(i).dtype()));
      }
      for (int j = 0; withStages && j < adjointStages; j++) {
        stored.add(new Reduce.Result(Reduce.stage(given, j), true, op.compute(inputs)));
      }
      List<Tensor> made = reduce(op.axes(), stages, stored, operands);
      for (int i = 0; i < order.size(); i++) {
        results[order.get(i)] = made.get(i).sumTo(inputs.get(order.get(i)).shape());
      }
      return made.subList(order.size(), made.size());
    }

    /** A launch for the gradients that are summed over other axes; the values of the stages are its last operands. */
    private void further(List<Integer> axes, List<Integer> members, Map<Integer, Expr> terms, List<Tensor> operands,
        @Nullable Tensor[] results) {
      List<Reduce.Stage> sums = new ArrayList<>();
      List<Reduce.Result> stored = new ArrayList<>();
      for (int i : members) {
        stored.add(new Reduce.Result(Reduce.stage(operands.size(), sums.size()), true, inputs.get(i).dtype()));
        sums.add(new Reduce.Stage(Reduce.Kind.SUM, Objects.requireNonNull(terms.get(i))));
      }
      List<Tensor> made = reduce(axes, sums, stored, operands);
      for (int i = 0; i < made.size(); i++) {
        results[members.get(i)] = made.get(i).reshape(inputs.get(members.get(i)).shape().dims());
      }
    }

    private List<Tensor> reduce(List<Integer> axes, List<Reduce.Stage> sums, List<Reduce.Result> stored,
        List<Tensor> operands) {
      if (stored.isEmpty()) {
        return List.of();
      }
      List<Double> scalars = new ArrayList<>(op.scalarValues());
      scalars.add(1.0 / op.length(walked));
      UnaryOperator<Expr> settle = f -> f.substitute(
          i -> i == PLACE ? Reduce.position(operands.size(), sums.size()) : Expr.input(i), Expr::scalar);
      boolean positioned = stored.stream().anyMatch(r -> r.formula().inputs().contains(PLACE));
      if (sums.isEmpty() && !positioned) {
        return stored.stream().map(r -> operands.getFirst().elementwise(
            new Formula(name + " backward", r.formula(), scalars, List.of(), r.type(), walked, null),
            operands.subList(1, operands.size()))).toList();
      }
      Reduce backward = new Reduce(axes,
          sums.stream().map(s -> new Reduce.Stage(s.kind(), settle.apply(s.formula()))).toList(),
          stored.stream().map(r -> new Reduce.Result(settle.apply(r.formula()), r.perRow(), r.type())).toList(),
          operands.size(), scalars, walked);
      return Launcher.reduceUnrecorded(name + " backward", backward, operands, false);
    }
  }
}
