package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.djl.types.DeviceNames;
import dev.orthant.djl.types.EngineErrors;
import dev.orthant.djl.types.HostData;
import dev.orthant.djl.types.Types;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link OrthantNDManager} by which arrays come to be: from tensors, from the host's memory, from another
 * engine.
 */
abstract class ManagerCore extends BaseNDManager {
  ManagerCore(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  /** Our device behind this manager's. */
  final dev.orthant.device.Device target() {
    return DeviceNames.named(device);
  }

  // ---- from tensors ------------------------------------------------------------------------------------------------

  /**
   * An array of what {@code work} computes, on this manager's device. What else it makes is closed, and nothing belongs
   * to a {@link Scope} that the caller may have open: the manager owns it.
   */
  final OrthantNDArray array(Supplier<Tensor> work) {
    return array(device, work);
  }

  /** As {@link #array(Supplier)}, of a tensor on the device that DJL calls {@code on}. */
  final OrthantNDArray array(Device on, Supplier<Tensor> work) {
    return new OrthantNDArray((OrthantNDManager) this, on, owned(work));
  }

  /** As {@link #array(Supplier)}, an array on the device of {@code like}, complex if that is. */
  final OrthantNDArray like(ArrayCore like, Supplier<Tensor> work) {
    return new OrthantNDArray((OrthantNDManager) this, like.getDevice(), owned(work), like.isComplex());
  }

  /** What {@code work} computes, belonging to nobody but the caller; what else it makes is closed. */
  static Tensor owned(Supplier<Tensor> work) {
    return ownedAll(() -> List.of(work.get())).getFirst();
  }

  /** As {@link #owned}, of several. */
  static List<Tensor> ownedAll(Supplier<List<Tensor>> work) {
    return EngineErrors.told(() -> Scope.detached(() -> {
      try (Scope scope = Scope.open()) {
        return work.get().stream().map(t -> scope.keep(scope.owns(t) ? t : t.reshape(t.shape().dims())).unwatched())
            .toList();
      }
    }));
  }

  // ---- from the host -----------------------------------------------------------------------------------------------

  @Override
  public ByteBuffer allocateDirect(int capacity) {
    return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
  }

  @Override
  public NDArray create(Buffer data, Shape shape, DataType type) {
    MemorySegment memory = HostData.of(data, shape, type);
    return typed(type, () -> Tensor.of(target(), new TensorSpec(Types.of(type), Types.stored(shape, type)), memory));
  }

  /** An array of {@code type}, which {@code work} computes the tensor of. */
  final OrthantNDArray typed(DataType type, Supplier<Tensor> work) {
    Tensor tensor = owned(work);
    return new OrthantNDArray((OrthantNDManager) this, device, tensor, type == DataType.COMPLEX64);
  }

  /** Zeros: DJL asks for memory to be filled later, and reading it before should not tell what was there. */
  @Override
  public NDArray create(Shape shape, DataType type) {
    return zeros(shape, type);
  }

  @Override
  public NDArray zeros(Shape shape, DataType type) {
    return filled(shape, type, 0);
  }

  @Override
  public NDArray ones(Shape shape, DataType type) {
    return filled(shape, type, 1);
  }

  @Override
  public NDArray full(Shape shape, float value, DataType type) {
    return filled(shape, type, value);
  }

  final OrthantNDArray filled(Shape shape, DataType type, double value) {
    DType stored = Types.of(type);
    return typed(type, () -> {
      Tensor one = type == DataType.COMPLEX64
          ? Tensor.of(target(), stored, dev.orthant.core.Shape.of(2), value, 0)
          : Tensor.full(target(), stored, dev.orthant.core.Shape.of(), value);
      return ViewMapping.repeated(one, Types.stored(shape, type));
    });
  }

  // ---- from others -------------------------------------------------------------------------------------------------

  /** {@code array} itself if it is ours, else a copy of it in this manager; null for null. */
  @Override
  public @Nullable OrthantNDArray from(@Nullable NDArray array) {
    if (array == null || array instanceof OrthantNDArray) {
      return (OrthantNDArray) array;
    }
    NDArray copy = create(array.toByteBuffer(), array.getShape(), array.getDataType());
    copy.setName(array.getName());
    return (OrthantNDArray) copy;
  }

  /** Ours, or a copy of another engine's on the default device, which nobody manages: the Cleaner takes it. */
  static OrthantNDArray own(NDArray array) {
    if (array instanceof OrthantNDArray ours) {
      return ours;
    }
    OrthantNDArray copy = Objects.requireNonNull(OrthantNDManager.system().from(array));
    copy.detach();
    return copy;
  }
}
