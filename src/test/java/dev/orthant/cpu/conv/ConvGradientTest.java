package dev.orthant.cpu.conv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.op.Contraction;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.parity.Case;
import dev.orthant.parity.Check;
import dev.orthant.parity.Verdict;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gradients of convolutions on the CPU device, over random geometries: several channel blocks, row blocks and images.
 */
final class ConvGradientTest {
  private static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.F64);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void keepTheirBoundsOnRandomGeometries(long seed) {
    Device cpu = Devices.all().stream().filter(d -> d.name().equals("cpu")).findFirst().orElseThrow();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 8; i++) {
      check(cpu, random, seed + "-" + i);
    }
  }

  private static void check(Device cpu, SplittableRandom random, String id) {
    DType type = TYPES.get(random.nextInt(TYPES.size()));
    Layout layout = random.nextBoolean() ? Layout.NCHW : Layout.NHWC;
    int groups = random.nextInt(3) == 0 ? 2 + random.nextInt(2) : 1;
    long c = groups * (1L + random.nextInt(20));
    long k = groups * (1L + random.nextInt(20));
    int r = 1 + random.nextInt(4);
    int s = 1 + random.nextInt(4);
    Conv2d op = Conv2d.PLAIN.strides(1 + random.nextInt(3), 1 + random.nextInt(3)).groups(groups).layout(layout)
        .padding(random.nextInt(4), random.nextInt(4), random.nextInt(4), random.nextInt(4))
        .dilation(1 + random.nextInt(2), 1 + random.nextInt(3));
    long n = 1L + random.nextInt(3);
    long h = 10L + random.nextInt(14);
    long w = 10L + random.nextInt(14);
    TensorSpec x = layout == Layout.NCHW ? TensorSpec.of(type, n, c, h, w) : TensorSpec.of(type, n, h, w, c);
    TensorSpec f = layout == Layout.NCHW ? TensorSpec.of(type, k, c / groups, r, s)
        : TensorSpec.of(type, k, r, s, c / groups);
    TensorSpec y = op.product(x, f);
    Case.Data data = random.nextInt(3) == 0 ? Case.Data.PLANTED : Case.Data.NORMAL;
    judge(cpu, new Conv2dBackwardData(op, h, w, Epilogue.NONE), List.of(y, f), data, id);
    judge(cpu, new Conv2dBackwardWeights(op, r, s, Epilogue.NONE), List.of(x, y), data, id);
  }

  private static void judge(Device cpu, Contraction op, List<TensorSpec> inputs, Case.Data data, String id) {
    Verdict verdict = new Check(cpu, 7).run(new Case(op.name() + id, op.name(), op, inputs, data));
    assertThat(verdict.status()).as(() -> id + ": " + op + " of " + inputs + ": " + verdict)
        .isEqualTo(Verdict.Status.PASSED);
  }
}
