package dev.orthant.tensor;

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
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pointwise;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * An n-dimensional array on a device. Contiguous, row-major, immutable but for {@link #copyFrom}.
 *
 * <p><b>When work is done.</b> Operations only record what is to be computed. Reading a result ({@link #toFloatArray}, {@link #evaluate})
 * launches it, as one kernel with everything below it that nobody else waits for: {@code x.matMul(w).add(b).relu()} is one launch. A value
 * that two others need is computed once, on its own.
 *
 * <p><b>Ownership.</b> Whoever makes a tensor closes it, or opens a {@link Scope} that does. Closing a tensor does not disturb results
 * that were built from it. Tensors may be used from any thread.
 *
 * <p><b>Errors.</b> A mistake in shapes, types or devices throws {@link InvalidInputException} where it is made. A device's failure surfaces as
 * {@link dev.orthant.core.DeviceException} when a result is read, and names the op.
 */
public final class Tensor extends TensorMath implements AutoCloseable {
  // An object may be collected while its last method still runs: whoever takes the node out of the handle keeps the tensor
  // reachable (reachabilityFence) until a reference of its own is in place.
  private static final Cleaner CLEANER = Cleaner.create();

  private final Handle handle;

  private Tensor(Node node) {
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

  /** A tensor of any type with {@code values} rounded to it. */
  public static Tensor of(Device device, DType dtype, Shape shape, double... values) {
    checkCount(shape, values.length);
    return filled(device, new TensorSpec(dtype, shape), i -> values[(int) i]);
  }

  /** A tensor with every element {@code value}. */
  public static Tensor full(Device device, DType dtype, Shape shape, double value) {
    return filled(device, new TensorSpec(dtype, shape), i -> value);
  }

  private static Tensor filled(Device device, TensorSpec spec, LongToDoubleFunction values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec.bytes());
      for (long i = 0; i < spec.shape().elements(); i++) {
        spec.dtype().set(memory, i, values.applyAsDouble(i));
      }
      return of(device, spec, memory);
    }
  }

  /** A tensor with a copy of {@code memory}, which holds the elements as the type stores them, little-endian. */
  public static Tensor of(Device device, TensorSpec spec, MemorySegment memory) {
    if (memory.byteSize() != spec.bytes()) {
      throw new ShapeException("tensor " + spec + " takes " + spec.bytes() + " bytes, got " + memory.byteSize()
          + " (on " + device.name() + ")");
    }
    if (!device.info().dtypes().contains(spec.dtype())) {
      throw new DTypeException(
          "tensor " + spec + ": " + device.name() + " has no " + spec.dtype() + "; it has " + device.info().dtypes());
    }
    Buffer buffer = device.allocate(spec.bytes());
    try {
      device.write(buffer, 0, memory);
    } catch (RuntimeException | Error e) {
      buffer.close();
      throw e;
    }
    synchronized (device) {
      return new Tensor(Node.inMemory(device, spec, buffer));
    }
  }

  private static void checkCount(Shape shape, long count) {
    if (shape.elements() != count) {
      throw new ShapeException("shape " + shape + " takes " + shape.elements() + " values, got " + count);
    }
  }

  // ---- what it is --------------------------------------------------------------------------------------------------

  public Device device() {
    return handle.node().device();
  }

  public TensorSpec spec() {
    return handle.node().spec();
  }

  @Override
  public Shape shape() {
    return spec().shape();
  }

  public DType dtype() {
    return spec().dtype();
  }

  public boolean isClosed() {
    return handle.isClosed();
  }

  /** Whether the value has still to be computed. */
  public boolean isPending() {
    Node node = handle.node();
    synchronized (node.device()) {
      return node.isPending();
    }
  }

  Handle handle() {
    return handle;
  }

  // ---- products ----------------------------------------------------------------------------------------------------

  /** The matrix product: this (…, m, k) · {@code rhs} (…, k, n) = (…, m, n); leading axes broadcast. */
  public Tensor matMul(Tensor rhs) {
    return matMul(rhs, false, false);
  }

  /** The matrix product with either operand's last two axes taken as transposed. */
  public Tensor matMul(Tensor rhs, boolean transposeThis, boolean transposeRhs) {
    return product(new MatMul(transposeThis, transposeRhs, Epilogue.NONE), rhs);
  }

  /** Convolution of these images with {@code filters}; shapes as {@link Layout} says. */
  public Tensor conv2d(Tensor filters, Conv2d how) {
    if (!how.epilogue().isIdentity()) {
      throw new InvalidInputException(
          "conv2d: give the epilogue by calls on the result, such as .add(residual).relu()");
    }
    return product(how, filters);
  }

  /**
   * One-dimensional convolution: signals (n, c, l) with filters (k, c/groups, s), or (n, l, c) with (k, s, c/groups) in NHWC; only the
   * width of {@code how}'s window counts.
   */
  public Tensor conv1d(Tensor filters, Conv2d how) {
    if (shape().rank() != 3 || filters.shape().rank() != 3) {
      throw new ShapeException("conv1d: takes rank 3 signals and filters, got " + spec() + ", " + filters.spec()
          + " (on " + device().name() + ")");
    }
    int axis = how.layout().heightAxis();
    try (Tensor image = insertAxis(axis); Tensor wide = filters.insertAxis(axis); Tensor y = image.conv2d(wide, how)) {
      return y.removeAxis(axis);
    }
  }

  private Tensor product(Contraction op, Tensor rhs) {
    try {
      Node a = handle.node();
      Node b = rhs.onDevice(op.name(), a.device());
      Call call = Call.of(a.device().name(), op, List.of(a.spec(), b.spec()));
      synchronized (a.device()) {
        // A product cannot take its operands in: they are launched at once, so that the device has work while the host goes on.
        a.buffer();
        b.buffer();
      }
      return pending(a.device(), call.output(), new Definition.Product(op, a, b));
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(rhs);
    }
  }

  // ---- elementwise -------------------------------------------------------------------------------------------------

  /**
   * y = formula(this, others…) element by element, broadcast. Joins a pending product or formula into one launch. The basis of every
   * elementwise method.
   *
   * @param name what the user called it, for messages
   * @param formula input 0 is this, inputs 1, 2, … are {@code others}
   * @param scalars the formula's launch-time numbers
   */
  @Override
  public Tensor apply(String name, Expr formula, List<Tensor> others, double... scalars) {
    try {
      Node first = handle.node();
      List<Node> inputs = new ArrayList<>(List.of(first));
      others.forEach(o -> inputs.add(o.onDevice(name, first.device())));
      Pointwise op = new Pointwise(List.of(formula), inputs.size(), Arrays.stream(scalars).boxed().toList());
      TensorSpec spec;
      try {
        spec = Call.of(first.device().name(), op, inputs.stream().map(Node::spec).toList()).output();
      } catch (InvalidInputException e) {
        throw e.in(op.name(), name);
      }
      synchronized (first.device()) {
        int weight = formula.size() + inputs.stream().mapToInt(Node::weight).sum();
        if (weight > Node.HEAVIEST || inputs.stream().mapToInt(Node::width).sum() > Node.WIDEST) {
          inputs.forEach(Node::buffer);
        }
      }
      return pending(first.device(), spec, new Definition.Elementwise(formula, inputs, op.scalarValues()));
    } finally {
      Reference.reachabilityFence(this);
      Reference.reachabilityFence(others);
    }
  }

  private static Tensor pending(Device device, TensorSpec spec, Definition definition) {
    synchronized (device) {
      return new Tensor(Node.pending(device, spec, definition));
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same device, not an equal one
  private Node onDevice(String op, Device expected) {
    Node node = handle.node();
    if (node.device() != expected) {
      throw new InvalidInputException(
          op + ": operands are on different devices: " + expected.name() + " and " + node.spec() + " on "
              + node.device().name() + "; move one with to(device)");
    }
    return node;
  }

  // ---- shape -------------------------------------------------------------------------------------------------------

  /** The same elements, in the same order, under another shape. Costs nothing. */
  public Tensor reshape(long... dims) {
    try {
      Shape shape = Shape.of(dims);
      Node node = handle.node();
      if (shape.elements() != node.spec().shape().elements()) {
        throw new ShapeException(
            "reshape: " + node.spec() + " does not have the elements of " + shape + " (on " + node.device().name()
                + ")");
      }
      Node origin = node.definition() instanceof Definition.View v ? v.of() : node;
      return pending(node.device(), new TensorSpec(node.spec().dtype(), shape), new Definition.View(origin));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private Tensor insertAxis(int axis) {
    return reshape(shape().slice(0, axis).append(1).append(shape().slice(axis, shape().rank()).dims()).dims());
  }

  private Tensor removeAxis(int axis) {
    return reshape(shape().slice(0, axis).append(shape().slice(axis + 1, shape().rank()).dims()).dims());
  }

  // ---- moving data -------------------------------------------------------------------------------------------------

  /** Launches what is pending, without waiting for it. */
  public Tensor evaluate() {
    try {
      Node node = handle.node();
      synchronized (node.device()) {
        node.buffer();
      }
      return this;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** Waits, then fills {@code target} with the elements as the type stores them. */
  public void read(MemorySegment target) {
    try {
      Node node = handle.node();
      if (target.byteSize() != node.spec().bytes()) {
        throw new ShapeException(
            "read: " + node.spec() + " has " + node.spec().bytes() + " bytes, the target " + target.byteSize());
      }
      synchronized (node.device()) {
        node.device().read(node.buffer(), 0, target);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** The elements, waited for and copied to the host; other types are converted. At most 2³¹ − 1. */
  public float[] toFloatArray() {
    float[] result = new float[hostCount()];
    if (dtype() == DType.F32) {
      read(MemorySegment.ofArray(result));
      return result;
    }
    double[] wide = toDoubleArray();
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) wide[i];
    }
    return result;
  }

  /** As {@link #toFloatArray}, in double. */
  public double[] toDoubleArray() {
    double[] result = new double[hostCount()];
    DType type = dtype();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec().bytes());
      read(memory);
      for (int i = 0; i < result.length; i++) {
        result[i] = type.get(memory, i);
      }
    }
    return result;
  }

  private int hostCount() {
    long n = shape().elements();
    if (n > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "tensor " + spec() + " has more elements than a Java array holds; use read(MemorySegment)");
    }
    return (int) n;
  }

  /** Overwrites the elements in place. Results that were built from the old ones keep them: they are computed first. */
  public void copyFrom(MemorySegment source) {
    try {
      Node node = handle.node();
      if (source.byteSize() != node.spec().bytes()) {
        throw new ShapeException(
            "copyFrom: " + node.spec() + " takes " + node.spec().bytes() + " bytes, got " + source.byteSize());
      }
      synchronized (node.device()) {
        node.device().write(node.beforeWrite(), 0, source);
      }
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** As {@link #copyFrom(MemorySegment)} for an F32 tensor. */
  public void copyFrom(float... values) {
    if (dtype() != DType.F32) {
      throw new DTypeException("copyFrom: " + spec() + " does not take floats; use copyFrom(MemorySegment)");
    }
    checkCount(shape(), values.length);
    copyFrom(MemorySegment.ofArray(values));
  }

  /** A copy on another device, by way of the host. */
  public Tensor to(Device target) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(spec().bytes(), ValueLayout.JAVA_LONG.byteAlignment());
      read(memory);
      return of(target, spec(), memory);
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

  /** What it is, not what it holds: {@code Tensor (2, 3) f32 on cpu}. */
  @Override
  public String toString() {
    return isClosed() ? "Tensor closed"
        : "Tensor " + spec() + " on " + device().name() + (isPending() ? ", pending" : "");
  }
}
