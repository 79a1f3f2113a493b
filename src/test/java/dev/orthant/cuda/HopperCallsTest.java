package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.DType;
import dev.orthant.cuda.compile.Compilers;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver.Argument;
import dev.orthant.gpu.driver.GpuDriver.Kernel;
import dev.orthant.gpu.driver.GpuDriver.Memory;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.driver.TensorMap;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The driver's functions that JCuda lacks: tensor maps and launches in clusters. On the emulated driver. */
class HopperCallsTest {
  private static final int CUDA = 13000;
  /** Some address in device memory. */
  private static final long ADDRESS = 1L << 20;
  private static final TensorMap MATRIX =
      new TensorMap(DType.BF16, List.of(72L, 130L, 3L), List.of(144L, 144L * 130), List.of(64, 128, 1),
          List.of(1, 1, 1), 128, null);
  private static final TensorMap.Im2col WINDOW =
      new TensorMap.Im2col(List.of(-2, -1), List.of(-20, -7), 64, 128);
  private static final TensorMap IMAGES = new TensorMap(DType.F16, List.of(24L, 70L, 60L, 4L),
      List.of(48L, 3360L, 201600L), List.of(64, 1, 1, 1), List.of(1, 3, 2, 1), 128, WINDOW);

  private final MemorySegment map = Arena.ofAuto().allocate(TensorMaps.BYTES, TensorMaps.ALIGNMENT);

  @BeforeEach
  void open() {
    Emulator.need();
    assertThat(Cuda.fault()).isNull();
    Cuda.check("cuInit", JCudaDriver.cuInit(0));
  }

  private void encode(TensorMap what, long address) {
    new TensorMaps(new LibCuda()).encode(what, address, map);
  }

  private static TensorMap with(TensorMap m, List<Long> strides, List<Integer> box, int swizzle,
      TensorMap.@Nullable Im2col window) {
    return new TensorMap(m.type(), m.extents(), strides, box, m.elementStrides(), swizzle, window);
  }

  private static TensorMap box(int... box) {
    return with(MATRIX, MATRIX.strides(), IntStream.of(box).boxed().toList(), 128, null);
  }

  private static TensorMap window(int lowerX, int upperX, int channels, int pixels) {
    return with(IMAGES, IMAGES.strides(), IMAGES.box(), 128,
        new TensorMap.Im2col(List.of(lowerX, 0), List.of(upperX, 0), channels, pixels));
  }

  /**
   * As kernels/dialect/host.h says that the emulated driver writes them: address, five extents, four strides, the box …
   */
  @Test
  void boxesReachTheDriver() {
    encode(MATRIX, ADDRESS);
    assertThat(map.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(ADDRESS);
    assertThat(map.asSlice(8, 24).toArray(ValueLayout.JAVA_LONG)).containsExactly(72, 130, 3);
    assertThat(map.asSlice(48, 16).toArray(ValueLayout.JAVA_LONG)).containsExactly(144, 144 * 130);
    assertThat(map.asSlice(80, 6).toArray(ValueLayout.JAVA_SHORT)).containsExactly((short) 64, (short) 128, (short) 1);
  }

  /** … which are channels and pixels for windows, then their corners, the steps, type and rank. */
  @Test
  void windowsReachTheDriver() {
    encode(IMAGES, ADDRESS);
    assertThat(map.asSlice(80, 4).toArray(ValueLayout.JAVA_SHORT)).containsExactly((short) 64, (short) 128);
    assertThat(map.asSlice(90, 4).toArray(ValueLayout.JAVA_SHORT)).containsExactly((short) -2, (short) -1);
    assertThat(map.asSlice(96, 4).toArray(ValueLayout.JAVA_SHORT)).containsExactly((short) -20, (short) -7);
    assertThat(map.asSlice(102, 4).toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 3, 2, 1);
    assertThat(map.asSlice(107, 2).toArray(ValueLayout.JAVA_BYTE)).as("CU_TENSOR_MAP_DATA_TYPE_FLOAT16, rank")
        .containsExactly(6, 4);
  }

  @Test
  void whatTheDriverRefusesIsSaid() {
    refused(MATRIX, ADDRESS + 8);
    refused(with(MATRIX, List.of(136L + 2, 144L * 130), MATRIX.box(), 128, null), ADDRESS);
    refused(box(64, 257, 1), ADDRESS);
    refused(box(64, 0, 1), ADDRESS);
    refused(box(128, 128, 1), ADDRESS);
    refused(window(-129, 0, 64, 128), ADDRESS);
    refused(window(0, 128, 64, 128), ADDRESS);
    refused(window(0, -71, 64, 128), ADDRESS);
    refused(window(0, 0, 64, 1025), ADDRESS);
    assertThatThrownBy(() -> encode(box(64, 128), ADDRESS)).hasMessageContaining("other axes");
    assertThatThrownBy(() -> encode(with(MATRIX, MATRIX.strides(), MATRIX.box(), 96, null), ADDRESS))
        .hasMessageContaining("no swizzle of 96 bytes");
    assertThatCode(() -> encode(window(-128, 127, 64, 1024), ADDRESS)).doesNotThrowAnyException();
  }

  private void refused(TensorMap what, long address) {
    assertThatThrownBy(() -> encode(what, address)).as("%s", what).isInstanceOf(DriverException.class)
        .hasMessageContaining("cuTensorMapEncode").hasMessageContaining("CUDA_ERROR_INVALID_VALUE");
  }

  private static String file(String name) {
    try (InputStream in = Objects.requireNonNull(HopperCallsTest.class.getResourceAsStream("/kernels/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static CudaDriver driver() {
    return new CudaDriver(CudaInfo.read(0), "CUDA", Compilers.installed(CUDA));
  }

  /** Each group writes its rank; a map passes by value between other arguments. */
  @Test
  void groupsComeInClusters() {
    String source = file("dialect/cuda.h") + file("cuda/hopper.h") + """
        extern "C" __global__ void ranks(const int one, TENSOR_MAP map, int* y) {
          if (threadIdx.x == 0) {
            y[2 * blockIdx.x] = (int)cluster_rank();
            y[2 * blockIdx.x + 1] = one + (int)(map.words[1] & 0xffff);
          }
          cluster_sync();
        }
        """;
    try (CudaDriver driver = driver()) {
      Kernel kernel = driver.build(source, "ranks");
      Memory y = Objects.requireNonNull(driver.allocate(48));
      List<Argument> arguments =
          List.of(new Argument.I32(1), new Argument.Map(y, MATRIX), new Argument.Pointer(y));
      int[] got = new int[12];
      for (int cluster : new int[] {1, 2, 3}) {
        driver.launch(kernel, new Grid(6, 32, 1024, cluster), arguments);
        driver.read(y, 0, MemorySegment.ofArray(got));
        assertThat(got).as("clusters of %d", cluster)
            .containsExactly(IntStream.range(0, 6).flatMap(i -> IntStream.of(i % cluster, 73)).toArray());
      }
      assertThatThrownBy(() -> driver.launch(kernel, new Grid(90, 32, 0, 9), arguments))
          .isInstanceOf(DriverException.class).hasMessageContaining("CUDA_ERROR_");
      driver.free(y);
      driver.release(kernel);
    }
  }
}
