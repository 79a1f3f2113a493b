package dev.orthant.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.driver.TensorMap;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which products Hopper's instructions are used for, and how they are cut. */
class HopperMatMulTest {
  private static final int SHARED = 227 << 10;
  private static final GpuLimits H200 =
      new GpuLimits(256, 1L << 22, 48 << 10, 132, false, MatrixUnits.WGMMA, SHARED);
  private static final HopperMatMul WAY = new HopperMatMul();

  private static TensorSpec bf16(long... dims) {
    return TensorSpec.of(DType.BF16, dims);
  }

  private static Call call(boolean ta, boolean tb, TensorSpec... inputs) {
    Epilogue e = inputs.length > 2 ? Epilogue.NONE.plusOperand().activation(Activations.RELU) : Epilogue.NONE;
    return Call.of("fake", new MatMul(ta, tb, e), List.of(inputs));
  }

  private static Optional<Launch> plan(Call call) {
    return WAY.plan(new Planner(H200, "cuda.h"), call).map(l -> {
      assertThat(l).hasSize(1);
      return l.getFirst();
    });
  }

  private static TensorMap map(Launch launch, int index) {
    return ((Launch.Slot.Map) launch.slots().get(index)).map();
  }

  @Test
  void aLargeProductIsMadeInPairsOfTheLargestTile() {
    Launch launch = plan(call(false, false, bf16(8192, 4096), bf16(4096, 8192), bf16(8192))).orElseThrow();
    assertThat(launch.kernel()).isEqualTo("hopper_gemm");
    assertThat(launch.grid().groups()).isEqualTo(132);
    assertThat(launch.grid().items()).isEqualTo(384);
    assertThat(launch.grid().cluster()).isEqualTo(2);
    assertThat(launch.grid().sharedBytes()).isBetween(3 * 48 * 1024 + 64 * 1024, SHARED);
    assertThat(launch.source()).contains("#define WGMMA_N 256", "#define STAGES 3", "#define CLUSTER 2",
        "#define STORE_MAP 1", "#define WGMMA_TYPE \"bf16\"");
    assertThat(map(launch, 0)).isEqualTo(new TensorMap(DType.BF16, List.of(4096L, 8192L, 1L),
        List.of(8192L, 8192L * 8192), List.of(64, 128, 1), List.of(1, 1, 1), 128, null));
    assertThat(map(launch, 1).box()).as("rows of depth, columns side by side").containsExactly(64, 64, 1);
    assertThat(map(launch, 2).extents()).containsExactly(8192L, 8192L, 1L);
  }

  /** Where the depth runs along memory, a copy takes all rows of a tile, or a cluster's share; else 64 of them. */
  @ParameterizedTest
  @CsvSource({"false, false, 128, 64", "true, false, 64, 64", "false, true, 128, 128", "true, true, 64, 128"})
  void transposedOperandsAreCopiedAsTheyLie(boolean ta, boolean tb, int boxOfA, int boxOfB) {
    Launch launch = plan(call(ta, tb, ta ? bf16(1024, 8192) : bf16(8192, 1024), tb ? bf16(8192, 1024)
        : bf16(1024, 8192))).orElseThrow();
    assertThat(map(launch, 0).box()).containsExactly(64, boxOfA, 1);
    assertThat(map(launch, 1).box()).containsExactly(64, boxOfB, 1);
    assertThat(map(launch, 0).extents()).containsExactly(ta ? 8192L : 1024L, ta ? 1024L : 8192L, 1L);
    assertThat(launch.source()).contains("#define A_ROWS_FIRST " + (ta ? 1 : 0),
        "#define B_COLS_FIRST " + (tb ? 0 : 1));
  }

  /** The axis that runs along memory must be a multiple of 16 bytes, whatever the others are. */
  @ParameterizedTest
  @CsvSource({"false, false, 5, 16, 24, true", "false, false, 8, 16, 20, false", "false, false, 8, 12, 16, false",
      "true, false, 8, 16, 5, true", "true, false, 5, 16, 8, false", "false, true, 5, 3, 8, true",
      "false, true, 8, 8, 9, false", "true, true, 16, 7, 8, true", "true, true, 16, 8, 9, false",
      "true, true, 7, 8, 16, false", "false, false, 1, 8, 8, true"})
  void whatTheCopyEngineCannotReadIsLeftToOthers(boolean ta, boolean tb, long m, long n, long k, boolean taken) {
    TensorSpec a = ta ? bf16(k, m) : bf16(m, k);
    TensorSpec b = tb ? bf16(n, k) : bf16(k, n);
    Optional<Launch> launch = plan(call(ta, tb, a, b));
    assertThat(launch.isPresent()).isEqualTo(taken);
    launch.ifPresent(l -> assertThat(l.source()).contains("#define STORE_MAP " + (n % 8 == 0 ? 1 : 0)));
  }

