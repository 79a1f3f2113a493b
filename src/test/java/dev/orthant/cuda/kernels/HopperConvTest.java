package dev.orthant.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.driver.TensorMap;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which convolutions Hopper's instructions are used for, and what its copy engine is told of images. */
class HopperConvTest {
  private static final GpuLimits H200 =
      new GpuLimits(256, 1L << 22, 48 << 10, 132, false, MatrixUnits.WGMMA, 227 << 10);
  private static final HopperConv WAY = new HopperConv();
  private static final Conv2d NHWC = Conv2d.PLAIN.layout(Layout.NHWC);

  private static TensorSpec bf16(long... dims) {
    return TensorSpec.of(DType.BF16, dims);
  }

  private static Optional<Launch> plan(Conv2d op, TensorSpec x, TensorSpec w) {
    return WAY.plan(new Planner(H200, "cuda.h"), Call.of("fake", op, List.of(x, w))).map(List::getFirst);
  }

  private static TensorMap map(Launch launch, int index) {
    return ((Launch.Slot.Map) launch.slots().get(index)).map();
  }

  @Test
  void imagesAreReadByWindows() {
    Launch launch =
        plan(NHWC.strides(2, 3).padding(1, 2, 3, 4).dilation(5, 6), bf16(4, 60, 70, 24), bf16(72, 3, 5, 24))
            .orElseThrow();
    HopperTile tile = HopperTile.choose(4 * 27 * 18, 72, 1);
    assertThat(map(launch, 0)).isEqualTo(new TensorMap(DType.BF16, List.of(24L, 70L, 60L, 4L),
        List.of(48L, 48L * 70, 48L * 70 * 60), List.of(64, 1, 1, 1), List.of(1, 3, 2, 1), 128,
        new TensorMap.Im2col(List.of(-2, -1), List.of(4 - 24, 3 - 10), 64, tile.m())));
    assertThat(map(launch, 1)).isEqualTo(new TensorMap(DType.BF16, List.of(24L, 15L, 72L), List.of(48L, 48L * 15),
        List.of(64, 1, tile.share()), List.of(1, 1, 1), 128, null));
    assertThat(map(launch, 2).extents().getFirst()).isEqualTo(72);
    assertThat(launch.source()).contains("#define PADDED 1");
  }

  @Test
  void sixtyFourFiltersFillTheirTile() {
    Launch launch = plan(NHWC.padding(1), bf16(256, 56, 56, 64), bf16(64, 3, 3, 64)).orElseThrow();
    assertThat(launch.source()).contains("#define WGMMA_N 128", "#define ACROSS 1");
    assertThat(launch.grid().groups()).isEqualTo(132);
  }

  @Test
  void whatTheCopyEngineCannotReadIsLeftToOthers() {
    TensorSpec x = bf16(2, 300, 300, 16);
    TensorSpec w = bf16(16, 3, 3, 16);
    assertThat(plan(NHWC, x, w)).isPresent();
    assertThat(plan(NHWC, x, bf16(5, 3, 3, 16))).as("any number of filters").isPresent();
    assertThat(plan(NHWC, bf16(2, 9, 9, 12), bf16(16, 3, 3, 12))).as("channels that are no multiple of 8").isEmpty();
    assertThat(plan(NHWC.groups(2), x, bf16(16, 3, 3, 8))).as("groups").isEmpty();
    assertThat(plan(Conv2d.PLAIN, bf16(2, 16, 9, 9), bf16(16, 16, 3, 3))).as("the other layout").isEmpty();
    assertThat(plan(NHWC, TensorSpec.of(DType.F32, 2, 9, 9, 16), TensorSpec.of(DType.F32, 16, 3, 3, 16))).isEmpty();
    assertThat(plan(NHWC.strides(8, 8), x, w)).isPresent();
    assertThat(plan(NHWC.strides(9, 1), x, w)).as("a stride above 8").isEmpty();
    assertThat(plan(NHWC.padding(128, 0, 0, 0), x, w)).isPresent();
    assertThat(plan(NHWC.padding(129, 0, 0, 0), x, w)).as("padding above 128").isEmpty();
    assertThat(plan(NHWC.dilation(1, 64), x, w)).isPresent();
    assertThat(plan(NHWC.dilation(1, 65), x, w)).as("windows that reach further than 128").isEmpty();
    assertThat(plan(NHWC.padding(0, 0, 0, 127).dilation(1, 127), x, w)).isPresent();
    assertThat(plan(NHWC.padding(0, 0, 0, 128).dilation(1, 128), x, w)).as("an offset above 255").isEmpty();
    assertThat(plan(NHWC.padding(0, 0, 130, 0), x, w)).as("an upper corner above 127").isEmpty();
  }

  @Test
  void trialsAreTakenAndCutLikeTheCall() {
    Planner planner = new Planner(H200, "cuda.h");
    for (Conv2d op : List.of(NHWC, NHWC.padding(1), NHWC.strides(2, 1).padding(2, 0, 1, 3), NHWC.dilation(3, 2))) {
      for (long filters : new long[] {3, 64, 256}) {
        Call call = Call.of("fake", op, List.of(bf16(64, 56, 56, 64), bf16(filters, 3, 3, 64)));
        String used = tile(WAY.plan(planner, call).orElseThrow().getFirst());
        assertThat(WAY.trials(call)).isNotEmpty().allSatisfy(
            trial -> assertThat(tile(WAY.plan(planner, trial, call).orElseThrow().getFirst())).isEqualTo(used));
      }
    }
  }

  private static String tile(Launch launch) {
    return launch.source().lines().filter(l -> l.matches("#define (WGMMA_N|ACROSS|STAGES|CLUSTER|STORE_MAP|PADDED) .*"))
        .toList().toString();
  }
}
