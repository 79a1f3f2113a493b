package dev.orthant.gpu.plan;

import dev.orthant.expr.Expr;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import java.util.List;
import java.util.Optional;

/**
 * A faster way to compute some calls, by instructions that only some devices have. It is guarded: before a device first
 * uses it for a kind of call, what it computes for that kind's trials is compared with the ordinary kernel, and it is
 * not used if they disagree.
 */
public interface FastPath {
  /** An epilogue for trials, which reads a row's worth and the output's own place. */
  Epilogue TRIAL = Epilogue.NONE.plusOperand().then(Expr.input(0).relu(), 0).plusOperand();

  /** The kernel's name, for warnings: {@code mma.sync matmul}. */
  String name();

  /** What a device must have. */
  MatrixUnits needs();

  /**
   * The launches for a call, or empty when the call is not for this way: another op or type, or an alignment it cannot
   * have.
   */
  default Optional<List<Launch>> plan(Planner planner, Call call) {
    return plan(planner, call, call);
  }

  /**
   * The launches for a trial: {@link #plan(Planner, Call)}, with the choices (a tile) that would be made for
   * {@code call}.
   */
  Optional<List<Launch>> plan(Planner planner, Call trial, Call call);

  /**
   * What a proof covers: calls with equal kinds share it. A kind names the kernel's text as far as it matters (types,
   * layout, tile).
   */
  String kind(Call call);

  /** Small calls of the same kind on ragged shapes, which together use every edge of the kernel. */
  List<Call> trials(Call call);
}
