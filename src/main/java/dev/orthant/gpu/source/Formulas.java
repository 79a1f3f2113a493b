package dev.orthant.gpu.source;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.CPrinter;
import dev.orthant.expr.Expr;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The C text of formulas at one output element, with the loads of their operands and the parameters these need.
 * Operands that no formula reads are still parameters, but not loaded.
 */
public final class Formulas {
  private final KernelParameters parameters;
  private final List<String> loads = new ArrayList<>();
  private final CPrinter printer;

  /**
   * Prepares to print.
   *
   * @param compute the type of {@code real}
   * @param scalars the op's launch-time numbers; only how many there are counts, the values come with each launch
   * @param accumulator whether input 0 is the C variable {@code acc}; the operands then are inputs 1, 2, …
   * @param operands the tensors
   * @param first the number of the first operand among the call's tensors
   */
  public Formulas(DType compute, double[] scalars, boolean accumulator, List<TensorSpec> operands, int first,
      Coordinates coordinates, KernelParameters parameters) {
    this.parameters = parameters;
    int shift = accumulator ? 1 : 0;
    for (int i = 0; i < operands.size(); i++) {
      DType type = operands.get(i).dtype();
      String name = parameters.input("x" + (i + shift), type, first + i);
      loads.add("const real v" + (i + shift) + " = LOAD_" + type.shortName() + "(" + name + ", "
          + coordinates.index(operands.get(i).shape(), name, parameters) + ");");
    }
    for (int i = 0; i < scalars.length; i++) {
      parameters.scalar("s" + i, i);
    }
    printer = new CPrinter(compute, i -> accumulator && i == 0 ? "acc" : "v" + i, i -> "s" + i, "t");
  }

  /** Statements and result of an epilogue: the definitions FORMULA and RESULT. */
  public void define(Expr formula, KernelSource source) {
    CPrinter.Code code = printer.print(formula);
    source.define("FORMULA", lines(code.statements(), List.of()));
    source.define("RESULT", code.result());
  }

  /**
   * Makes sequences of random numbers the formulas' inputs {@code first}, {@code first} + 1, …; the kernel then needs
   * {@code philox.h}.
   *
   * @param element the C text of the output element's number
   */
  public void noise(int sequences, int first, String element) {
    for (int j = 0; j < sequences; j++) {
      parameters.noise(j);
      loads.add("const real v" + (first + j) + " = philox_uniform(seed" + j + ", offset" + j + ", " + element + ");");
    }
  }

  /** Statements that compute and store several outputs of one type: the definition FORMULA. */
  public void define(List<Expr> formulas, DType output, int first, KernelSource source) {
    define(formulas, Collections.nCopies(formulas.size(), output), first, source);
  }

  /** Statements that compute and store several outputs: the definition FORMULA. */
  public void define(List<Expr> formulas, List<DType> outputs, int first, KernelSource source) {
    List<String> stores = new ArrayList<>();
    List<String> statements = List.of();
    for (int i = 0; i < formulas.size(); i++) {
      CPrinter.Code code = printer.print(formulas.get(i));
      statements = code.statements();
      DType type = outputs.get(i);
      String name = parameters.output("y" + i, type, first + i);
      stores.add("STORE_" + type.shortName() + "(" + name + ", at, " + code.result() + ");");
    }
    source.define("FORMULA", lines(statements, stores));
  }

  private String lines(List<String> statements, List<String> stores) {
    List<String> all = new ArrayList<>(loads);
    all.addAll(statements);
    all.addAll(stores);
    return String.join(" \\\n  ", all);
  }
}
