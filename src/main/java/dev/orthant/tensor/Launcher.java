package dev.orthant.tensor;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.graph.Fusion;
import dev.orthant.tensor.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Ops that do not wait to be fused: they are launched as soon as they are called. */
final class Launcher {
  private Launcher() {}

  /** Computes any op on tensors of one device; the tape, if one is open, records it. */
  static List<Tensor> run(String name, Op op, List<Tensor> inputs) {
    try (Operands held = Operands.of(name, inputs)) {
      return run(held.device(), name, op, held.nodes());
    }
  }

  /** As {@link #run(String, Op, List)}, of values that are held; the way for an op without inputs. */
  static List<Tensor> run(Device device, String name, Op op, List<Node> nodes) {
    List<Node> results = execute(device, call(device, name, op, nodes), nodes);
    try {
      Tape tape = Tape.current();
      if (tape != null && nodes.stream().anyMatch(tape::tracks)) {
        Vjp vjp = Gradients.of(tape, op, nodes, results);
        if (vjp != null) {
          tape.record(nodes, results, vjp);
        }
      }
      return tensors(results);
    } catch (RuntimeException | Error e) {
      results.forEach(Node::letGo);
      throw e;
    }
  }

  /**
   * Computes a reduction, and with it the pending elementwise work that it reads.
   *
   * @param detached stages whose values do not change the results: see {@link ReduceGradient}
   */
  static List<Tensor> reduce(String name, Reduce op, List<Tensor> inputs, Set<Integer> detached) {
    try (Operands held = Operands.of(name, inputs)) {
      List<Node> nodes = held.nodes();
      Tape tape = Tape.current();
      if (tape == null || nodes.stream().noneMatch(tape::tracks)) {
        return tensors(absorb(name, op, nodes, false));
      }
      List<TensorSpec> specs = call(nodes.getFirst().device(), name, op, nodes).inputs();
      if (op.length(op.walked(specs)) == 0 && op.results().stream().noneMatch(Reduce.Result::perRow)) {
        return reduceNothing(tape, nodes, absorb(name, op, nodes, false));
      }
      boolean[] tracked = new boolean[nodes.size()];
      for (int i = 0; i < tracked.length; i++) {
        tracked[i] = tape.tracks(nodes.get(i));
      }
      ReduceGradient gradient = new ReduceGradient(name, op, specs, tracked, detached);
      List<Reduce.Result> stored = new ArrayList<>(op.results());
      gradient.stages().forEach(j -> stored.add(new Reduce.Result(op.stage(j), true, op.compute(specs))));
      gradient.keepInputs(tape, nodes);
      List<Node> results = absorb(name,
          new Reduce(op.axes(), op.stages(), stored, op.operands(), op.scalarValues(), op.least()), nodes, false);
      List<Node> own = results.subList(0, op.results().size());
      List<Node> stages = results.subList(own.size(), results.size());
      try {
        gradient.keepStages(tape, stages);
        tape.record(nodes, own, gradient);
      } catch (RuntimeException | Error e) {
        results.forEach(Node::letGo);
        throw e;
      }
      stages.forEach(Node::letGo);
      return tensors(own);
    }
  }

  /** Rows without elements, and so no result: the gradients are sums of nothing. */
  private static List<Tensor> reduceNothing(Tape tape, List<Node> inputs, List<Node> results) {
    tape.record(inputs, results, (dys, wanted) -> inputs.stream()
        .<@Nullable Tensor>map(in -> Tensor.full(in.device(), in.spec().dtype(), in.spec().shape(), 0)).toList());
    return tensors(results);
  }

  /** As {@link #reduce}, not recorded; {@code keepFirst} also stores the first input, if it is computed on the way. */
  static List<Tensor> reduceUnrecorded(String name, Reduce op, List<Tensor> inputs, boolean keepFirst) {
    try (Operands held = Operands.of(name, inputs)) {
      return tensors(absorb(name, op, held.nodes(), keepFirst));
    }
  }

  /** Computes formulas without noise, and with them the pending elementwise work that they read; not recorded. */
  static List<Tensor> pointwiseUnrecorded(String name, Pointwise op, List<Tensor> inputs) {
    try (Operands held = Operands.of(name, inputs)) {
      List<Node> nodes = held.nodes();
      Device device = held.device();
      Call call = call(device, name, op, nodes);
      synchronized (device) {
        computeIfLarge(nodes, op.formulas().stream().mapToInt(Expr::size).sum());
        Fusion.Prologue prologue = Fusion.prologue(call.output().shape(), nodes);
        int own = op.scalarValues().size();
        List<Expr> before =
            prologue.formulas().stream().map(f -> f.substitute(Expr::input, i -> Expr.scalar(own + i))).toList();
        List<Double> scalars = new ArrayList<>(op.scalarValues());
        scalars.addAll(prologue.scalars());
        Pointwise joined = new Pointwise(
            op.formulas().stream().map(f -> f.substitute(before::get, Expr::scalar)).toList(),
            prologue.operands().size(), scalars, call.outputs().stream().map(TensorSpec::dtype).toList(), List.of(),
            call.output().shape());
        if (changesToIntegers(call, joined, prologue.operands())) {
          nodes.forEach(Node::buffer);
          return tensors(execute(device, call, nodes));
        }
        return tensors(execute(device, call(device, name, joined, prologue.operands()), prologue.operands()));
      }
    }
  }

