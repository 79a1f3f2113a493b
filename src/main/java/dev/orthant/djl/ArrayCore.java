package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import dev.orthant.core.ClosedException;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.djl.types.Axes;
import dev.orthant.djl.types.EngineErrors;
import dev.orthant.djl.types.Strides;
import dev.orthant.djl.types.Types;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What an array is: a {@link Tensor}, which never changes, in a place that does. Writing in place puts another tensor
 * there; so copies cost nothing, and what was computed from the old one stays right.
 *
 * <p>An array that DJL's PyTorch engine would make as a view shares its elements with another: see {@link #view}. A
 * result may also be {@link Deferred}.
 */
abstract class ArrayCore implements NDArray {
  private final String uid = NDManager.nextUid();
  private final Device device;
  private final boolean complex;
  private OrthantNDManager manager;
  private @Nullable String name;
  private volatile @Nullable Tensor tensor;
  /** What the array holds, or held before it was closed: for the message. */
  private volatile @Nullable TensorSpec held;
  /** What will compute the tensor when somebody asks. */
  private volatile @Nullable Deferred deferred;
  /** How often this was written in place. */
  private final AtomicInteger version = new AtomicInteger();
  private @Nullable View view;
  /** The tensor whose gradient this is. */
  private @Nullable Tensor gradientOf;
  private volatile boolean closed;
  /** Of a view whose elements PyTorch would not store one behind the other. */
  private long @Nullable [] strides;

  /**
   * A part of another array, or the same in another shape.
   *
   * @param read the view's elements by the base's
   * @param write the base's elements by its old ones and the view's new ones
   */
  record Lens(UnaryOperator<Tensor> read, BinaryOperator<Tensor> write) {}

  /** Takes the tensor over. */
  ArrayCore(OrthantNDManager manager, Device device, @Nullable Tensor tensor, boolean complex) {
    this.manager = manager;
    this.device = device;
    this.tensor = tensor;
    this.held = tensor == null ? null : tensor.spec();
    this.complex = complex;
  }

  /** Tells the manager and the scope of this. For constructors of the last class only. */
  final void register() {
    manager.attachInternal(uid, this);
    NDScope.register(this);
  }

  // ---- the tensor --------------------------------------------------------------------------------------------------

  /** What is in the array now. It belongs to the array; it never changes. */
  final Tensor tensor() {
    Deferred waiting = deferred;
    if (waiting != null) {
      EngineErrors.told(() -> {
        waiting.force();
        return waiting;
      });
    }
    View v = view;
    if (v != null && v.seen != v.base.version() && !v.base.closed) {
      refresh(v);
    }
    Tensor t = tensor;
    if (t == null || closed) {
      throw new ClosedException("the NDArray " + described() + " is closed, by close() or with its NDManager");
    }
    return t;
  }

  /**
   * Reads again what this is a view of; of several threads that ask at the same time the first does. A view is locked
   * before its base.
   */
  private synchronized void refresh(View v) {
    int now = v.base.version();
    if (v.seen != now && !closed) {
      put(ManagerCore.owned(() -> v.lens.read.apply(v.base.tensor())));
      v.seen = now;
    }
  }

  /** Name, shape, type and device, also of an array that is closed. */
  private String described() {
    TensorSpec spec = held;
    return (name == null ? "" : '"' + name + "\" ")
        + (spec == null ? "" : shape(spec) + " " + (complex ? DataType.COMPLEX64 : Types.of(spec.dtype())) + " on ")
        + device + " (" + uid + ")";
  }

  private Shape shape(TensorSpec spec) {
    return Types.of(complex ? spec.shape().slice(0, spec.shape().rank() - 1) : spec.shape());
  }

  /** How often this, or what it is a view of, was written. */
  final int version() {
    View v = view;
    return version.get() + (v == null ? 0 : v.base.version());
  }

  /** Takes {@code next} over; what is put into an array that another thread has closed goes at once. */
  private synchronized void put(Tensor next) {
    if (closed) {
      next.close();
      return;
    }
    Tensor old = tensor;
    held = next.spec();
    tensor = next;
    if (old != null) {
      old.close();
    }
  }

  /** Leaves the tensor to be computed when it is asked for, or when {@link #settle} gives it. */
  final void defer(Deferred source) {
    deferred = source;
    held = source.spec(this);
  }

  final @Nullable Deferred deferred() {
    return deferred;
  }

  /** Gives a deferred array its tensor, which is taken over. One that was closed meanwhile does not want it. */
  final void settle(Tensor value) {
    deferred = null;
    put(value);
    version.incrementAndGet();
  }

  // ---- computing ---------------------------------------------------------------------------------------------------

  /** A new array of what {@code work} computes from this one, in its manager. */
  final OrthantNDArray compute(Supplier<Tensor> work) {
    return manager.array(device, work);
  }

  /** As {@link #compute}, of complex numbers: the last axis holds real and imaginary parts. */
  final OrthantNDArray computeComplex(Supplier<Tensor> work) {
    return new OrthantNDArray(manager, device, ManagerCore.owned(work), true);
  }

