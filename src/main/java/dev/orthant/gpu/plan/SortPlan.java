package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Sort;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a tensor sorted: blocks in shared memory, then pairs of sorted runs merged, one launch for each doubling.
 * In between lie, in scratch memory, each row's keys and their places in the row.
 */
final class SortPlan {
  private static final int ITEMS = 256;
  private static final int BLOCK = 1024;
  private static final int SMALL_BLOCK = 64;

  private final Planner planner;
  private final Call call;
  private final int input;
  private final DType type;
  private final long rows;
  private final long length;
  private final long inner;
  private final boolean descending;
  private final boolean wide;
  private final int block;
  private final int levels;

  /**
   * Prepares.
   *
   * @param input which tensor of the call
   * @param rows how many there are
   * @param length of a row
   * @param inner how many rows lie side by side
   */
  SortPlan(Planner planner, Call call, int input, long rows, long length, long inner, boolean descending) {
    this.planner = planner;
    this.call = call;
    this.input = input;
    this.type = call.input(input).dtype();
    this.rows = rows;
    this.length = length;
    this.inner = inner;
    this.descending = descending;
    this.wide = Planner.isWide(call, 0);
    this.block = block();
    int doublings = 0;
    for (long width = block; width < length; width *= 2) {
      doublings++;
    }
    this.levels = doublings;
  }

  static SortPlan of(Planner planner, Call call, Sort op) {
    Shape x = call.input(0).shape();
    long length = x.dim(op.axis());
    return new SortPlan(planner, call, 0, x.elements() / length, length,
        x.slice(op.axis() + 1, x.rank()).elements(), op.descending());
  }

  /** A power of two that shared memory holds. */
  private int block() {
    int most = length <= SMALL_BLOCK ? SMALL_BLOCK : BLOCK;
    while (most > 2 && (long) most * (keySize() + placeSize()) > planner.limits().sharedBytes()) {
      most /= 2;
    }
    return most;
  }

  private int keySize() {
    return type.size() == Long.BYTES ? Long.BYTES : Integer.BYTES;
  }

  private int placeSize() {
    return wide ? Long.BYTES : Integer.BYTES;
  }

  private String element() {
    return type.isFloating() ? MovePlans.bits(type.size()) : KernelParameters.storage(type);
  }

  /**
   * The launches.
   *
   * @param stores whether the call's outputs are the sorted values and their places; else the keys and places stay in
   *     scratch memory, where {@link #sorted} finds them
   */
  List<Launch> launches(boolean stores) {
    List<Launch> launches = new ArrayList<>();
    if (length == 0) {
      return launches;
    }
    launches.add(blocks(stores && levels == 0));
    long width = block;
    for (int level = 0; level < levels; level++, width *= 2) {
      launches.add(merge(level, width, stores && level == levels - 1));
    }
    return launches;
  }

  private Launch blocks(boolean direct) {
    KernelParameters p = new KernelParameters(wide, DType.F32);
    p.input("x", element(), input);
    targets(p, direct, 0);
    place(p);
    p.index("descending", descending ? 1 : 0);
    p.wide("infinity", infinity());
    long perRow = (length + block - 1) / block;
    p.index("perRow", perRow);
    p.index("blocks", rows * perRow);
    KernelSource source = planner.source();
    define(source, type.isFloating());
    source.define("BLOCK", block);
    source.define("DIRECT", direct);
    int items = Integer.highestOneBit(Math.min(Math.min(ITEMS, block / 2), planner.limits().groupItems()));
    source.define("ITEMS", items);
    return planner.launch(source, "sort_blocks", rows * perRow, items, p, wide, DType.F32,
        List.of("sort.cl", "sort_blocks.cl"));
  }

  private Launch merge(int level, long width, boolean last) {
    KernelParameters p = new KernelParameters(wide, DType.F32);
    if (last) {
      p.input("x", element(), input);
    }
    scratch(p, "keys", "places", level);
    targets(p, last, level + 1);
    place(p);
    p.index("width", width);
    p.index("count", rows * length);
    KernelSource source = planner.source();
    define(source, false);
    source.define("FINAL", last);
    int items = Math.min(ITEMS, planner.limits().groupItems());
    source.define("ITEMS", items);
    return planner.launch(source, "sort_merge", (rows * length + items - 1) / items, items, p, wide, DType.F32,
        List.of("sort.cl", "sort_merge.cl"));
  }

  /** Adds the parameters {@code keys} and {@code places}: where the sorted rows lie when all launches are done. */
  void sorted(KernelParameters p) {
    scratch(p, "keys", "places", levels);
  }

  /** What a kernel that reads {@link #sorted} keys needs beside {@code sort.cl}. */
  void define(KernelSource source) {
    define(source, false);
  }

  /** @param floating whether keys are to be made of floating numbers */
  private void define(KernelSource source, boolean floating) {
    source.define("KEY_64", keySize() == Long.BYTES);
    source.define("FLOATING", floating);
    if (floating) {
      source.define("ELEMENT", element());
      source.define("MAGNITUDE", switch (type.size()) {
        case 2 -> "0x7fff";
        case 4 -> "0x7fffffff";
        default -> "MOST_I64";
      });
    }
  }

  private long infinity() {
    return switch (type) {
      case F16 -> 0x7c00;
      case BF16 -> 0x7f80;
      case F32 -> 0x7f800000;
      case F64 -> 0x7ff0000000000000L;
      case I8, U8, I32, I64, BOOL -> 0;
    };
  }

  private void place(KernelParameters p) {
    p.index("length", length);
    p.index("inner", inner);
  }

  private void targets(KernelParameters p, boolean stores, int level) {
    if (stores) {
      p.output("y", element(), call.inputs().size());
      p.output("order", DType.I64, call.inputs().size() + 1);
    } else {
      scratch(p, "outKeys", "outPlaces", level);
    }
  }

  /** Levels take turns with two pairs of memory. */
  private void scratch(KernelParameters p, String keys, String places, int level) {
    int number = level % 2 * 2;
    p.scratch(keys, keySize() == Long.BYTES ? "i64" : "i32", number, rows * length * keySize());
    p.scratch(places, "idx", number + 1, rows * length * placeSize());
  }
}