  /** Whether floating work that joined would be computed in integers, because it reads and gives nothing else. */
  private static boolean changesToIntegers(Call call, Op joined, List<Node> operands) {
    return joined.isInIntegers(operands.stream().map(Node::spec).toList()) && !call.op().isInIntegers(call.inputs());
  }

  /** Computes pending operands first where one launch would become too large. */
  private static void computeIfLarge(List<Node> nodes, int formulas) {
    if (nodes.stream().mapToInt(Node::weight).sum() + formulas > Node.HEAVIEST
        || nodes.stream().mapToInt(Node::width).sum() > Node.WIDEST) {
      nodes.forEach(Node::buffer);
    }
  }

  private static List<Tensor> tensors(List<Node> nodes) {
    return nodes.stream().map(Tensor::new).toList();
  }

  private static Call call(Device device, String name, Op op, List<Node> nodes) {
    try {
      return Call.of(device.name(), op, nodes.stream().map(Node::spec).toList());
    } catch (InvalidInputException e) {
      throw e.in(op.name(), name);
    }
  }

  private static List<Node> absorb(String name, Reduce op, List<Node> nodes, boolean keepFirst) {
    Device device = nodes.getFirst().device();
    Call call = call(device, name, op, nodes);
    Set<Integer> read = new TreeSet<>();
    op.stages().forEach(s -> read.addAll(s.formula().inputs()));
    op.results().forEach(r -> read.addAll(r.formula().inputs()));
    List<Integer> used = read.stream().filter(i -> i < op.operands()).toList();
    synchronized (device) {
      computeIfLarge(nodes, op.stages().stream().mapToInt(s -> s.formula().size()).sum());
      Fusion.Prologue prologue =
          Fusion.prologue(op.walked(call.inputs()), used.stream().map(nodes::get).toList());
      Reduce joined = joined(op, used, prologue, call);
      if (changesToIntegers(call, joined, prologue.operands())) {
        nodes.forEach(Node::buffer);
        prologue = Fusion.prologue(op.walked(call.inputs()), used.stream().map(nodes::get).toList());
        joined = joined(op, used, prologue, call);
      }
      boolean keeps =
          keepFirst && used.contains(0) && !(prologue.formulas().get(used.indexOf(0)) instanceof Expr.Input);
      if (keeps) {
        List<Reduce.Result> more = new ArrayList<>(joined.results());
        more.add(new Reduce.Result(shifted(prologue.formulas().get(used.indexOf(0)), op), false,
            nodes.getFirst().spec().dtype()));
        joined =
            new Reduce(joined.axes(), joined.stages(), more, joined.operands(), joined.scalarValues(), joined.least());
      }
      // Something to read there must be, even if no formula does.
      List<Node> operands = prologue.operands().isEmpty() ? List.of(nodes.getFirst()) : prologue.operands();
      List<Node> results = execute(device, call(device, name, joined, operands), operands);
      if (keeps) {
        nodes.getFirst().adopt(results.getLast());
        return results.subList(0, results.size() - 1);
      }
      return results;
    }
  }

  private static Expr shifted(Expr prologue, Reduce op) {
    return prologue.substitute(Expr::input, i -> Expr.scalar(op.scalarValues().size() + i));
  }

  /** The op over the prologue's operands. */
  private static Reduce joined(Reduce op, List<Integer> used, Fusion.Prologue prologue, Call call) {
    int operands = Math.max(1, prologue.operands().size());
    java.util.function.UnaryOperator<Expr> rename = f -> f.substitute(
        i -> i < op.operands() ? shifted(prologue.formulas().get(used.indexOf(i)), op)
            : Expr.input(operands + i - op.operands()),
        Expr::scalar);
    List<Double> scalars = new ArrayList<>(op.scalarValues());
    scalars.addAll(prologue.scalars());
    return new Reduce(op.axes(),
        op.stages().stream().map(s -> new Reduce.Stage(s.kind(), rename.apply(s.formula()))).toList(),
        op.results().stream().map(r -> new Reduce.Result(rename.apply(r.formula()), r.perRow(), r.type())).toList(),
        operands, scalars, op.walked(call.inputs()));
  }

  /** Launches; the results' first references are the caller's. */
  static List<Node> execute(Device device, Call call, List<Node> nodes) {
    synchronized (device) {
      List<Buffer> inputs = nodes.stream().map(Node::buffer).toList();
      List<Buffer> outputs = new ArrayList<>();
      try {
        call.outputs().forEach(o -> outputs.add(device.allocate(o.bytes())));
        device.execute(call, inputs, outputs);
      } catch (RuntimeException | Error e) {
        outputs.forEach(Buffer::close);
        throw e;
      }
      List<Node> results = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        results.add(Node.inMemory(device, call.outputs().get(i), outputs.get(i)));
      }
      return results;
    }
  }
}