  @Test
  void otherTypesAndEmptyDepthsAreLeftToOthers() {
    TensorSpec f32 = TensorSpec.of(DType.F32, 64, 64);
    assertThat(plan(call(false, false, f32, f32))).isEmpty();
    assertThat(plan(call(false, false, bf16(64, 0), bf16(0, 64)))).isEmpty();
    TensorSpec f16 = TensorSpec.of(DType.F16, 64, 64);
    assertThat(plan(call(false, false, f16, f16)).orElseThrow().source()).contains("#define WGMMA_TYPE \"f16\"");
    GpuLimits small = new GpuLimits(256, 1L << 22, 48 << 10, 132, false, MatrixUnits.WGMMA, 48 << 10);
    assertThat(WAY.plan(new Planner(small, "cuda.h"), call(false, false, f16, f16))).as("no room for two stages")
        .isEmpty();
  }

  @Test
  void batchesAreMatricesOfAMapAndRepeatedOnesAreStoredOnce() {
    Launch both = plan(call(false, false, bf16(6, 64, 32), bf16(6, 32, 64))).orElseThrow();
    assertThat(map(both, 0).extents()).containsExactly(32L, 64L, 6L);
    assertThat(map(both, 1).extents()).containsExactly(64L, 32L, 6L);
    assertThat(map(both, 2).extents()).containsExactly(64L, 64L, 6L);
    assertThat(both.source()).contains("#define A_BATCH batch", "#define B_BATCH batch");
    Launch joined = plan(call(false, false, bf16(6, 64, 32), bf16(32, 64))).orElseThrow();
    assertThat(map(joined, 0).extents()).as("one matrix with more rows").containsExactly(32L, 384L, 1L);
    Launch repeated = plan(call(true, false, bf16(6, 32, 64), bf16(32, 64))).orElseThrow();
    assertThat(map(repeated, 1).extents()).containsExactly(64L, 32L, 1L);
    assertThat(repeated.source()).contains("#define B_BATCH 0");
  }

  @Test
  void tilesFollowTheProduct() {
    assertThat(HopperTile.choose(8192, 8192, 1)).isEqualTo(new HopperTile(128, 256, 2));
    assertThat(HopperTile.choose(65536, 1024, 1)).isEqualTo(new HopperTile(128, 256, 2));
    assertThat(HopperTile.choose(802816, 64, 1)).as("pixels across the instruction")
        .isEqualTo(new HopperTile(256, 64, 1));
    assertThat(HopperTile.choose(128, 4096, 1)).as("one row of tiles is no pair").isEqualTo(new HopperTile(128, 64, 1));
    assertThat(HopperTile.choose(2048, 1024, 1)).as("narrower tiles keep more multiprocessors busy")
        .isEqualTo(new HopperTile(128, 128, 2));
  }

  @Test
  void launchesKeepToTheDevice() {
    Launch few = plan(call(false, false, bf16(64, 64), bf16(64, 64))).orElseThrow();
    assertThat(few.grid().groups()).isEqualTo(1);
    for (int n : new int[] {64, 128, 256}) {
      HopperTile tile = new HopperTile(128, n, 1);
      for (boolean staged : new boolean[] {false, true}) {
        int stages = tile.stages(SHARED, staged);
        assertThat(stages).isBetween(3, HopperTile.MAX_STAGES);
        assertThat(tile.sharedBytes(stages, staged)).isLessThanOrEqualTo(SHARED);
      }
    }
  }

  /** A proof is worth something if the kernel that is proved is the one that is used. */
  @Test
  void trialsAreCutLikeTheCall() {
    List<Call> calls = List.of(call(false, false, bf16(8192, 4096), bf16(4096, 8192)),
        call(true, true, bf16(64, 2048), bf16(1024, 64)), call(false, true, bf16(130, 64), bf16(33, 64)),
        call(true, false, bf16(3, 64, 1024), bf16(64, 200)));
    Planner planner = new Planner(H200, "cuda.h");
    for (Call call : calls) {
      List<String> used = definitions(plan(call).orElseThrow());
      for (Call trial : WAY.trials(call)) {
        assertThat(definitions(WAY.plan(planner, trial, call).orElseThrow().getFirst())).as("%s for %s", trial, call)
            .isEqualTo(used);
      }
      assertThat(WAY.kind(call)).contains("bf16");
    }
  }

  private static List<String> definitions(Launch launch) {
    return launch.source().lines().filter(l -> l.matches(
        "#define (WGMMA_N|ACROSS|WGMMA_TYPE|A_ROWS_FIRST|B_COLS_FIRST|STAGES|CLUSTER|STORE_MAP) .*")).toList();
  }
}
