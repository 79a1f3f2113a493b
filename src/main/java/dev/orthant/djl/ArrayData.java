package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.djl.types.DeviceNames;
import dev.orthant.djl.types.EngineErrors;
import dev.orthant.djl.types.HostData;
import dev.orthant.djl.types.Types;
import dev.orthant.expr.Expr;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of {@link OrthantNDArray}: elements between host, devices and types; gradients. */
sealed interface ArrayData extends NDArray permits OrthantNDArray {
  /** 1 where one of two is not 0. */
  Expr EITHER =
      Expr.input(0).ne(Expr.constant(0)).or(Expr.input(1).ne(Expr.constant(0))).asNumber();

  private OrthantNDArray self() {
    return (OrthantNDArray) this;
  }

  // ---- devices and types -------------------------------------------------------------------------------------------

  @Override
  default NDArray toDevice(Device to, boolean copy) {
    if (to.equals(getDevice()) && !copy) {
      return this;
    }
    dev.orthant.device.Device target = DeviceNames.named(to);
    return named(new OrthantNDArray(self().getManager(), to, ManagerCore.owned(() -> {
      Tensor t = self().tensor();
      return t.device().equals(target) ? t : t.to(target);
    }), self().isComplex()));
  }

  @Override
  default NDArray toType(DataType type, boolean copy) {
    if (type == getDataType()) {
      return copy ? duplicate() : this;
    }
    if (type == DataType.COMPLEX64) {
      return named(self().computeComplex(() -> self().tensor().cast(DType.F32).expandDims(-1).pad(-1, 0, 1, 0)));
    }
    DType to = Types.of(type);
    if (!self().isComplex()) {
      return named(self().compute(() -> converted(self().tensor(), to)));
    }
    return named(self().compute(() -> to == DType.BOOL
        ? self().tensor().select(-1, 0).apply("toType", DType.BOOL, EITHER, List.of(self().tensor().select(-1, 1)))
        : converted(self().tensor().select(-1, 0), to)));
  }

  /** Fractions are cut off, and what a byte cannot hold wraps, as in PyTorch: by way of I64. */
  private static Tensor converted(Tensor t, DType type) {
    boolean wraps = t.dtype().isFloating() && (type == DType.I8 || type == DType.U8);
    return (wraps ? t.cast(DType.I64) : t).cast(type);
  }

  /** A copy that costs nothing: memory is only taken when one of the two is written. */
  @Override
  default NDArray duplicate() {
    return named(self().isComplex() ? self().computeComplex(self()::tensor) : self().compute(self()::tensor));
  }

  private OrthantNDArray named(OrthantNDArray result) {
    result.setName(getName());
    return result;
  }

  /** Dense already. */
  @Override
  default NDArray toDense() {
    return duplicate();
  }

  /**
   * There are no sparse arrays. The format by rows only says which rows need not be looked at, and all are: DJL's
   * Adagrad asks for it.
   *
   * @throws UnsupportedOperationException when another format is asked for
   */
  @Override
  default NDArray toSparse(SparseFormat format) {
    if (format == SparseFormat.ROW_SPARSE || format == SparseFormat.DENSE) {
      return duplicate();
    }
    throw new UnsupportedOperationException("Orthant has no sparse arrays: " + getShape() + " to " + format);
  }

  // ---- the host ----------------------------------------------------------------------------------------------------

  @Override
  default ByteBuffer toByteBuffer(boolean tryDirect) {
    Tensor t = self().tensor();
    long bytes = t.spec().bytes();
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new InvalidInputException("toByteBuffer: " + getShape() + ' ' + getDataType() + " has " + bytes
          + " bytes, more than a ByteBuffer holds; take it in parts with get");
    }
    ByteBuffer buffer = tryDirect ? ByteBuffer.allocateDirect((int) bytes) : ByteBuffer.allocate((int) bytes);
    EngineErrors.told(() -> {
      t.read(MemorySegment.ofBuffer(buffer));
      return t;
    });
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  default String[] toStringArray(Charset charset) {
    throw new UnsupportedOperationException("Orthant has no strings: this is " + getDataType());
  }

  @Override
  default void set(Buffer buffer) {
    MemorySegment memory = HostData.of(buffer, getShape(), getDataType());
    TensorSpec spec = self().tensor().spec();
    self().replace(() -> Tensor.of(self().tensor().device(), spec, memory));
  }

  @Override
  default void copyTo(NDArray target) {
    if (!target.getShape().equals(getShape())) {
      throw new InvalidInputException("copyTo: " + getShape() + " does not fit " + target.getShape());
    }
    if (target instanceof OrthantNDArray own) {
      dev.orthant.device.Device device = own.tensor().device();
      own.replace(() -> self().tensor().device().equals(device) ? self().tensor() : self().tensor().to(device));
    } else {
      target.set(toByteBuffer(true));
    }
  }

  // ---- gradients ---------------------------------------------------------------------------------------------------

  @Override
  default void setRequiresGradient(boolean required) {
    if (required) {
      self().tensor().requireGradient();
    } else if (self().tensor().requiresGradient()) {
      self().forgetGradient();
    }
  }

  /** The gradient so far, zeros before there is any; writing it in place changes it. */
  @Override
  default NDArray getGradient() {
    Tensor t = self().tensor();
    if (!t.requiresGradient()) {
      throw new IllegalStateException(
          "getGradient: this array asked for none; call setRequiresGradient(true) on it before the forward pass, or "
              + "block.setInitializer(…)");
    }
    OrthantNDArray gradient = t.hasGradient() ? self().compute(t::gradient)
        : self().getManager().filled(getShape(), getDataType(), 0);
    return gradient.asGradientOf(t);
  }

  @Override
  default boolean hasGradient() {
    return self().tensor().requiresGradient();
  }

  /** Constant to gradients; the same elements, as in PyTorch: written in place, this is too. */
  @Override
  default NDArray stopGradient() {
    return self().view(new ArrayCore.Lens(Tensor::detach, (_, part) -> part));
  }

  // ---- equality ----------------------------------------------------------------------------------------------------

  @Override
  default boolean contentEquals(@Nullable NDArray other) {
    if (other == null || !shapeEquals(other) || getDataType() != other.getDataType()) {
      return false;
    }
    try (NDArray same = eq(other); NDArray all = same.all()) {
      return all.toBooleanArray()[0];
    }
  }

  /**
   * Whether this is a scalar of the number's type and value, as in PyTorch's engine; for all of an array's elements ask
   * {@code eq(number).all()}.
   */
  @Override
  default boolean contentEquals(Number number) {
    try (NDArray one = getManager().create(number)) {
      return contentEquals(one);
    }
  }
}
