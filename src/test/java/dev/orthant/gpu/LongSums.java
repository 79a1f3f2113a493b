package dev.orthant.gpu;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.expr.Expr;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.MathMode;
import dev.orthant.op.Op;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Summation;
import dev.orthant.op.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sums of equal numbers, whose rounding errors do not cancel, just below, at and above the length of a block: each must
 * be as near to the truth as blocks and a tree of them allow ({@link Summation#steps}).
 */
public final class LongSums {
  /** Not a sum of few powers of two, nor are its multiples. */
  private static final double VALUE = 0.1;

  /**
   * A call all of whose inputs are {@link #VALUE} (indices: 0).
   *
   * @param terms how many terms output {@code index} has
   * @param factors how many inputs are multiplied in a term
   * @param mean whether the sum is divided by the number of its terms
   */
  private record Sum(Op op, List<TensorSpec> inputs, Summation how, LongUnaryOperator terms, int factors,
      boolean mean) {
    DType type() {
      return inputs.getFirst().dtype();
    }

    /** What is wrong with the device's results, or null. */
    @Nullable
    String fault(Device device) {
      Call call = Call.of(device.name(), op, inputs);
      TensorSpec spec = call.output();
      MemorySegment y = run(device, call);
      DType compute = type().compute();
      double u = how == Summation.MATRIX_UNIT ? 0x1p-22 : compute.unitRoundoff();
      double term = Math.pow(type().round(VALUE), factors);
      for (long i = 0; i < spec.shape().elements(); i++) {
        long n = terms.applyAsLong(i);
        double truth = (mean ? 1 : n) * term;
        // A division, and for doubles the truth itself, rounds once more.
        double steps = how.steps(n) * u + 2 * compute.unitRoundoff();
        double bound = (steps / (1 - steps) + (spec.dtype() == compute ? 0 : spec.dtype().unitRoundoff())) * truth;
        double got = spec.dtype().get(y, i);
        if (!(Math.abs(got - truth) <= bound)) {
          return op + " of " + inputs + ": element " + i + " is " + got + ", a sum of " + n + " terms is " + truth
              + " ± " + bound;
        }
      }
      return null;
    }

    private MemorySegment run(Device device, Call call) {
      List<Buffer> buffers = new ArrayList<>();
      try (Arena arena = Arena.ofConfined()) {
        for (TensorSpec in : inputs) {
          MemorySegment host = arena.allocate(in.bytes(), 64);
          for (long i = 0; in.dtype().isFloating() && i < in.shape().elements(); i++) {
            in.dtype().set(host, i, VALUE);
          }
          Buffer b = device.allocate(in.bytes());
          buffers.add(b);
          device.write(b, 0, host);
        }
        TensorSpec out = call.output();
        Buffer y = device.allocate(out.bytes());
        buffers.add(y);
        device.execute(call, buffers.subList(0, inputs.size()), List.of(y));
        MemorySegment got = MemorySegment.ofArray(new byte[Math.toIntExact(out.bytes())]);
        device.read(y, 0, got);
        return got;
      } finally {
        buffers.forEach(Buffer::close);
      }
    }
  }

  private LongSums() {}

  /** The first fault of each kind of sum on a device. */
  public static List<String> faults(Device device) {
    List<String> faults = new ArrayList<>();
    for (List<Sum> kind : kinds(device.info().dtypes().contains(DType.F64))) {
      kind.stream().map(s -> Optional.ofNullable(s.fault(device))).flatMap(Optional::stream).findFirst()
          .ifPresent(faults::add);
    }
    return faults;
  }

  private static List<List<Sum>> kinds(boolean doubles) {
    List<List<Sum>> kinds = new ArrayList<>();
    for (DType type : doubles ? List.of(DType.F32, DType.F64) : List.of(DType.F32)) {
      kinds.addAll(products(type));
      kinds.addAll(reductions(type));
      kinds.addAll(others(type));
    }
    kinds.addAll(halves());
    return kinds;
  }

  /**
   * Lengths around the edges of one block and of several, and one that a single chain is far off at; of doubles one, as
   * it is the same text.
   */
  private static List<Long> lengths(DType type, Summation how, long longest) {
    long b = how.block();
    return type == DType.F64 ? List.of(2 * b + 3) : List.of(b - 1, b, b + 1, 2 * b + 3, longest);
  }

  private static Sum dot(Op op, long terms, TensorSpec... inputs) {
    return dot(op, Summation.DOT, terms, inputs);
  }

  private static Sum dot(Op op, Summation how, long terms, TensorSpec... inputs) {
    return new Sum(op, List.of(inputs), how, i -> terms, 2, false);
  }

  private static List<List<Sum>> products(DType type) {
    List<Sum> rows = new ArrayList<>();
    List<Sum> tiles = new ArrayList<>();
    List<Sum> convolutions = new ArrayList<>();
    List<Sum> direct = new ArrayList<>();
    List<Sum> byImages = new ArrayList<>();
    List<Sum> byFilters = new ArrayList<>();
    for (long n : lengths(type, Summation.DOT, 1 << 17)) {
      rows.add(dot(MatMul.PLAIN, n, TensorSpec.of(type, 1, n), TensorSpec.of(type, n, 1)));
      rows.add(dot(new MatMul(false, true, Epilogue.NONE), n, TensorSpec.of(type, 3, n), TensorSpec.of(type, 5, n)));
      rows.add(dot(new MatMul(true, false, Epilogue.NONE), n, TensorSpec.of(type, n, 9), TensorSpec.of(type, n, 2)));
      for (Layout layout : Layout.values()) {
        boolean last = layout == Layout.NHWC;
        Conv2d conv = Conv2d.PLAIN.layout(layout);
        convolutions.add(dot(conv, n, last ? TensorSpec.of(type, 1, 2, 1, n) : TensorSpec.of(type, 1, n, 2, 1),
            last ? TensorSpec.of(type, 9, 1, 1, n) : TensorSpec.of(type, 9, n, 1, 1)));
        direct.add(
            dot(conv.groups(2), n, last ? TensorSpec.of(type, 1, 1, 2, 2 * n) : TensorSpec.of(type, 1, 2 * n, 1, 2),
                last ? TensorSpec.of(type, 2, 1, 1, n) : TensorSpec.of(type, 2, n, 1, 1)));
        byImages.add(dot(new Conv2dBackwardData(conv, 1, 1, Epilogue.NONE), n,
            last ? TensorSpec.of(type, 1, 1, 1, n) : TensorSpec.of(type, 1, n, 1, 1),
            last ? TensorSpec.of(type, n, 1, 1, 9) : TensorSpec.of(type, n, 9, 1, 1)));
        byFilters.add(dot(new Conv2dBackwardWeights(conv, 1, 1, Epilogue.NONE), n,
            last ? TensorSpec.of(type, 1, n, 1, 2) : TensorSpec.of(type, 1, 2, n, 1),
            last ? TensorSpec.of(type, 1, n, 1, 9) : TensorSpec.of(type, 1, 9, n, 1)));
      }
    }
    for (long n : lengths(type, Summation.DOT, 1 << 14)) {
      // Tiles of each size, with edges.
      for (long side : new long[] {35, 257}) {
        tiles.add(dot(MatMul.PLAIN, n, TensorSpec.of(type, side, n), TensorSpec.of(type, n, side)));
      }
    }
    return List.of(rows, tiles, convolutions, direct, byImages, byFilters);
  }

  private static Op reduce(DType type, Reduce.Kind kind, boolean squares, Integer... axes) {
    Expr x = Expr.input(0);
    return new Reduce(List.of(axes), List.of(new Reduce.Stage(kind, squares ? x.times(x) : x)),
        List.of(new Reduce.Result(Expr.input(1), true, type)), 1, List.of());
  }

  private static List<List<Sum>> reductions(DType type) {
    List<List<Sum>> kinds = new ArrayList<>();
    for (Reduce.Kind kind : List.of(Reduce.Kind.SUM, Reduce.Kind.MEAN)) {
      boolean mean = kind == Reduce.Kind.MEAN;
      int factors = mean ? 1 : 2;
      List<Sum> along = new ArrayList<>();
      List<Sum> down = new ArrayList<>();
      List<Sum> both = new ArrayList<>();
      List<Long> lengths = new ArrayList<>(lengths(type, Summation.SUM, 1 << 20));
      // One element more than the items of a group, or the sums of a CPU's lane, take in a block.
      lengths.addAll(List.of(16 * Summation.SUM.block() + 1, 256 * Summation.SUM.block() + 1));
      for (long n : lengths) {
        for (long rows : new long[] {1, 3}) {
          along.add(sum(reduce(type, kind, !mean, 1), n, factors, mean, TensorSpec.of(type, rows, n)));
          down.add(sum(reduce(type, kind, !mean, 0), n, factors, mean, TensorSpec.of(type, n, rows)));
          both.add(sum(reduce(type, kind, !mean, 0, 2), n * 3, factors, mean, TensorSpec.of(type, n, rows, 3)));
        }
      }
      along.add(sum(reduce(type, kind, !mean, 1), 5000, factors, mean, TensorSpec.of(type, 700, 5000)));
      down.add(sum(reduce(type, kind, !mean, 0), 50_000, factors, mean, TensorSpec.of(type, 50_000, 70)));
      kinds.addAll(List.of(along, down, both));
    }
    return kinds;
  }

  private static Sum sum(Op op, long terms, int factors, boolean mean, TensorSpec... inputs) {
    return new Sum(op, List.of(inputs), Summation.SUM, i -> terms, factors, mean);
  }

  private static List<List<Sum>> others(DType type) {
    List<Sum> running = new ArrayList<>();
    List<Sum> scattered = new ArrayList<>();
    List<Sum> pooled = new ArrayList<>();
    List<Sum> pooledBack = new ArrayList<>();
    for (long n : lengths(type, Summation.SUM, 1 << 18)) {
      for (long rows : new long[] {1, 3, 300}) {
        if (n * rows <= 1 << 20) {
          running.add(running(new CumSum(1, false, false), i -> i % n + 1, TensorSpec.of(type, rows, n)));
          running.add(running(new CumSum(0, true, true), i -> n - 1 - i / rows, TensorSpec.of(type, n, rows)));
        }
      }
      for (boolean elementwise : new boolean[] {false, true}) {
        TensorSpec updates = TensorSpec.of(type, n, 2);
        scattered.add(new Sum(new ScatterAdd(0, elementwise, 2),
            List.of(updates, elementwise ? TensorSpec.of(DType.I32, n, 2) : TensorSpec.of(DType.I32, n)), Summation.SUM,
            i -> i < 2 ? n : 0, 1, false));
      }
      int width = (int) n;
      pooled.add(sum(new Pool2d(Pool2d.Kind.AVERAGE, 1, width, Window.UNIT, Layout.NCHW, false, 2), n, 1, true,
          TensorSpec.of(type, 1, 2, 1, n)));
      pooled.add(sum(new Pool2d(Pool2d.Kind.AVERAGE, width, 1, Window.UNIT, Layout.NHWC, false, 2), n, 1, true,
          TensorSpec.of(type, 1, n, 1, 2)));
    }
    for (int n : new int[] {255, 256, 257, 2000}) {
      // An element in the middle is covered by n windows, each of which gives it an nth.
      Pool2d pool =
          new Pool2d(Pool2d.Kind.AVERAGE, 1, n, Window.UNIT.padding(0, n - 1, 0, n - 1), Layout.NCHW, true, 2);
      TensorSpec image = TensorSpec.of(type, 1, 1, 1, 3);
      pooledBack.add(sum(new Pool2dBackward(pool, image.shape()), n, 1, true, TensorSpec.of(type, 1, 1, 1, n + 2L)));
    }
    return List.of(running, scattered, pooled, pooledBack);
  }

  private static Sum running(CumSum op, LongUnaryOperator terms, TensorSpec input) {
    return new Sum(op, List.of(input), Summation.SUM, terms, 1, false);
  }

  /** Operands that matrix units take, where there are any. */
  private static List<List<Sum>> halves() {
    List<Sum> products = new ArrayList<>();
    List<Sum> convolutions = new ArrayList<>();
    List<Sum> statistics = new ArrayList<>();
    for (long n : List.of(Summation.MATRIX_UNIT.block(), Summation.MATRIX_UNIT.block() + 8, 1L << 16)) {
      for (DType type : List.of(DType.F16, DType.BF16)) {
        products
            .add(dot(MatMul.PLAIN, Summation.MATRIX_UNIT, n, TensorSpec.of(type, 16, n), TensorSpec.of(type, n, 24)));
      }
      for (MathMode math : List.of(MathMode.IEEE, MathMode.TF32X3)) {
        products.add(dot(MatMul.PLAIN.math(math), Summation.of(DType.F32, math), n, TensorSpec.of(DType.F32, 17, n),
            TensorSpec.of(DType.F32, n, 24)));
      }
      convolutions.add(dot(Conv2d.PLAIN.layout(Layout.NHWC), Summation.MATRIX_UNIT, n,
          TensorSpec.of(DType.BF16, 1, 4, 5, n), TensorSpec.of(DType.BF16, 16, 1, 1, n)));
      statistics.add(sum(reduce(DType.F32, Reduce.Kind.MEAN, false, 0), n, 1, true, TensorSpec.of(DType.F16, n, 5)));
    }
    return List.of(products, convolutions, statistics);
  }
}
