package dev.orthant.cpu.reduce;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.codegen.Kernel;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import dev.orthant.op.Reduce;
import dev.orthant.op.ReduceLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a reduction of given shapes and types runs: its walk and the compiled formulas. Depends on no numbers. */
final class ReduceKernels {
  /** How many elements a folding kernel makes one. */
  static final int FAN = 4;
  /** A formula of more operations is computed before it is folded. */
  private static final int CHEAP = 8;

  /**
   * A compiled formula.
   *
   * @param inputs which formula input each of the kernel's inputs is
   * @param parts at which of the {@link #FAN} parts it stands
   * @param constant whether an operand, inputs then outputs, is constant along the columns
   * @param bytes of an element of each operand
   */
  record Compiled(Kernel kernel, int[] inputs, int[] parts, boolean[] constant, int[] bytes) {}

  /**
   * A stage.
   *
   * @param plain computes f at each element
   * @param folding computes f and combines four parts of the row, or null if f is long
   * @param fold combines four
   */
  record Stage(Reduce.Kind kind, Compiled plain, @Nullable Compiled folding, Compiled fold, int[] inputs) {}

  /** Results computed together, and the numbers of their outputs. */
  record Results(Compiled kernel, int[] outputs, int[] inputs) {}

  private final Reduce op;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final DType compute;
  private final ReduceWalk walk;
  private final List<Stage> stages;
  private final @Nullable Results perElement;
  private final @Nullable Results perRow;
  private final double work;

  ReduceKernels(VectorCompiler compiler, Reduce op, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    this.op = op;
    this.inputs = inputs;
    this.outputs = outputs;
    this.compute = op.compute(inputs);
    this.walk = new ReduceWalk(new ReduceLoops(op, inputs), op.usesPosition());
    this.stages = op.stages().stream().map(s -> stage(compiler, s)).toList();
    this.perElement = results(compiler, false);
    this.perRow = results(compiler, true);
    int operations = op.stages().stream().mapToInt(s -> s.formula().size() + 2).sum()
        + op.results().stream().filter(r -> !r.perRow()).mapToInt(r -> r.formula().size() + 2).sum();
    this.work = (double) op.walked(inputs).elements() * operations;
  }

  private Stage stage(VectorCompiler compiler, Reduce.Stage s) {
    ElementType own = ElementTypes.of(compute);
    Expr four = combine(s.kind(), combine(s.kind(), Expr.input(0), Expr.input(1)),
        combine(s.kind(), Expr.input(2), Expr.input(3)));
    Operand scratch = new Operand(own, false);
    Compiled fold = compiled(compiler, List.of(four), List.of(scratch, scratch, scratch, scratch), List.of(own),
        new int[FAN], new int[FAN]);
    Compiled folding = s.formula().size() <= CHEAP && isArithmetic(s.formula()) ? folding(compiler, s) : null;
    return new Stage(s.kind(), plain(compiler, List.of(s.formula()), List.of(own), false), folding, fold,
        numbers(s.formula().inputs()));
  }

  private static Expr combine(Reduce.Kind kind, Expr a, Expr b) {
    return switch (kind) {
      case SUM, MEAN -> a.plus(b);
      case PROD -> a.times(b);
      case MAX -> Expr.max(a, b);
      case MIN -> Expr.min(a, b);
    };
  }

  private static boolean isArithmetic(Expr e) {
    return switch (e) {
      case Expr.Input _,Expr.Scalar _,Expr.Constant _ -> true;
      case Expr.Unary u -> (u.function() == Function.NEG || u.function() == Function.ABS) && isArithmetic(u.argument());
      case Expr.Binary b -> (b.operator() == Operator.ADD || b.operator() == Operator.SUB
          || b.operator() == Operator.MUL) && isArithmetic(b.left()) && isArithmetic(b.right());
      case Expr.Where _ -> false;
    };
  }

  /** Four parts at once. An input that is the same in all of them is one operand. */
  private Compiled folding(VectorCompiler compiler, Reduce.Stage s) {
    List<int[]> feeds = new ArrayList<>();
    Expr[] parts = new Expr[FAN];
    for (int p = 0; p < FAN; p++) {
      int part = p;
      parts[p] = s.formula().substitute(i -> Expr.input(feed(feeds, i, varies(i) ? part : 0)), Expr::scalar);
    }
    Expr whole = combine(s.kind(), combine(s.kind(), parts[0], parts[1]), combine(s.kind(), parts[2], parts[3]));
    return compiled(compiler, List.of(whole), feeds.stream().map(f -> operand(f[0], false)).toList(),
        List.of(ElementTypes.of(compute)), feeds.stream().mapToInt(f -> f[0]).toArray(),
        feeds.stream().mapToInt(f -> f[1]).toArray());
  }

