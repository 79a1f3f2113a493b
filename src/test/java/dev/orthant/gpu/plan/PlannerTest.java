package dev.orthant.gpu.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.GemmTile;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Random;
import dev.orthant.op.Reduce;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is launched: sources, tiles and grids within a device's limits. */
class PlannerTest {
  private static final GpuLimits GPU = new GpuLimits(256, 1L << 22, 48 << 10, 80, false);
  private static final GpuLimits CPU = new GpuLimits(256, 1L << 22, 512 << 10, 2, true);
  private static final MatMul LINEAR =
      MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.LEAKY_RELU));

  private static TensorSpec f32(long... dims) {
    return TensorSpec.of(DType.F32, dims);
  }

  private static List<Launch> plan(GpuLimits limits, Op op, TensorSpec... inputs) {
    return new Planner(limits, "opencl.h").plan(Call.of("fake", op, List.of(inputs)));
  }

  private static Launch one(GpuLimits limits, Op op, TensorSpec... inputs) {
    List<Launch> launches = plan(limits, op, inputs);
    assertThat(launches).hasSize(1);
    return launches.getFirst();
  }

  @Test
  void nothingToComputeIsNoLaunch() {
    assertThat(plan(GPU, LINEAR, f32(0, 3), f32(3, 4), f32(4))).isEmpty();
    assertThat(plan(GPU, LINEAR, f32(0, 2, 3), f32(3, 4), f32(4))).isEmpty();
    assertThat(plan(GPU, Pointwise.of(Activations.RELU), f32(3, 0))).isEmpty();
    assertThat(plan(GPU, Conv2d.PLAIN, f32(0, 1, 4, 4), f32(1, 1, 3, 3))).isEmpty();
    assertThat(plan(GPU, LINEAR, f32(2, 0), f32(0, 4), f32(4))).as("k = 0 still has an epilogue").hasSize(1);
  }

  @Test
  void shapesAndScalarsAreNotInTheSource() {
    String source = one(GPU, LINEAR, f32(640, 100), f32(100, 640), f32(640)).source();
    assertThat(one(GPU, LINEAR, f32(650, 33), f32(33, 700), f32(700)).source()).isEqualTo(source);
    MatMul other =
        MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.LEAKY_RELU, 0.2));
    assertThat(one(GPU, other, f32(640, 100), f32(100, 640), f32(640)).source()).isEqualTo(source);
    MatMul gelu = MatMul.PLAIN.withEpilogue(Epilogue.NONE.plusOperand().activation(Activations.GELU));
    assertThat(one(GPU, gelu, f32(640, 100), f32(100, 640), f32(640)).source()).isNotEqualTo(source)
        .contains("exp(");
  }

  @Test
  void aBatchTimesOneMatrixIsOneProduct() {
    Launch folded = one(GPU, MatMul.PLAIN, f32(8, 16, 5), f32(5, 40));
    assertThat(folded.source()).isEqualTo(one(GPU, MatMul.PLAIN, f32(128, 5), f32(5, 40)).source());
    assertThat(folded.grid().groups()).isEqualTo(8);
  }

  @Test
  void tilesKeepToTheLimits() {
    for (int items : new int[] {256, 128, 64, 16, 1}) {
      for (long shared : new long[] {48 << 10, 16 << 10, 4 << 10}) {
        for (boolean cpu : new boolean[] {true, false}) {
          GpuLimits limits = new GpuLimits(items, 1000, shared, 4, cpu);
          for (long m : new long[] {1, 3, 100, 1000}) {
            for (long n : new long[] {1, 17, 100, 1000}) {
              for (int real : new int[] {4, 8}) {
                GemmTile t = GemmTile.choose(limits, m, n, 1, real);
                assertThat(t.items()).as("%s of %s", t, limits).isLessThanOrEqualTo(items);
                assertThat(t.sharedBytes(real)).as("%s of %s", t, limits).isLessThanOrEqualTo(shared);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void largeProductsGetLargeTiles() {
    assertThat(GemmTile.choose(GPU, 8192, 8192, 1, 4).m()).isEqualTo(128);
    assertThat(GemmTile.choose(GPU, 8192, 8192, 1, 8).m()).isEqualTo(64);
    assertThat(GemmTile.choose(GPU, 64, 100_000, 1, 4)).extracting(GemmTile::m, GemmTile::n).containsExactly(64, 64);
    assertThat(GemmTile.choose(GPU, 100, 100, 1, 4).m()).isEqualTo(32);
    assertThat(GemmTile.choose(GPU, 1, 4096, 1, 4).m()).isEqualTo(8);
    assertThat(GemmTile.choose(GPU, 4096, 1, 1, 4).n()).isEqualTo(8);
    assertThat(GemmTile.choose(CPU, 100, 100, 1, 4).serial()).isTrue();
  }

  @Test
  void gridsKeepToTheLimits() {
    GpuLimits few = new GpuLimits(64, 10, 48 << 10, 2, false);
    assertThat(one(few, Pointwise.of(Activations.RELU), f32(100_000)).grid().groups()).isEqualTo(10);
    assertThat(one(few, Pointwise.of(Activations.RELU), f32(100_000)).grid().items()).isEqualTo(64);
    assertThat(one(few, MatMul.PLAIN, f32(10_000, 4), f32(4, 10_000)).grid().groups()).isEqualTo(10);
  }

  @Test
  void indicesAreWideOnlyWhereTheyMustBe() {
    Launch large = one(GPU, Pointwise.of(Activations.RELU), f32(1L << 33));
    assertThat(large.source()).startsWith("#define ORTHANT_WIDE\n");
    assertThat(large.slots()).contains(new Launch.Slot.Value(new GpuDriver.Argument.I64(1L << 31)));
    assertThat(one(GPU, Pointwise.of(Activations.RELU), f32(1L << 28)).source()).doesNotStartWith("#define");
    Conv2d padded = Conv2d.PLAIN.padding(1 << 20, 1 << 20, 0, 0);
    assertThat(one(GPU, padded, f32(1, 1, 2, 2), f32(1, 1, (1 << 20) + 1, (1 << 20) + 1)).source())
        .as("an index may begin far outside").startsWith("#define ORTHANT_WIDE\n");
  }

  /** Sixteen bytes to an item: as many elements as divide the runs in which operands are contiguous or constant. */
  @Test
  void neighbouringElementsAreTakenTogetherOnGpus() {
    Pointwise sum = Pointwise.of(Expr.input(0).plus(Expr.input(1)), 2);
    assertThat(one(GPU, sum, f32(640, 100), f32(100)).source()).contains("#define LANES_OF_PACK 4\n");
    assertThat(one(GPU, sum, f32(640, 100), f32(640, 1)).grid().groups()).isEqualTo(640 * 25 / 256 + 1);
    assertThat(one(GPU, sum, f32(640, 102), f32(102)).source()).contains("#define LANES_OF_PACK 2\n");
    assertThat(one(GPU, sum, f32(640, 101), f32(101)).source()).doesNotContain("LANES_OF_PACK");
    assertThat(one(GPU, sum, f32(641, 100), f32(641, 100)).source())
        .isEqualTo(one(GPU, sum, f32(64, 100), f32(64, 100)).source());
    TensorSpec half = TensorSpec.of(DType.BF16, 640, 104);
    assertThat(one(GPU, sum, half, half).source()).contains("#define LANES_OF_PACK 8\n");
    assertThat(one(GPU, sum, half, f32(104)).source()).contains("#define LANES_OF_PACK 4\n");
    assertThat(one(CPU, sum, half, half).source()).doesNotContain("LANES_OF_PACK");
  }

  @Test
  void doubleIsAskedForOnlyWhereItIsComputed() {
    TensorSpec d = TensorSpec.of(DType.F64, 4, 4);
    assertThat(one(GPU, MatMul.PLAIN, d, d).source()).startsWith("#define ORTHANT_F64\n");
    TensorSpec h = TensorSpec.of(DType.F16, 4, 4);
    assertThat(one(GPU, MatMul.PLAIN, h, h).source()).contains("#define LOAD_A LOAD_f16")
        .contains("GLOBAL const f16* RESTRICT a").doesNotStartWith("#define");
  }

  @Test
  void depthwiseIsDirect() {
    Conv2d depthwise = Conv2d.stride(1).padding(1).groups(32);
    assertThat(one(GPU, depthwise, f32(1, 32, 9, 9), f32(32, 1, 3, 3)).kernel()).isEqualTo("conv2d");
    Conv2d grouped = Conv2d.stride(1).padding(1).groups(2);
    assertThat(one(GPU, grouped, f32(1, 32, 9, 9), f32(32, 16, 3, 3)).kernel()).isEqualTo("gemm");
  }

  /** A learning rate or a seed changes with every step: that must not cost a new plan. */
  @Test
  void launchTimeNumbersAreNoPartOfAPlan() {
    Planner planner = new Planner(GPU, "opencl.h");
    Epilogue e = Epilogue.NONE.plusOperand();
    List<TensorSpec> in = List.of(f32(64, 10), f32(10, 64), f32(64));
    List<TensorSpec> equal = List.of(f32(4, 4), f32(4, 4), f32(4, 4));
    List<List<Op>> alike = List.of(
        List.of(dropout(0.1, 1, 0), dropout(0.2, 1, 0), dropout(0.1, 2, 0), dropout(0.1, 1, 4)),
        List.of(MatMul.PLAIN.withEpilogue(e.activation(Activations.LEAKY_RELU, 0.1)),
            MatMul.PLAIN.withEpilogue(e.activation(Activations.LEAKY_RELU, 0.2))));
    for (List<Op> ops : alike) {
      List<List<Launch>> plans = ops.stream()
          .map(op -> planner.plan(Call.of("fake", op, op instanceof Pointwise ? equal : in))).toList();
      assertThat(plans).allSatisfy(p -> assertThat(p).isSameAs(plans.getFirst()));
    }
    assertThat(random(planner, 0, 1, 5)).isSameAs(random(planner, 2, 3, 6));
  }

  private static Pointwise dropout(double p, long seed, long offset) {
    Expr f = Expr.where(Expr.input(3).lt(Expr.scalar(0)), 0, Expr.input(0).minus(Expr.scalar(1)));
    return new Pointwise(List.of(f), 3, List.of(p, 7.0), List.of(), List.of(new Philox(seed, offset)));
  }

  private static List<Launch> random(Planner planner, double a, double b, long seed) {
    return planner.plan(Call.of("fake",
        new Random(Random.Distribution.NORMAL, a, b, new Philox(seed, 0), f32(9)), List.of()));
  }

  @Test
  void launchTimeNumbersComeWithTheLaunch() {
    Pointwise op = dropout(0.25, 11, 12);
    Launch launch = one(GPU, op, f32(4, 4), f32(4, 4), f32(4, 4));
    assertThat(given(launch, op)).containsExactly(new GpuDriver.Argument.F32(0.25f), new GpuDriver.Argument.F32(7),
        new GpuDriver.Argument.I64(11), new GpuDriver.Argument.I64(12));
    assertThat(given(launch, dropout(0.5, -1, 3))).containsExactly(new GpuDriver.Argument.F32(0.5f),
        new GpuDriver.Argument.F32(7), new GpuDriver.Argument.I64(-1), new GpuDriver.Argument.I64(3));
    assertThat(launch.source()).contains("philox_uniform");
    assertThat(one(GPU, Pointwise.of(Activations.RELU), f32(4)).source()).doesNotContain("philox");
  }

  private static List<GpuDriver.Argument> given(Launch launch, Op op) {
    return launch.slots().stream().filter(Launch.Slot.OfOp.class::isInstance).map(Launch.Slot.OfOp.class::cast)
        .map(o -> o.of(op)).toList();
  }

  @Test
  void outputsMayDifferInType() {
    Pointwise op = new Pointwise(List.of(Expr.input(0).times(2), Expr.input(0).gt(Expr.input(1)).asNumber()), 2,
        List.of(), List.of(DType.F16, DType.BOOL), List.of());
    assertThat(one(GPU, op, f32(5), TensorSpec.of(DType.I64, 5)).source())
        .contains("GLOBAL f16* RESTRICT y0", "GLOBAL u8* RESTRICT y1", "STORE_f16(y0,", "STORE_bool(y1,",
            "GLOBAL const i64* RESTRICT x1", "LOAD_i64(x1,")
        .doesNotStartWith("#define ORTHANT_F64");
  }

  private static Reduce reduce(int axis, boolean stageAtElements) {
    Expr x = Expr.input(0);
    Expr y = stageAtElements ? x.minus(Expr.input(1)) : x.exp();
    return new Reduce(List.of(axis), List.of(new Reduce.Stage(Reduce.Kind.MEAN, x)),
        List.of(new Reduce.Result(Expr.input(1), true, DType.F32), new Reduce.Result(y, false, DType.F32)), 1,
        List.of());
  }

  @Test
  void fewLongRowsAreReducedInTwoLaunches() {
    List<Launch> two = plan(GPU, reduce(1, false), f32(4, 100_000));
    assertThat(two).hasSize(2).extracting(l -> l.grid().groups()).containsExactly(96L, 1L);
    assertThat(two).allMatch(l -> l.slots().contains(new Launch.Slot.Scratch(0, 4 * 24 * 4)));
    assertThat(plan(GPU, reduce(0, false), f32(65_536, 768))).as("a bias' gradient").hasSize(2);
    assertThat(plan(GPU, reduce(1, true), f32(4, 100_000))).as("the value is needed at once").hasSize(1);
    assertThat(plan(GPU, reduce(1, false), f32(400, 1000))).as("enough rows").hasSize(1);
    assertThat(plan(CPU, reduce(1, false), f32(4, 100_000))).hasSize(1);
  }

  @Test
  void reductionsOfOtherExtentsAreTheSameProgram() {
    for (GpuLimits limits : List.of(GPU, CPU)) {
      for (int axis = 0; axis < 2; axis++) {
        Launch first = one(limits, reduce(axis, true), f32(300, 1000));
        assertThat(one(limits, reduce(axis, true), f32(500, 700)).source()).isEqualTo(first.source());
        assertThat(first.grid().items()).isLessThanOrEqualTo(256);
      }
    }
    assertThat(one(GPU, reduce(1, true), f32(300, 1000)).source()).contains("#define ROW_ITEMS 256\n#define ROWS 1\n");
    assertThat(one(GPU, reduce(1, true), f32(300, 10)).source()).contains("#define ROW_ITEMS 4\n#define ROWS 64\n");
    assertThat(one(GPU, reduce(0, true), f32(300, 300)).source()).contains("#define ROW_ITEMS 8\n#define ROWS 32\n");
    GpuLimits one = new GpuLimits(1, 10, 4 << 10, 2, false);
    assertThat(one(one, reduce(1, true), f32(300, 1000)).grid().items()).isEqualTo(1);
  }
}