  /** As {@link #compute}, several. */
  final NDList computeAll(Supplier<List<Tensor>> work) {
    NDList result = new NDList();
    ManagerCore.ownedAll(work).forEach(t -> result.add(new OrthantNDArray(manager, device, t)));
    return result;
  }

  /**
   * A new array in {@code into} that shares its elements with this one, as PyTorch's views do: writing one in place
   * writes the other.
   */
  final OrthantNDArray view(NDManager into, Lens lens) {
    return view(into, lens, ManagerCore.owned(() -> lens.read.apply(tensor())));
  }

  /** As {@link #view(Lens)}, of a part that was read already: the tensor is taken over. */
  final OrthantNDArray view(Lens lens, Tensor part) {
    return view(manager, lens, part);
  }

  private OrthantNDArray view(NDManager into, Lens lens, Tensor part) {
    OrthantNDArray result = new OrthantNDArray((OrthantNDManager) into, device, part, complex);
    ((ArrayCore) result).view = new View(this, lens);
    return result;
  }

  final OrthantNDArray view(Lens lens) {
    return view(manager, lens);
  }

  /** The tensor of an operand, on this array's device. */
  final Tensor operand(NDArray other) {
    return beside(other).tensor();
  }

  /**
   * The tensor of a layer's parameter, on this array's device and of its type.
   *
   * @throws DTypeException when the types differ, with the cure
   */
  final Tensor weight(String layer, NDArray parameter) {
    OrthantNDArray ours = beside(parameter);
    if (ours.getDataType() != getDataType()) {
      throw new DTypeException(layer + ": the data " + described() + " do not have the type of the model's "
          + ((ArrayCore) ours).described() + "; convert them with toType(DataType." + ours.getDataType() + ", false)");
    }
    return ours.tensor();
  }

  /**
   * The other array as ours, which must be on this one's device.
   *
   * @throws InvalidInputException when it is not, with the cure
   */
  private OrthantNDArray beside(NDArray other) {
    OrthantNDArray ours = ManagerCore.own(other);
    if (!ours.getDevice().equals(device)) {
      throw new InvalidInputException("the arrays " + described() + " and " + ((ArrayCore) ours).described()
          + " are on different devices; move one with toDevice(device, false). Data for a Predictor or a Trainer "
          + "belong on the model's device:"
          + " make them with its NDManager (in a Translator ctx.getNDManager()), or move them there");
    }
    return ours;
  }

  /** As {@link #tensor}, of an array that must not be complex. */
  final Tensor real(String method) {
    if (complex) {
      throw new DTypeException(method + ": is not defined for COMPLEX64: " + getShape() + " on " + device
          + "; real() gives its pairs of FLOAT32");
    }
    return tensor();
  }

  /** As {@link #operand}, of an array that must not be complex. */
  final Tensor realOperand(String method, NDArray other) {
    return beside(other).real(method);
  }

  // ---- writing in place --------------------------------------------------------------------------------------------

  /**
   * Puts what {@code work} computes in the place of what is here, converted to this array's type.
   *
   * @throws DTypeException when that would make whole numbers of fractions
   * @throws ShapeException when it has another shape
   * @throws EngineException when a parameter is written while gradients are collected
   */
  final OrthantNDArray replace(Supplier<Tensor> work) {
    Tensor before = tensor();
    if (before.requiresGradient() && Tape.isOpen()) {
      throw new EngineException(
          "an array that requires a gradient cannot be written in place while gradients are collected: "
              + getShape() + ' ' + getDataType() + "; write it before, or after the GradientCollector is closed");
    }
    store(before, ManagerCore.owned(() -> {
      Tensor next = work.get();
      if (!next.shape().equals(before.shape())) {
        throw new ShapeException("in place: an array of " + getShape() + " cannot hold " + Types.of(next.shape()));
      }
      if (next.dtype().isFloating() && !before.dtype().isFloating()) {
        throw new DTypeException("in place: an array of " + getDataType() + " cannot hold results of "
            + Types.of(next.dtype()) + "; convert it first with toType");
      }
      return next.dtype() == before.dtype() ? next : next.cast(before.dtype());
    }));
    return (OrthantNDArray) this;
  }

  private void store(Tensor before, Tensor next) {
    View v = view;
    if (v != null && !v.base.closed) {
      // First: a view that cannot be written stays as it is.
      try {
        v.base.replace(() -> v.lens.write.apply(v.base.tensor(), next));
      } catch (RuntimeException | Error e) {
        next.close();
        throw e;
      }
      v.seen = v.base.version();
    }
    if (before.requiresGradient()) {
      try (next) {
        before.assign(next);
      }
    } else {
      put(next);
    }
    version.incrementAndGet();
    Tensor owner = gradientOf;
    if (owner != null && !owner.isClosed()) {
      owner.replaceGradient(next);
    }
  }

  /**
   * Puts {@code next}, of the same shape and type and taken over, in the place of what is here, also while gradients
   * are collected: what an optimizer does.
   */
  final void update(Tensor next) {
    store(tensor(), next);
  }

