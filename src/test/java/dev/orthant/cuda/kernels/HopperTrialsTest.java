package dev.orthant.cuda.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.cuda.CudaProvider;
import dev.orthant.device.Device;
import dev.orthant.gpu.GpuDevice;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each tile of the Hopper kernels is proved on its trials, as it would be before its first use: here for calls that are
 * too large for the emulated device to compute, but whose trials are small.
 */
class HopperTrialsTest {
  private static List<Device> devices = List.of();

  @BeforeAll
  static void open() {
    devices = new CudaProvider().discover().devices();
  }

  @AfterAll
  static void close() {
    devices.forEach(Device::close);
  }

  private static Call matMul(DType type, boolean ta, boolean tb, long m, long n, long k) {
    TensorSpec a = ta ? TensorSpec.of(type, k, m) : TensorSpec.of(type, m, k);
    TensorSpec b = tb ? TensorSpec.of(type, n, k) : TensorSpec.of(type, k, n);
    return Call.of("large", new MatMul(ta, tb, Epilogue.NONE), List.of(a, b));
  }

  private static Call conv(DType type, Conv2d op, long n, long size, long c, long k, long filter) {
    return Call.of("large", op.layout(Layout.NHWC),
        List.of(TensorSpec.of(type, n, size, size, c), TensorSpec.of(type, k, filter, filter, c)));
  }

  @Test
  void allTilesAreProved() {
    List<GpuDevice> hoppers = devices.stream().map(GpuDevice.class::cast)
        .filter(d -> d.limits().matrixUnits().has(MatrixUnits.WGMMA)).toList();
    assumeThat(hoppers).as("no device with wgmma").isNotEmpty();
    List<Call> calls = List.of(matMul(DType.BF16, false, false, 8192, 8192, 4096),
        matMul(DType.F16, true, true, 8192, 8192, 4096), matMul(DType.BF16, false, true, 2048, 1024, 512),
        matMul(DType.F16, true, false, 65536, 64, 512), matMul(DType.BF16, false, true, 65536, 33, 64),
        conv(DType.BF16, Conv2d.PLAIN.padding(1), 256, 56, 64, 64, 3),
        conv(DType.F16, Conv2d.stride(2).padding(1), 64, 56, 64, 256, 3));
    for (GpuDevice device : hoppers) {
      for (Call call : calls) {
        assertThat(device.plan(call)).as("%s: %s", call, device.info().notes())
            .allSatisfy(l -> assertThat(l.kernel()).isEqualTo("hopper_gemm"));
      }
    }
  }
}