  private static int feed(List<int[]> feeds, int input, int part) {
    for (int i = 0; i < feeds.size(); i++) {
      if (feeds.get(i)[0] == input && feeds.get(i)[1] == part) {
        return i;
      }
    }
    feeds.add(new int[] {input, part});
    return feeds.size() - 1;
  }

  /** The formulas as they are, on the inputs that they read. */
  private Compiled plain(VectorCompiler compiler, List<Expr> formulas, List<ElementType> stored, boolean rows) {
    Set<Integer> read = new TreeSet<>();
    formulas.forEach(f -> read.addAll(f.inputs()));
    List<Integer> used = List.copyOf(read);
    return compiled(compiler,
        formulas.stream().map(f -> f.substitute(i -> Expr.input(used.indexOf(i)), Expr::scalar)).toList(),
        used.stream().map(i -> operand(i, rows)).toList(), stored, numbers(read), new int[used.size()]);
  }

  private @Nullable Results results(VectorCompiler compiler, boolean perRow) {
    List<Expr> formulas = new ArrayList<>();
    List<ElementType> stored = new ArrayList<>();
    List<Integer> which = new ArrayList<>();
    Set<Integer> read = new TreeSet<>();
    for (int i = 0; i < op.results().size(); i++) {
      Reduce.Result r = op.results().get(i);
      if (r.perRow() == perRow) {
        formulas.add(r.formula());
        stored.add(ElementTypes.of(isDirect(r.type()) ? r.type() : compute));
        which.add(i);
        read.addAll(r.formula().inputs());
      }
    }
    return formulas.isEmpty() ? null
        : new Results(plain(compiler, formulas, stored, perRow),
            which.stream().mapToInt(Integer::intValue).toArray(), numbers(read));
  }

  private Compiled compiled(VectorCompiler compiler, List<Expr> formulas, List<Operand> operands,
      List<ElementType> stored,
      int[] numbers, int[] parts) {
    boolean[] constant = new boolean[operands.size() + stored.size()];
    int[] bytes = new int[constant.length];
    for (int i = 0; i < bytes.length; i++) {
      constant[i] = i < operands.size() && operands.get(i).constant();
      bytes[i] = (i < operands.size() ? operands.get(i).storage() : stored.get(i - operands.size())).bytes();
    }
    return new Compiled(compiler.kernel(new VectorCompiler.Key(formulas, compute, operands, stored)), numbers, parts,
        constant, bytes);
  }

  /** How formula input {@code i} lies: in a rectangle, or for results per row in a line of rows. */
  private Operand operand(int i, boolean rows) {
    boolean read = i < inputs.size() && isDirect(inputs.get(i).dtype()) && (rows || !walk.isSpread(i));
    ElementType storage = ElementTypes.of(read ? inputs.get(i).dtype() : compute);
    return new Operand(storage, rows ? i < inputs.size() && walk.keptStride(i) == 0 : isConstant(i));
  }

  private static int[] numbers(Set<Integer> set) {
    return set.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Whether formula input {@code i} is the same along the columns of a rectangle. */
  boolean isConstant(int i) {
    if (i < inputs.size()) {
      return walk.isConstant(i);
    }
    return (i == op.position()) != walk.inner();
  }

  /** Whether formula input {@code i} changes along a row. */
  private boolean varies(int i) {
    return i < inputs.size() ? walk.reducedStride(i) != 0 : i == op.position();
  }

  /** Whether kernels read and write this type themselves. */
  boolean isDirect(DType type) {
    return type.isFloating() && type.compute() == compute;
  }

  ReduceWalk walk() {
    return walk;
  }

  DType compute() {
    return compute;
  }

  List<TensorSpec> inputs() {
    return inputs;
  }

  List<TensorSpec> outputs() {
    return outputs;
  }

  List<Stage> stages() {
    return stages;
  }

  @Nullable
  Results perElement() {
    return perElement;
  }

  @Nullable
  Results perRow() {
    return perRow;
  }

  /** The number of the formula input that is the position. */
  int position() {
    return op.position();
  }

  /** Elements times operations. */
  double work() {
    return work;
  }
}