  /** Makes this the gradient of {@code owner}: writing it in place changes that. */
  final OrthantNDArray asGradientOf(Tensor owner) {
    gradientOf = owner;
    return (OrthantNDArray) this;
  }

  /** Puts {@code other}'s elements here, and closes it. */
  @Override
  public void intern(NDArray replaced) {
    Tensor before = tensor();
    Tensor next = ManagerCore.owned(() -> ManagerCore.own(replaced).tensor());
    replaced.close();
    store(before, next);
  }

  /** Stops asking for a gradient with respect to this array. */
  final void forgetGradient() {
    put(ManagerCore.owned(() -> tensor().detach()));
  }

  // ---- what it is --------------------------------------------------------------------------------------------------

  @Override
  public OrthantNDManager getManager() {
    return manager;
  }

  @Override
  public @Nullable String getName() {
    return name;
  }

  @Override
  public void setName(@Nullable String name) {
    this.name = name;
  }

  @Override
  public String getUid() {
    return uid;
  }

  @Override
  public DataType getDataType() {
    return complex ? DataType.COMPLEX64 : Types.of(spec().dtype());
  }

  @Override
  public Device getDevice() {
    return device;
  }

  @Override
  public Shape getShape() {
    return shape(spec());
  }

  /** Asked for without computing what is deferred. */
  private TensorSpec spec() {
    Deferred waiting = deferred;
    return waiting != null && !closed ? waiting.spec(this) : tensor().spec();
  }

  final boolean isComplex() {
    return complex;
  }

  @Override
  public SparseFormat getSparseFormat() {
    return SparseFormat.DENSE;
  }

  // ---- lifetime ----------------------------------------------------------------------------------------------------

  @Override
  public void attach(NDManager to) {
    detach();
    manager = (OrthantNDManager) to;
    to.attachInternal(uid, this);
  }

  @Override
  public void returnResource(NDManager to) {
    detach();
    manager = (OrthantNDManager) to;
    to.attachUncappedInternal(uid, this);
  }

  @Override
  public void tempAttach(NDManager to) {
    NDManager original = manager;
    detach();
    manager = (OrthantNDManager) to;
    to.tempAttachInternal(original, uid, this);
  }

  @Override
  public void detach() {
    manager.detachInternal(uid);
    manager = OrthantNDManager.system();
  }

  @Override
  public boolean isReleased() {
    return closed;
  }

  /** Frees the memory as soon as nothing that is still to be computed needs it. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    Tensor t;
    Deferred waiting;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      t = tensor;
      tensor = null;
      waiting = deferred;
      deferred = null;
    }
    manager.detachInternal(uid);
    if (t != null) {
      t.close();
    }
    if (waiting != null) {
      waiting.closed(this);
    }
  }

  /** Whether this very array is meant: {@link #equals} compares elements. */
  final boolean isSame(ArrayCore other) {
    return uid.equals(other.uid);
  }

  /** Equal when of the same elements, type and shape, as in DJL's other engines. */
  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof NDArray other && contentEquals(other);
  }

  @Override
  public int hashCode() {
    return Objects.hash(uid);
  }

  @Override
  public String toString() {
    return toDebugString();
  }

  /** Whether it lies as its shape says. */
  final boolean isRowMajor() {
    return strides == null;
  }

  // ---- what the themes share ---------------------------------------------------------------------------------------

  /** This, changed by a method of two operands. */
  final OrthantNDArray inPlace(BinaryMethod method, NDArray other) {
    return replace(() -> method.into(real(method.name()), realOperand(method.name(), other)));
  }

  final OrthantNDArray inPlace(BinaryMethod method, Number n) {
    return replace(() -> method.into(real(method.name()), n));
  }

  /** The tensor, floating. */
  final Tensor fractions(String method) {
    Tensor t = real(method);
    if (!t.dtype().isFloating()) {
      throw new DTypeException(method + ": takes floating numbers, got " + t.spec() + " on " + t.device().name()
          + "; convert it with toType");
    }
    return t;
  }

  /** How PyTorch would store it. */
  final long[] strides() {
    return strides == null ? Strides.contiguous(getShape().getShape()) : strides.clone();
  }

  /** A view, and how PyTorch would store it. */
  final OrthantNDArray view(NDManager into, Lens lens, long... strides) {
    OrthantNDArray result = view(into, lens);
    result.strides(strides);
    return result;
  }

  final void strides(long... other) {
    strides = other;
  }

  /** A new array, complex if this is. */
  final OrthantNDArray like(Supplier<Tensor> work) {
    return isComplex() ? computeComplex(work) : compute(work);
  }

  /** The extents of the tensor that holds an array of these: complex numbers take two elements. */
  final long[] stored(long... dims) {
    return Types.stored(new Shape(dims), getDataType()).dims();
  }

  /** The axis, checked and from 0. */
  final int axis(String method, long axis) {
    return Axes.of(method, getShape(), axis);
  }

  final int rank() {
    return getShape().dimension();
  }
}
