package dev.orthant.programs;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Overwrite;
import dev.orthant.programs.ProgramNode.Step;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs programs on devices. */
final class Execution {
  /** What could be read at the end: the bytes of a tensor. */
  record Value(String name, TensorSpec spec, byte[] bytes) {
    double at(int i) {
      return spec.dtype().get(MemorySegment.ofArray(bytes), i);
    }

    int count() {
      return (int) spec.shape().elements();
    }
  }

  /**
   * Moves leaves of F64 to where no two elements are the same and none is at a kink, and one of them further.
   *
   * @param leaf the line that is moved further
   * @param step how far
   */
  record Shift(int leaf, double step) {
    /** Where element {@code i} goes for a step of 1. */
    static double direction(int i) {
      return Math.cos(1 + 0.7 * i);
    }

    double of(int line, int i, double v) {
      return v + 0.011 * Math.sin(1 + 1.3 * line + 0.37 * i) + (line == leaf ? step * direction(i) : 0);
    }
  }

  private final Program program;
  private final Device device;
  private final boolean stepwise;
  private final @Nullable Shift shift;
  private final List<Tensor> tensors = new ArrayList<>();

  private Execution(Program program, Device device, boolean stepwise, @Nullable Shift shift) {
    this.shift = shift;
    this.program = program;
    this.device = device;
    this.stepwise = stepwise;
  }

  /**
   * Runs a program.
   *
   * @param stepwise computes each step at once and closes nothing early, whatever the program says
   * @return the tensors that are open at the end, then the gradients
   */
  static List<Value> run(Program program, Device device, boolean stepwise) {
    return new Execution(program, device, stepwise, null).run();
  }

  /** As {@link #run(Program, Device, boolean)}, step by step, from other leaves. */
  static List<Value> run(Program program, Device device, Shift shift) {
    return new Execution(program, device, true, shift).run();
  }

  private List<Value> run() {
    try (Scope _ = Scope.open(); @Nullable Tape tape = program.targets().isEmpty() ? null : Tape.open()) {
      List<List<Integer>> closings = program.closings();
      for (int i = 0; i < program.size(); i++) {
        tensors.add(tensor(program.nodes().get(i)));
        if (!stepwise) {
          closings.get(i).forEach(c -> tensors.get(c).close());
        }
      }
      if (tape != null) {
        program.targets().forEach(t -> tape.backward(tensors.get(t)));
      }
      List<Value> values = new ArrayList<>();
      for (int i = 0; i < program.size(); i++) {
        if (!program.closed().contains(i) || program.targets().contains(i)) {
          values.add(value("v" + i, tensors.get(i)));
        }
      }
      for (int i = 0; i < program.size(); i++) {
        if (program.nodes().get(i) instanceof Leaf l && l.gradient() && !program.targets().isEmpty()
            && !program.closed().contains(i) && tensors.get(i).hasGradient()) {
          values.add(value("the gradient of v" + i, tensors.get(i).gradient()));
        }
      }
      return values;
    }
  }

  private Tensor tensor(ProgramNode node) {
    return switch (node) {
      case Leaf l -> {
        Tensor t = shift == null || l.spec().dtype() != DType.F64 ? leaf(device, l) : shifted(l, shift);
        yield l.gradient() ? t.requireGradient() : t;
      }
      case Step s -> {
        Tensor t = s.action().of(device, s.operands().stream().map(tensors::get).toList());
        yield s.evaluated() || stepwise ? t.evaluate() : t;
      }
      case Overwrite o -> {
        Tensor t = tensors.get(o.leaf());
        double[] values = o.numbers().values((int) t.shape().elements());
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) values[i];
        }
        t.copyFrom(floats);
        yield t.reshape(t.shape().dims());
      }
    };
  }

  private Tensor shifted(Leaf l, Shift by) {
    double[] values = l.numbers().values((int) l.spec().shape().elements());
    for (int i = 0; i < values.length; i++) {
      values[i] = by.of(tensors.size(), i, values[i]);
    }
    return Tensor.of(device, DType.F64, l.spec().shape(), values);
  }

  static Tensor leaf(Device device, Leaf l) {
    DType type = l.spec().dtype();
    return l.numbers().isConstant() ? Tensor.full(device, type, l.spec().shape(), l.numbers().value(0))
        : Tensor.of(device, type, l.spec().shape(), l.numbers().values((int) l.spec().shape().elements()));
  }

  private static Value value(String name, Tensor t) {
    byte[] bytes = new byte[(int) t.spec().bytes()];
    t.read(MemorySegment.ofArray(bytes));
    return new Value(name, t.spec(), bytes);
  }
}
