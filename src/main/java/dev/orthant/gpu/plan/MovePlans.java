package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Gather;
import dev.orthant.op.StridedWalk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Ops that move elements without looking at them: one kernel for each size of an element, extents being parameters. */
final class MovePlans {
  private static final int ITEMS = 256;

  private final Planner planner;
  private final Call call;
  private final boolean wide;
  /** The elements moved, as a C type. */
  private final String element;
  private final int items;

  MovePlans(Planner planner, Call call) {
    this.planner = planner;
    this.call = call;
    this.wide = Planner.isWide(call, 0);
    this.element = bits(call.output().dtype().size());
    this.items = Math.min(ITEMS, planner.limits().groupItems());
  }

  /** The C type of that many bytes. */
  static String bits(int size) {
    return switch (size) {
      case 1 -> "u8";
      case 2 -> "u16";
      case 4 -> "u32";
      default -> "i64";
    };
  }

  List<Launch> copy(Copy op) {
    StridedWalk walk = StridedWalk.of(op, call.input(0).shape());
    boolean filled = !walk.isWhole();
    KernelParameters p = new KernelParameters(wide, DType.F32);
    p.input("x", element, 0);
    p.output("y", element, 1);
    p.index("base", walk.base());
    p.wide("fill", fill(op));
    List<String> steps = new ArrayList<>();
    for (int d = walk.axes().size() - 1; d >= 0; d--) {
      StridedWalk.Axis a = walk.axes().get(d);
      String length = p.index("length" + d, a.length());
      String stride = p.index("stride" + d, a.stride());
      if (filled) {
        steps.add("FILLED_AXIS(" + length + ", " + p.index("first" + d, a.first()) + ", "
            + p.index("period" + d, a.period()) + ", " + p.index("count" + d, a.count()) + ", " + stride + ")");
      } else {
        steps.add("AXIS(" + length + ", " + stride + ")");
      }
    }
    KernelSource source = planner.source();
    source.define("WALK", String.join(" ", steps));
    return List.of(launch(source, "copy", call.output().shape().elements(), p));
  }

  private long fill(Copy op) {
    MemorySegment bits = MemorySegment.ofArray(new byte[Long.BYTES]);
    call.output().dtype().set(bits, 0, op.fill());
    return bits.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
  }

  List<Launch> concat(Concat op) {
    Shape out = call.output().shape();
    int count = call.inputs().size();
    List<Launch> launches = new ArrayList<>();
    long before = 0;
    for (int i = 0; i < count; i++) {
      Shape x = call.input(i).shape();
      long own = x.slice(op.axis(), x.rank()).elements();
      if (!x.isEmpty()) {
        KernelParameters p = new KernelParameters(wide, DType.F32);
        p.input("x", element, i);
        p.output("y", element, count);
        p.index("own", own);
        p.index("all", out.slice(op.axis(), out.rank()).elements());
        p.index("before", before);
        launches.add(launch(planner.source(), "concat", x.elements(), p));
      }
      before += own;
    }
    return launches;
  }

  List<Launch> gather(Gather op) {
    Shape data = call.input(0).shape();
    Shape indices = call.input(1).shape();
    KernelParameters p = new KernelParameters(wide, DType.F32);
    p.input("x", element, 0);
    p.input("indices", call.input(1).dtype(), 1);
    p.output("y", element, 2);
    p.index("own", op.elementwise() ? indices.dim(op.axis()) : indices.elements());
    p.index("extent", data.dim(op.axis()));
    p.index("inner", data.slice(op.axis() + 1, data.rank()).elements());
    KernelSource source = planner.source();
    source.define("ELEMENTWISE", op.elementwise());
    return List.of(launch(source, "gather", call.output().shape().elements(), p));
  }

  /**
   * One kernel for each type that is read: the type that is written is chosen as it runs, which costs next to nothing
   * beside the memory, and saves programs. Double precision is asked for only where there are doubles.
   */
  List<Launch> cast() {
    DType from = call.input(0).dtype();
    DType to = call.output().dtype();
    DType compute = from == DType.F64 || to == DType.F64 ? DType.F64 : DType.F32;
    KernelParameters p = new KernelParameters(wide, compute);
    p.input("x", from, 0);
    p.output("y", "u8", 1);
    List<DType> types = List.of(DType.values());
    p.index("to", types.indexOf(to));
    KernelSource source = planner.source();
    source.define("FROM_INTEGER", !from.isFloating());
    source.define("LOAD_X", "LOAD_" + from);
    for (int i = 0; i < types.size(); i++) {
      source.define("TO_" + types.get(i).name(), i);
    }
    return List.of(launch(source, "cast", call.output().shape().elements(), p, compute));
  }

  /** A launch of the kernel in the file of its name, an item for each of {@code count} elements. */
  private Launch launch(KernelSource source, String kernel, long count, KernelParameters p) {
    source.define("ELEMENT", element);
    return launch(source, kernel, count, p, DType.F32);
  }

  private Launch launch(KernelSource source, String kernel, long count, KernelParameters p, DType compute) {
    source.define("ITEMS", items);
    p.index("count", count);
    return planner.launch(source, kernel, (count + items - 1) / items, items, p, wide, compute,
        List.of(kernel + ".cl"));
  }
}
