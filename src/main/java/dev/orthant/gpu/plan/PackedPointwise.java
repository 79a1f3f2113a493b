package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.CPrinter;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.Coordinates;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Pointwise;
import dev.orthant.op.walk.Broadcast;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * Pointwise work with several neighbouring elements to an item, for GPUs, whose memory wants 16 bytes from each:
 * possible when in each run of a pack's length every operand is either contiguous or one number, which a bias and
 * operands of the output's shape are.
 */
final class PackedPointwise {
  private static final int PACK_BYTES = 16;
  private static final int ITEMS = 256;

  private final Planner planner;
  private final Call call;
  private final Pointwise op;
  private final Broadcast walk;
  /** Elements in a pack. */
  private final int lanes;
  private final DType compute;
  private final Set<String> types = new LinkedHashSet<>();
  private final List<String> loads = new ArrayList<>();
  private final List<String> statements = new ArrayList<>();
  private final List<String> stores = new ArrayList<>();

  private PackedPointwise(Planner planner, Call call, Pointwise op, Broadcast walk, int lanes) {
    this.planner = planner;
    this.call = call;
    this.op = op;
    this.walk = walk;
    this.lanes = lanes;
    this.compute = op.compute(call.inputs());
  }

  /** The launch, or empty when elements have to be taken one by one. */
  static Optional<Launch> of(Planner planner, Call call, Pointwise op) {
    Broadcast walk = Broadcast.of(call.output().shape(), call.inputs().stream().map(TensorSpec::shape).toList());
    int widest = Stream.concat(call.inputs().stream(), call.outputs().stream()).mapToInt(t -> t.dtype().size()).max()
        .orElse(PACK_BYTES);
    int lanes = PACK_BYTES / widest;
    while (walk.run() % lanes != 0) {
      lanes /= 2;
    }
    // Random numbers are drawn by the element's number.
    return planner.limits().cpuLike() || lanes == 1 || !op.noise().isEmpty() ? Optional.empty()
        : Optional.of(new PackedPointwise(planner, call, op, walk, lanes).launch());
  }

  private Launch launch() {
    long packs = call.output().shape().elements() / lanes;
    int items = Math.min(ITEMS, planner.limits().groupItems());
    // A pack's number is smaller than an element's.
    boolean wide = Planner.isWide((double) packs);
    KernelSource source = planner.source();
    KernelParameters parameters = new KernelParameters(wide, compute);
    Coordinates coordinates = Coordinates.flat(packed(i -> true), "pack");
    for (int i = 0; i < call.inputs().size(); i++) {
      read(i, coordinates, parameters);
    }
    for (int i = 0; i < op.scalars().length; i++) {
      parameters.scalar("s" + i, i);
    }
    CPrinter printer = new CPrinter(compute, i -> "v" + i, i -> "s" + i, "t");
    List<CPrinter.Code> results = op.formulas().stream().map(printer::print).toList();
    statements.addAll(results.getLast().statements());
    for (int i = 0; i < results.size(); i++) {
      write(i, results.get(i).result(), parameters);
    }
    parameters.index("packs", packs);
    source.define("ITEMS", items);
    source.define("LANES_OF_PACK", lanes);
    source.define("PACK_TYPES", String.join(" ", types));
    source.define("LOADS", lines(loads));
    source.define("FORMULA", lines(statements));
    source.define("STORES", lines(stores));
    return planner.launch(source, "pointwise", (packs + items - 1) / items, items, parameters, wide, compute,
        List.of("pointwise_packed.cl"));
  }

  /** Operand {@code i}: a pack of it, or the one number that it is along a pack. */
  private void read(int i, Coordinates coordinates, KernelParameters parameters) {
    DType type = call.input(i).dtype();
    long[] strides = walk.strides()[i];
    boolean contiguous = strides[strides.length - 1] != 0;
    Shape shape = packed(d -> strides[d] != 0);
    String storage = KernelParameters.storage(type);
    if (contiguous) {
      types.add(packType(type));
      String name = parameters.input("x" + i, "pack_" + storage, i);
      loads.add("const pack_" + storage + " p" + i + " = " + name + "["
          + coordinates.index(shape, name, parameters) + "];");
      statements.add(
          "const real v" + i + " = LOAD_" + type.shortName() + "((const " + storage + "*)p" + i + ".e, j);");
    } else {
      String name = parameters.input("x" + i, type, i);
      loads.add("const real v" + i + " = LOAD_" + type.shortName() + "(" + name + ", "
          + coordinates.index(shape, name, parameters) + ");");
    }
  }

  private void write(int i, String result, KernelParameters parameters) {
    DType type = call.outputs().get(i).dtype();
    String storage = KernelParameters.storage(type);
    types.add(packType(type));
    String name = parameters.output("y" + i, "pack_" + storage, call.inputs().size() + i);
    loads.add("pack_" + storage + " q" + i + ";");
    statements.add("STORE_" + type.shortName() + "((" + storage + "*)q" + i + ".e, j, " + result + ");");
    stores.add(name + "[pack] = q" + i + ";");
  }

  /** The walk's extents counted in packs, 1 where the operand does not move. */
  private Shape packed(IntPredicate moves) {
    long[] extents = walk.extents().clone();
    extents[extents.length - 1] /= lanes;
    for (int d = 0; d < extents.length; d++) {
      extents[d] = moves.test(d) ? extents[d] : 1;
    }
    return Shape.of(extents);
  }

  /** As integers where the type itself may not be a variable's. */
  private String packType(DType type) {
    String element = type == DType.F16 ? "u16" : KernelParameters.storage(type);
    return "typedef struct ALIGNED(" + lanes * type.size() + ") { " + element + " e[" + lanes + "]; } pack_"
        + KernelParameters.storage(type) + ";";
  }

  private static String lines(List<String> lines) {
    return String.join(" \\\n  ", lines);
  }
}
