package dev.orthant.cpu.gemm;

import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.op.Call;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Layout;
import dev.orthant.op.reference.CompensatedSum;
import java.util.BitSet;

/**
 * Padding is not multiplied: what lies outside an image adds nothing, even to a filter that holds infinities or NaN.
 * The fast way does multiply, and 0·∞ is NaN. So filters are searched, at a few hundredths of a nanosecond for each
 * weight, and sums of those few that are not finite are computed again, one by one.
 */
public final class NonFiniteOperands {
  private NonFiniteOperands() {}

  /** The filters of a padded convolution that hold something not finite. */
  public static BitSet filters(Call call, Conv2d op, long weights) {
    BitSet found = new BitSet();
    TensorSpec spec = call.input(1);
    boolean padded = op.window().padTop() > 0 || op.window().padLeft() > 0 || op.window().padBottom() > 0
        || op.window().padRight() > 0;
    if (padded && any(ElementTypes.of(spec.dtype()), weights, spec.shape().elements())) {
      long each = spec.shape().elements() / spec.shape().dim(0);
      for (int k = 0; k < spec.shape().dim(0); k++) {
        ElementType storage = ElementTypes.of(spec.dtype());
        found.set(k, any(storage, weights + k * each * storage.bytes(), each));
      }
    }
    return found;
  }

  /** The channels of a gradient with respect to the images that meet something not finite in the filters. */
  public static BitSet channels(Call call, Conv2dBackwardData op, long weights) {
    BitSet found = new BitSet();
    TensorSpec w = call.input(1);
    ElementType storage = ElementTypes.of(w.dtype());
    if (!any(storage, weights, w.shape().elements())) {
      return found;
    }
    Layout layout = op.forward().layout();
    long perGroup = w.shape().dim(layout.channelAxis());
    long filter = w.shape().elements() / w.shape().dim(0);
    long inner = layout == Layout.NCHW ? filter / perGroup : 1;
    long filters = w.shape().dim(0) / op.forward().groups();
    for (long i = 0; i < w.shape().elements(); i++) {
      if (any(storage, weights + i * storage.bytes(), 1)) {
        found.set((int) (i / filter / filters * perGroup + i % filter / inner % perGroup));
      }
    }
    return found;
  }

  /** Whether something among these is not finite. */
  public static boolean any(ElementType storage, long address, long count) {
    int chunk = 1 << 16;
    boolean any = false;
    for (long i = 0; i < count && !any; i += chunk) {
      long at = address + i * storage.bytes();
      int n = (int) Math.min(chunk, count - i);
      any = switch (storage) {
        case F32 -> anyFloat(at, n);
        case F64 -> anyDouble(at, n);
        case F16 -> anyShort(at, n, 0x7c00);
        case BF16 -> anyShort(at, n, 0x7f80);
      };
    }
    return any;
  }

  /** Adding one to an exponent of all ones carries into the sign; one OR over all, which C2 makes a vector loop. */
  private static boolean anyFloat(long address, int count) {
    int carry = 0;
    for (int i = 0; i < count; i++) {
      carry |= (Raw.getInt(address + 4L * i) & 0x7fffffff) + 0x00800000;
    }
    return carry < 0;
  }

  private static boolean anyDouble(long address, int count) {
    long carry = 0;
    for (int i = 0; i < count; i++) {
      carry |= (Double.doubleToRawLongBits(Raw.getDouble(address + 8L * i)) & Long.MAX_VALUE) + (1L << 52);
    }
    return carry < 0;
  }

  private static boolean anyShort(long address, int count, int exponent) {
    boolean any = false;
    for (int i = 0; i < count; i++) {
      any |= (Raw.getShort(address + 2L * i) & exponent) == exponent;
    }
    return any;
  }

  /**
   * Computes the sums of these channels of the output again, from the products that there are.
   *
   * @param sums in the compute type, shaped like the output
   */
  public static void repair(Call call, Contraction op, Layout layout, BitSet channels, long[] addresses, long sums) {
    if (channels.isEmpty()) {
      return;
    }
    TensorSpec images = call.input(0);
    TensorSpec weights = call.input(1);
    TensorSpec out = call.output();
    boolean planes = layout == Layout.NCHW;
    long inner = planes ? out.shape().dim(2) * out.shape().dim(3) : 1;
    long count = out.shape().dim(layout.channelAxis());
    ElementType storage = ElementTypes.of(images.dtype());
    for (long i = 0; i < out.shape().elements(); i++) {
      if (channels.get((int) (i / inner % count))) {
        Sum sum = new Sum(storage, addresses[0], addresses[1]);
        op.terms(images, weights, i, sum::add);
        sum.store(sums, i);
      }
    }
  }

  /** One sum, as good as in blocks. */
  private static final class Sum {
    private final ElementType storage;
    private final long images;
    private final long weights;
    private final CompensatedSum sum = new CompensatedSum();

    Sum(ElementType storage, long images, long weights) {
      this.storage = storage;
      this.images = images;
      this.weights = weights;
    }

    void add(long image, long weight) {
      long a = images + image * storage.bytes();
      long b = weights + weight * storage.bytes();
      if (storage == ElementType.F64) {
        sum.addProduct(Raw.getDouble(a), Raw.getDouble(b));
      } else {
        sum.add((double) Raw.getAsFloat(storage, a) * Raw.getAsFloat(storage, b));
      }
    }

    void store(long sums, long index) {
      if (storage == ElementType.F64) {
        Raw.putDouble(sums + index * Double.BYTES, sum.value());
      } else {
        Raw.putFloat(sums + index * Float.BYTES, (float) sum.value());
      }
    }
  }
}
