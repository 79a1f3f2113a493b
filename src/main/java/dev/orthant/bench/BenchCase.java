package dev.orthant.bench;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of a benchmark.
 *
 * @param name where the shape comes from; may be empty
 * @param title the op with its epilogue: {@code matmul+bias+relu}
 * @param shape its extents, for people
 * @param op the fused op
 * @param inputs on what
 * @param plain the op without its epilogue; the fused op itself where there is none
 * @param tail what a library without fusion would launch after it, one by one
 * @param count how often the network runs it
 */
public record BenchCase(String name, String title, String shape, Op op, List<TensorSpec> inputs, Op plain,
    List<Tail> tail,
    int count) {
  /**
   * A step of the unfused form.
   *
   * @param op its input 0 is the result so far
   * @param operand which of the fused op's inputs is its input 1, or −1
   */
  record Tail(Pointwise op, int operand) {
    static Tail scale(double alpha) {
      return new Tail(Pointwise.of(Expr.input(0).times(Expr.scalar(0)), 1, alpha), -1);
    }

    static Tail add(int operand) {
      return new Tail(Pointwise.of(Expr.input(0).plus(Expr.input(1)), 2), operand);
    }
  }

  public BenchCase {
    inputs = List.copyOf(inputs);
    tail = List.copyOf(tail);
  }

  public DType dtype() {
    return inputs.getFirst().dtype();
  }

  public Call fused(String device) {
    return Call.of(device, op, inputs);
  }

  /** The product alone. */
  public Call unfusedFirst(String device) {
    return Call.of(device, plain, inputs.subList(0, inputs.size() - (int) operands()));
  }

  private long operands() {
    return tail.stream().filter(t -> t.operand >= 0).count();
  }

  /** The steps after it. */
  public List<Call> unfusedRest(String device) {
    TensorSpec out = fused(device).output();
    List<Call> calls = new ArrayList<>();
    for (Tail t : tail) {
      calls.add(Call.of(device, t.op, t.operand < 0 ? List.of(out) : List.of(out, inputs.get(t.operand))));
    }
    return calls;
  }
}
