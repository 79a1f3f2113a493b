package dev.orthant.tensor;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Concat;
import dev.orthant.op.Contraction;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.graph.Definition;
import dev.orthant.tensor.graph.FusionSwitch;
import dev.orthant.tensor.graph.Node;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An n-dimensional array on a device. Contiguous, row-major, immutable but for {@link #copyFrom}.
 *
 * <p><b>When work is done.</b> Operations only record what is to be computed. Reading a result ({@link #toFloatArray},
 * {@link #evaluate}) launches it, as one kernel with everything below it that nobody else waits for:
 * {@code x.matMul(w).add(b).relu()} is one launch. A value that two others need is computed once, on its own.
 *
 * <p><b>Ownership.</b> Whoever makes a tensor closes it, or opens a {@link Scope} that does. Closing a tensor does not
 * disturb results that were built from it. Tensors may be used from any thread.
 *
 * <p><b>Errors.</b> A mistake in shapes, types or devices throws {@link InvalidInputException} where it is made. A
 * device's failure surfaces as {@link dev.orthant.core.DeviceException} when a result is read, and names the op.
 */
public final class Tensor
    implements HostOps, ElementwiseOps, ActivationOps, ReduceOps, ShapeOps, ProductOps, AutoCloseable {
  // An object may be collected while its last method still runs: whoever takes the node out of the handle keeps the
  // tensor reachable (reachabilityFence) until a reference of its own is in place.
  private static final Cleaner CLEANER = Cleaner.create();

  private final Handle handle;

  Tensor(Node node) {
    handle = new Handle(node);
    Scope.register(handle);
    CLEANER.register(this, handle);
  }

  // ---- making them -------------------------------------------------------------------------------------------------

  /** An F32 tensor with a copy of {@code values} in row-major order. */
  public static Tensor of(Device device, Shape shape, float... values) {
    checkCount(shape, values.length);
    return of(device, new TensorSpec(DType.F32, shape), MemorySegment.ofArray(values));
  }

  /** An F64 tensor with a copy of {@code values} in row-major order. */
  public static Tensor of(Device device, Shape shape, double[] values) {
    return HostArrays.of(device, DType.F64, shape, MemorySegment.ofArray(values));
  }

  /** An I32 tensor with a copy of {@code values} in row-major order: labels, indices. */
  public static Tensor of(Device device, Shape shape, int[] values) {
    return HostArrays.of(device, DType.I32, shape, MemorySegment.ofArray(values));
  }

  /** An I64 tensor with a copy of {@code values} in row-major order: labels, indices. */
  public static Tensor of(Device device, Shape shape, long[] values) {
    return HostArrays.of(device, DType.I64, shape, MemorySegment.ofArray(values));
  }

  /** A BOOL tensor with a copy of {@code values} in row-major order: masks. */
  public static Tensor of(Device device, Shape shape, boolean[] values) {
    return HostArrays.of(device, DType.BOOL, shape, HostArrays.bytesOf(values));
  }

  /**
   * A tensor with a copy of nested arrays, an axis for each level: {@code Tensor.of(device, new float[][] {{1, 2}, {3,
   * 4}})} has the shape (2, 2). Elements are float (F32), double (F64), int (I32), long (I64), byte (I8) or boolean
   * (BOOL).
   *
   * @throws ShapeException when the arrays of a level are not all of one length, or there is no innermost one
   */
  public static Tensor of(Device device, Object[] nested) {
    return HostArrays.nested(device, nested);
  }

  /**
   * A tensor of any type with {@code values} as it holds them ({@link DType#round}): integer types take the nearest
   * number they have, and 0 for NaN.
   */
  public static Tensor of(Device device, DType dtype, Shape shape, double... values) {
    checkCount(shape, values.length);
    TensorSpec spec = new TensorSpec(dtype, shape);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec.bytes(), Long.BYTES);
      for (int i = 0; i < values.length; i++) {
        dtype.set(memory, i, values[i]);
      }
      return of(device, spec, memory);
    }
  }

  /** A tensor with every element {@code value}, as the type holds it ({@link DType#round}). */
  public static Tensor full(Device device, DType dtype, Shape shape, double value) {
    TensorSpec spec = new TensorSpec(dtype, shape);
    return written(device, spec, buffer -> {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment memory = arena.allocate(Math.min(spec.bytes(), HostCopies.PIECE), Long.BYTES);
        for (long i = 0; i < memory.byteSize() / dtype.size(); i++) {
          dtype.set(memory, i, value);
        }
        for (long first = 0; first < spec.bytes(); first += HostCopies.PIECE) {
          device.write(buffer, first, memory.asSlice(0, Math.min(HostCopies.PIECE, spec.bytes() - first)));
        }
      }
    });
  }

  /** A tensor with a copy of {@code memory}, which holds the elements as the type stores them, little-endian. */
  public static Tensor of(Device device, TensorSpec spec, MemorySegment memory) {
    if (memory.byteSize() != spec.bytes()) {
      throw new ShapeException("tensor " + spec + " takes " + spec.bytes() + " bytes, got " + memory.byteSize()
          + " (on " + device.name() + ")");
    }
    Device.requireUsable("tensor " + spec, memory, false);
    Tensor made = written(device, spec, buffer -> device.write(buffer, 0, memory));
    if (spec.dtype() == DType.I32 || spec.dtype() == DType.I64) {
      // Labels and indices mostly come from the host: knowing their range here saves a look at the device.
      made.range(Training.range(spec.dtype(), spec.shape().elements(), memory));
    }
    return made;
  }

  /**
   * A tensor in memory that {@code write} fills. Memory is asked for first: what does not fit is refused before any
   * work.
   */
  static Tensor written(Device device, TensorSpec spec, Consumer<Buffer> write) {
    if (!device.info().dtypes().contains(spec.dtype())) {
      throw new DTypeException(
          "tensor " + spec + ": " + device.name() + " has no " + spec.dtype() + "; it has " + device.info().dtypes());
    }
    Buffer buffer = device.allocate(spec.bytes());
    try {
      write.accept(buffer);
      synchronized (device) {
        return new Tensor(Node.inMemory(device, spec, buffer));
      }
    } catch (RuntimeException | Error e) {
      buffer.close();
      throw e;
    }
  }

  private void range(long[] known) {
    handle.<@Nullable Object>locked(node -> {
      node.range(known);
      return null;
    });
  }

  static void checkCount(Shape shape, long count) {
    if (shape.elements() != count) {
      throw new ShapeException("shape " + shape + " takes " + shape.elements() + " values, got " + count);
    }
  }

  // ---- what it is --------------------------------------------------------------------------------------------------

  /** Where its elements are or will be. */
  public Device device() {
    return handle.node().device();
  }

  /** Its type and shape. */
  public TensorSpec spec() {
    return handle.node().spec();
  }

  /** Its extents, outermost first. */
  public Shape shape() {
    return spec().shape();
  }

  /** The type of its elements. */
  public DType dtype() {
    return spec().dtype();
  }

  /** Whether {@link #close} was called: every other use then throws {@link ClosedException}. */
  public boolean isClosed() {
    return handle.isClosed();
  }

  /** Whether the value has still to be computed. */
  public boolean isPending() {
    return handle.locked(Node::isPending);
  }

  Handle handle() {
    return handle;
  }

  // ---- products ----------------------------------------------------------------------------------------------------

  /** A product whose epilogue is still open. */
  Tensor product(Contraction op, Tensor rhs) {
    try (Operands held = Operands.of(op.name(), List.of(this, rhs))) {
      Node a = held.first();
      Node b = held.nodes().getLast();
      Call call = Call.of(a.device().name(), op, List.of(a.spec(), b.spec()));
      synchronized (a.device()) {
        // A product cannot take its operands in: they are launched at once, so that the device has work while the host
        // goes on.
        a.buffer();
        b.buffer();
      }
      Tensor y = pending(a.device(), call.output(), new Definition.Product(op, a, b));
      Tape tape = Tape.current();
      return tape == null || !(tape.tracks(a) || tape.tracks(b)) ? y
          : y.recorded(node -> tape.record(List.of(a, b), List.of(node),
              Objects.requireNonNull(Gradients.of(tape, op, List.of(a, b), List.of(node)))));
    }
  }

  /** This, which has just been made, told to a tape; closed when that fails. */
  private Tensor recorded(Consumer<Node> record) {
    try (Operands held = Operands.of(this)) {
      record.accept(held.first());
      return this;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  // ---- elementwise -------------------------------------------------------------------------------------------------

  /**
   * y = formula(this, others…) element by element, broadcast: joins a pending product or formula into one launch. The
   * basis of every elementwise method.
   */
  Tensor elementwise(Formula f, List<Tensor> others) {
    List<Tensor> all = new ArrayList<>(List.of(this));
    all.addAll(others);
    try (Operands held = Operands.of(f.name(), all)) {
      Node first = held.first();
      List<Node> inputs = held.nodes();
      Pointwise op = new Pointwise(List.of(f.value()), inputs.size(), f.scalars(),
          f.type() == null ? List.of() : List.of(f.type()), f.noise(), f.least());
      TensorSpec spec;
      try {
        spec = Call.of(first.device().name(), op, inputs.stream().map(Node::spec).toList()).output();
      } catch (InvalidInputException e) {
        throw e.in(op.name(), f.name());
      }
      synchronized (first.device()) {
        int weight = f.value().size() + inputs.stream().mapToInt(Node::weight).sum();
        if (weight > Node.HEAVIEST || inputs.stream().mapToInt(Node::width).sum() > Node.WIDEST) {
          inputs.forEach(Node::buffer);
        }
      }
      Tensor y =
          pending(first.device(), spec,
              new Definition.Elementwise(f.value(), List.copyOf(inputs), f.scalars(), f.noise()));
      Tape tape = Tape.current();
      return tape == null || !spec.dtype().isFloating() || inputs.stream().noneMatch(tape::tracks) ? y
          : y.recorded(node -> tape.record(inputs, List.of(node), new ElementwiseGradient(tape, f, inputs, node)));
    }
  }

  private static Tensor pending(Device device, TensorSpec spec, Definition definition) {
    synchronized (device) {
      Tensor result = new Tensor(Node.pending(device, spec, definition));
      try {
        return FusionSwitch.isOn() ? result : result.evaluate();
      } catch (RuntimeException | Error e) {
        result.close();
        throw e;
      }
    }
  }

  /** The node, on that device, whose monitor the caller holds. */
  Node onDevice(String op, Device expected) {
    return Operands.requireDevice(op, handle.node(), expected);
  }

  // ---- shape -------------------------------------------------------------------------------------------------------

  /** The same elements, in the same order, under another shape. Costs nothing. */
  public Tensor reshape(long... dims) {
    Shape shape = Shape.of(dims);
    try (Operands held = Operands.of(this)) {
      Node node = held.first();
      if (shape.elements() != node.spec().shape().elements()) {
        throw new ShapeException(
            "reshape: " + node.spec() + " does not have the elements of " + shape + " (on " + node.device().name()
                + ")");
      }
      if (shape.equals(node.spec().shape())) {
        // Not a view: those end a launch.
        return alias();
      }
      Tensor view = view(node, shape);
      Tape tape = Tape.current();
      long[] before = node.spec().shape().dims();
      return tape == null || !tape.tracks(node) ? view
          : view.recorded(result -> tape.record(List.of(node), List.of(result),
              (dy, wanted) -> Arrays.asList(Objects.requireNonNull(dy.getFirst()).reshape(before))));
    }
  }

  private static Tensor view(Node node, Shape shape) {
    synchronized (node.device()) {
      Node origin = node.definition() instanceof Definition.View v ? v.of() : node;
      Tensor view = pending(node.device(), new TensorSpec(node.spec().dtype(), shape), new Definition.View(origin));
      Training.keepRange(node, view);
      return view;
    }
  }

  // ---- axes
  // ----------------------------------------------------------------------------------------------------------

  /** The axes, checked, ascending and from 0. */
  List<Integer> axes(String name, int... axes) {
    int rank = shape().rank();
    int[] all = axes.length == 0 ? java.util.stream.IntStream.range(0, rank).toArray() : axes;
    List<Integer> result = Arrays.stream(all).map(a -> a < 0 ? a + rank : a).sorted().boxed().toList();
    if (result.stream().distinct().count() != all.length || result.stream().anyMatch(a -> a < 0 || a >= rank)) {
      throw new ShapeException(
          name + ": axes " + Arrays.toString(axes) + " are not distinct axes of " + spec() + " (on " + device().name()
              + ")");
    }
    return result;
  }

  /** The axis, checked and from 0. */
  int axis(String name, int axis) {
    return axes(name, axis).getFirst();
  }

  /** A result with extent 1 along the axes, without them if so wanted. */
  static Tensor drop(Tensor kept, List<Integer> axes, boolean keepDims) {
    if (keepDims || axes.isEmpty()) {
      return kept;
    }
    long[] dims = kept.shape().dims();
    long[] left = java.util.stream.IntStream.range(0, dims.length).filter(d -> !axes.contains(d))
        .mapToLong(d -> dims[d]).toArray();
    try (kept) {
      return kept.reshape(left);
    }
  }

  /**
   * The sum over the axes along which {@code shape} would be repeated to become this shape: what broadcasting does,
   * backwards.
   */
  Tensor sumTo(Shape shape) {
    List<Integer> over = Adjoint.repeated(shape, shape());
    Tensor sums = over.isEmpty() ? this : sum(true, over.stream().mapToInt(Integer::intValue).toArray());
    return sums.reshape(shape.dims());
  }

  /** Throws unless every element of this index tensor is from 0 to {@code extent} − 1. */
  void requireRange(String what, long extent) {
    Training.requireRange(this, what, extent);
  }

  /** The same value, to be closed on its own. */
  Tensor alias() {
    try {
      return handle.locked(node -> new Tensor(node.retain()));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  // ---- training ----------------------------------------------------------------------------------------------------

  /** Asks a {@link Tape} for gradients with respect to this tensor. Returns this. */
  public Tensor requireGradient() {
    Training.requireGradient(this);
    return this;
  }

  /** Whether {@link #requireGradient} was called. */
  public boolean requiresGradient() {
    return handle.locked(node -> node.leaf() != null);
  }

  /** Whether a backward pass has reached this since it was cleared. */
  public boolean hasGradient() {
    return Training.hasGradient(this);
  }

  /**
   * The gradients added up by {@link Tape#backward} since {@link #clearGradient}, in this tensor's shape and type. The
   * caller closes it.
   *
   * @throws InvalidInputException when there is none
   */
  public Tensor gradient() {
    return Training.gradient(this);
  }

  /**
   * Puts {@code value}, of this tensor's shape, type and device, in the place of the gradients added up so far: how
   * clipping changes them. If pending it stays so, and {@link #applyAll} takes it into its launch. The caller still
   * closes {@code value}.
   *
   * @throws InvalidInputException when this does not require a gradient, or {@code value} does not go with it
   */
  public void replaceGradient(Tensor value) {
    try {
      Training.replaceGradient(this, value);
    } finally {
      Reference.reachabilityFence(value);
    }
  }

  /** Forgets the gradient. */
  public void clearGradient() {
    Training.clearGradient(this);
  }

  /** The same memory, not differentiated: what is computed from this is constant to a tape. */
  public Tensor detach() {
    try (Operands held = Operands.of(this)) {
      return view(held.first(), held.first().spec().shape());
    }
  }

  /**
   * Makes this tensor hold {@code value}, which has its shape, type and device: how an optimizer updates a parameter.
   * Nothing is copied; this then shares memory with {@code value}, as after a reshape. A tape keeps the old value for
   * its gradients.
   */
  public void assign(Tensor value) {
    try {
      Training.assign(this, value);
    } finally {
      Reference.reachabilityFence(value);
    }
  }

  // ---- several tensors ---------------------------------------------------------------------------------------------

  /**
   * Several formulas over the same tensors in one launch, at once and not recorded by a tape: an optimizer's new
   * parameter and state, for example. Pending elementwise work on the tensors is done on the way.
   *
   * @param types of the results
   * @param inputs formula inputs 0, 1, …
   */
  public static List<Tensor> applyAll(String name, List<Expr> formulas, List<DType> types, List<Tensor> inputs,
      double... scalars) {
    Pointwise op = new Pointwise(formulas, inputs.size(), Arrays.stream(scalars).boxed().toList(), types, List.of(),
        Shape.of());
    return Launcher.pointwiseUnrecorded(name, op, inputs);
  }

  /**
   * Several reductions of the same tensors in one launch, at once and not recorded by a tape: what a monitor wants to
   * know, for example. Pending elementwise work on the tensors is done on the way; if that is all that {@code inputs}'
   * first waits for, its value is stored as well.
   */
  public static List<Tensor> reduceAll(String name, Reduce op, List<Tensor> inputs) {
    return Launcher.reduceUnrecorded(name, op, inputs, true);
  }

  /** Tensors of one type one behind the other along an axis. */
  public static Tensor concat(int axis, List<Tensor> parts) {
    if (parts.isEmpty()) {
      throw new InvalidInputException("concat: takes at least 1 tensor");
    }
    return Launcher.run("concat", new Concat(parts.getFirst().axis("concat", axis)), parts).getFirst();
  }

  /** Tensors of one shape and type along a new axis. */
  public static Tensor stack(int axis, List<Tensor> parts) {
    List<Tensor> wide = parts.stream().map(t -> t.expandDims(axis)).toList();
    try {
      return concat(axis, wide);
    } finally {
      wide.forEach(Tensor::close);
    }
  }

  // ---- moving data -------------------------------------------------------------------------------------------------

  /** Launches what is pending, without waiting for it. */
  public Tensor evaluate() {
    try {
      handle.locked(Node::buffer);
      return this;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Gives this tensor's memory back as soon as nothing pending needs it. Closing twice is harmless. */
  @Override
  public void close() {
    Scope scope = handle.scope();
    if (handle.close() && scope != null) {
      scope.forget(handle);
    }
  }

  /**
   * Says that the garbage collector may free this as well as anybody: nothing is logged then. For owners with rules of
   * their own, such as DJL's optimizers, which never close their state. Returns this.
   */
  public Tensor unwatched() {
    handle.unwatched();
    return this;
  }

  /** What it is, not what it holds: {@code Tensor (2, 3) f32 on cpu}. */
  @Override
  public String toString() {
    try {
      return handle.locked(
          node -> "Tensor " + node.spec() + " on " + node.device().name() + (node.isPending() ? ", pending" : ""));
    } catch (ClosedException _) {
      return "Tensor closed";
    }
  }
}
