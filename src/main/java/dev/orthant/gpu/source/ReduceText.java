package dev.orthant.gpu.source;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.CPrinter;
import dev.orthant.op.Call;
import dev.orthant.op.Reduce;
import dev.orthant.op.ReduceLoops;
import dev.orthant.op.ReduceLoops.Loop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The C text of a reduction: formulas, and where the elements of operands and results lie. In a kernel {@code outer}
 * and {@code k} number the row, {@code line} and {@code q} (together {@code p}) the element in it. Extents are
 * parameters; the text says only along which loops an operand moves, and whether by one.
 */
public final class ReduceText {
  private final KernelSource source;
  private final KernelParameters parameters;
  private final Call call;
  private final Reduce op;
  private final ReduceLoops loops;
  private final DType compute;
  private final int operands;
  private final Map<Integer, String> stageNames = new HashMap<>();
  private final Set<String> declared = new TreeSet<>();

  public ReduceText(KernelSource source, KernelParameters parameters, Call call, Reduce op, ReduceLoops loops,
      DType compute) {
    this.source = source;
    this.parameters = parameters;
    this.call = call;
    this.op = op;
    this.loops = loops;
    this.compute = compute;
    this.operands = op.operands();
  }

  public KernelSource source() {
    return source;
  }

  public KernelParameters parameters() {
    return parameters;
  }

  /** Everything that formulas may read or write, and the definition BASES: where each operand's row begins. */
  public void tensors() {
    for (int o = 0; o < operands; o++) {
      parameters.input("x" + o, call.input(o).dtype(), o);
    }
    List<TensorSpec> outputs = call.outputs();
    for (int i = 0; i < outputs.size(); i++) {
      parameters.output("y" + i, outputs.get(i).dtype(), operands + i);
    }
    double[] scalars = op.scalars();
    for (int i = 0; i < scalars.length; i++) {
      parameters.scalar("s" + i, i);
    }
    parameters.index("rows", loops.rows());
    parameters.index("length", loops.length());
    parameters.index("kept", Math.max(1, loops.kept().extent()));
    parameters.index("reduced", Math.max(1, loops.reduced().extent()));
    List<String> bases = new ArrayList<>();
    for (int o = 0; o <= operands; o++) {
      List<String> terms = new ArrayList<>();
      lines(loops.outerKept(), "outer", o, terms);
      bases.add("const idx b" + o + " = " + sum(terms) + ";");
    }
    source.define("BASES", lines(bases));
  }

  /**
   * The definitions of stage {@code j}.
   *
   * @param name what later formulas call its value
   * @param finished whether its value is final when the row has been gone through
   */
  public void stage(int j, String name, boolean finished) {
    Reduce.Stage stage = op.stages().get(j);
    CPrinter.Code code = printer().print(stage.formula());
    List<String> all = loads(stage.formula().inputs(), true);
    all.addAll(code.statements());
    source.define("FORMULA_" + j, lines(all));
    source.define("RESULT_" + j, "(" + code.result() + ")");
    source.define("COMBINE_" + j, switch (stage.kind()) {
      case SUM, MEAN -> "sum_of";
      case PROD -> "product_of";
      case MAX -> "larger_of";
      case MIN -> "smaller_of";
    });
    source.define("IDENTITY_" + j, switch (stage.kind()) {
      case SUM, MEAN -> "0";
      case PROD -> "1";
      case MAX -> compute == DType.I64 ? "(-MOST_I64 - 1)" : "(-(real)INFINITY)";
      case MIN -> compute == DType.I64 ? "MOST_I64" : "((real)INFINITY)";
    });
    source.define("FINISH_" + j, finished && stage.kind() == Reduce.Kind.MEAN ? "/ (real)length" : "");
    stageNames.put(operands + j, name);
  }

  /** The definitions HAS_ELEMENTS and ELEMENTS: the results at each element. */
  public void elements() {
    source.define("HAS_ELEMENTS", op.results().stream().anyMatch(r -> !r.perRow()));
    source.define("ELEMENTS", results(false));
  }

  /** The definition ROW_RESULTS: the results for each row. */
  public void rows() {
    source.define("ROW_RESULTS", results(true));
  }

  /** Room for what each chunk of each row came to. */
  public void partial(long chunks, boolean written) {
    parameters.scratch("partial", compute, 0, chunks * loops.rows() * compute.size(), written);
  }

  private String results(boolean perRow) {
    CPrinter printer = printer();
    Set<Integer> read = new TreeSet<>();
    List<String> statements = List.of();
    List<String> stores = new ArrayList<>();
    for (int i = 0; i < op.results().size(); i++) {
      Reduce.Result r = op.results().get(i);
      if (r.perRow() == perRow) {
        read.addAll(r.formula().inputs());
        CPrinter.Code code = printer.print(r.formula());
        statements = code.statements();
        stores.add("STORE_" + r.type().shortName() + "(y" + i + ", " + (perRow ? "row" : index(operands, true)) + ", "
            + code.result() + ");");
      }
    }
    List<String> all = loads(read, !perRow);
    all.addAll(statements);
    all.addAll(stores);
    return lines(all);
  }

  private CPrinter printer() {
    return new CPrinter(compute, this::name, i -> "s" + i, "t");
  }

  private String name(int input) {
    if (input == op.position()) {
      return "((real)p)";
    }
    String stage = stageNames.get(input);
    return stage == null ? "v" + input : stage;
  }

  private List<String> loads(Set<Integer> inputs, boolean inRow) {
    List<String> loads = new ArrayList<>();
    for (int i : inputs) {
      if (i < operands) {
        loads.add("const real v" + i + " = LOAD_" + call.input(i).dtype().shortName() + "(x" + i + ", "
            + index(i, inRow) + ");");
      }
    }
    return loads;
  }

  /**
   * Where the present element of operand {@code o} is; the operand behind the last stands for a result at each element.
   */
  private String index(int o, boolean inRow) {
    List<String> terms = new ArrayList<>();
    terms.add("b" + o);
    term("k", "kept", loops.kept(), o, terms);
    if (inRow) {
      lines(loops.outerReduced(), "line", o, terms);
      term("q", "reduced", loops.reduced(), o, terms);
    }
    return sum(terms);
  }

  private void lines(List<Loop> outer, String variable, int o, List<String> terms) {
    long below = 1;
    List<String> all = new ArrayList<>();
    for (int d = outer.size() - 1; d >= 0; d--) {
      String text = variable;
      if (below > 1) {
        text += " / " + index(variable + "_below" + d, below);
      }
      if (d > 0) {
        text += " % " + index(variable + "_extent" + d, outer.get(d).extent());
      }
      term(text, variable + d, outer.get(d), o, all);
      below *= Math.max(1, outer.get(d).extent());
    }
    terms.addAll(all.reversed());
  }

  private void term(String variable, String name, Loop loop, int o, List<String> terms) {
    long stride = loop.strides()[o];
    if (stride == 1) {
      terms.add(variable);
    } else if (stride != 0) {
      terms.add(variable + " * " + index("x" + o + "_" + name, stride));
    }
  }

  private String index(String name, long value) {
    return declared.add(name) ? parameters.index(name, value) : name;
  }

  private static String sum(List<String> terms) {
    return terms.isEmpty() ? "0" : String.join(" + ", terms);
  }

  private static String lines(List<String> all) {
    return String.join(" \\\n  ", all);
  }
}
