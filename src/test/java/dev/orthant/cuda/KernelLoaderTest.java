package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.cuda.compile.Compilers;
import dev.orthant.cuda.compile.Fatbin;
import dev.orthant.cuda.compile.KernelCache;
import dev.orthant.cuda.compile.Nvrtc;
import dev.orthant.cuda.compile.NvrtcPlaces;
import dev.orthant.cuda.compile.SourceKey;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.GpuDriver.Argument;
import dev.orthant.gpu.driver.GpuDriver.Kernel;
import dev.orthant.gpu.driver.GpuDriver.Memory;
import dev.orthant.gpu.driver.Grid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where kernels come from: the jar, the disk, NVRTC, and which of them stands in for which. On the emulated driver. */
class KernelLoaderTest {
  private static final String SOURCE = """
      extern "C" __global__ void numbers(double* y, int i, long long l, float f, double d) {
        y[0] = i;
        y[1] = (double)l;
        y[2] = f;
        y[3] = d;
      }
      """;
  private static final String NAME = "numbers";
  private static final int CUDA = 13000;
  private static final String NOWHERE = "/nowhere/libnvrtc.so";
  /** A fatbin's beginning, which the emulated driver knows and has no use for. */
  private static final byte[] FATBIN = {0x50, (byte) 0xED, 0x55, (byte) 0xBA, 1, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0};

  @TempDir
  Path folder = Path.of("");

  @BeforeEach
  void open() {
    Emulator.need();
    assertThat(Cuda.fault()).isNull();
    Cuda.check("cuInit", JCudaDriver.cuInit(0));
  }

  private KernelCache cache() {
    return KernelCache.in(folder, 1L << 30);
  }

  private static Nvrtc.Finder installed() {
    return new Nvrtc.Finder(NvrtcPlaces.bySettings(new Properties(), System.getenv()), CUDA);
  }

  private static Nvrtc.Finder none() {
    return new Nvrtc.Finder(List.of(NvrtcPlaces.Place.of(Path.of(NOWHERE))), CUDA);
  }

  private static Fatbin jar(byte[] content) {
    String index = SourceKey.of(SOURCE) + " all.fatbin numbers\n";
    try {
      return Fatbin.read(new ByteArrayInputStream(index.getBytes(StandardCharsets.UTF_8)), file -> content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static CudaDriver driver(Fatbin jar, KernelCache cache, Nvrtc.Finder finder) {
    return new CudaDriver(CudaInfo.read(0), "CUDA", new Compilers(jar, null, cache, finder));
  }

  private static void works(CudaDriver driver) {
    Kernel kernel = driver.build(SOURCE, NAME);
    Memory y = Objects.requireNonNull(driver.allocate(32));
    double[] got = new double[4];
    driver.launch(kernel, Grid.of(1, 1), List.of(new Argument.Pointer(y), new Argument.I32(-7),
        new Argument.I64(1L << 40), new Argument.F32(0.5f), new Argument.F64(1e-300)));
    driver.read(y, 0, MemorySegment.ofArray(got));
    assertThat(got).containsExactly(-7, 1L << 40, 0.5, 1e-300);
    driver.free(y);
    driver.release(kernel);
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void nvrtcStandsInForAJarThatTheDriverDoesNotTake() {
    try (CudaDriver driver = driver(jar(FATBIN), cache(), installed())) {
      assertThat(driver.compilerFault()).isNull();
      assertThat(driver.info().driver()).contains("kernels: NVRTC 13.0");
      assertThat(driver.info().notes()).isEmpty();
      works(driver);
    }
  }

  @Test
  void withoutEitherTheReasonsAndTheCureAreTold() {
    try (CudaDriver driver = driver(jar(FATBIN), cache(), none())) {
      assertThat(driver.compilerFault()).contains("CUDA_ERROR_NO_BINARY_FOR_GPU", NOWHERE);
      assertThatThrownBy(() -> driver.build(SOURCE, NAME)).isInstanceOf(DriverException.class)
          .hasMessageContaining("kernel numbers cannot be compiled")
          .hasMessageContaining("CUDA_ERROR_NO_BINARY_FOR_GPU")
          .hasMessageContaining(NOWHERE).hasMessageContaining("driver to 580 or newer")
          .hasMessageContaining("-Dorthant.nvrtc");
    }
  }

  @Test
  void kernelsOfTheJarNeedNoCompiler() throws IOException {
    Nvrtc nvrtc = Objects.requireNonNull(installed().find().nvrtc());
    byte[] compiled = nvrtc.compile(SOURCE, NAME, nvrtc.target(90));
    try (CudaDriver driver = driver(jar(compiled), cache(), none())) {
      assertThat(driver.compilerFault()).isNull();
      assertThat(driver.info().driver()).contains("compiled with this jar");
      assertThat(driver.info().notes()).anyMatch(n -> n.contains("no NVRTC was found"));
      works(driver);
      works(driver);
      assertThatThrownBy(() -> driver.build(SOURCE + "\n", NAME)).isInstanceOf(DriverException.class)
          .hasMessageContaining("not among those of this jar");
    }
    assertThat(kept()).isEmpty();
  }

  /** A file for newer GPUs alone is no reason to leave the others. */
  @Test
  void aFileThatTheDriverDoesNotTakeLeavesTheOthersInUse() throws IOException {
    Nvrtc nvrtc = Objects.requireNonNull(installed().find().nvrtc());
    byte[] compiled = nvrtc.compile(SOURCE, NAME, nvrtc.target(90));
    String other = SOURCE + "\n";
    String index = SourceKey.of(SOURCE) + " all.fatbin numbers\n" + SourceKey.of(other) + " newer.fatbin numbers\n";
    Fatbin two = Fatbin.read(new ByteArrayInputStream(index.getBytes(StandardCharsets.UTF_8)),
        file -> file.equals("all.fatbin") ? compiled : FATBIN);
    try (CudaDriver driver = driver(two, cache(), none())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> driver.build(other, NAME)).isInstanceOf(DriverException.class)
            .hasMessageContaining("its file in this jar")
            .hasMessageContaining("CUDA_ERROR_NO_BINARY_FOR_GPU");
        works(driver);
      }
    }
    try (CudaDriver driver = driver(two, cache(), installed())) {
      driver.release(driver.build(other, NAME));
      works(driver);
    }
    assertThat(kept()).hasSize(1);
  }

  @Test
  void whatWasCompiledIsKept() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (CudaDriver driver = driver(Fatbin.none(), cache(), installed())) {
        works(driver);
        assertThat(kept()).hasSize(1);
      }
    }
  }

  @Test
  void whatTheDriverDoesNotTakeIsCompiledAgain() throws IOException {
    try (CudaDriver driver = driver(Fatbin.none(), cache(), installed())) {
      works(driver);
    }
    Path file = kept().getFirst();
    String key = file.getFileName().toString().replace(".kernel", "");
    byte[] whole = Files.readAllBytes(file);
    cache().write(key, FATBIN);
    assertThat(Files.readAllBytes(file)).isNotEqualTo(whole);
    try (CudaDriver driver = driver(Fatbin.none(), cache(), installed())) {
      works(driver);
    }
    assertThat(cache().read(key)).as("repaired").isNotEqualTo(FATBIN);
  }

  @Test
  void whatDoesNotCompileSaysWhere() throws IOException {
    try (CudaDriver driver = driver(Fatbin.none(), cache(), installed())) {
      assertThatThrownBy(
          () -> driver.build("#line 7 \"some.cl\"\nextern \"C\" __global__ void k() { nowhere = 1; }\n", "k"))
          .isInstanceOf(DriverException.class).hasMessageContaining("compiling kernel k with")
          .hasMessageContaining("--gpu-architecture=sm_").hasMessageContaining("some.cl:7")
          .hasMessageContaining("nowhere").hasMessageEndingWith("NVRTC_ERROR_COMPILATION");
      assertThatThrownBy(() -> driver.build(SOURCE, "other")).isInstanceOf(DriverException.class)
          .hasMessage("cuModuleGetFunction other: CUDA_ERROR_NOT_FOUND");
    }
    assertThat(kept()).as("only what can be loaded").hasSize(1);
  }

  @Test
  void aCompilerThatIsTooNewForTheDeviceSaysSo() {
    Nvrtc nvrtc = Objects.requireNonNull(installed().find().nvrtc());
    assertThatThrownBy(() -> nvrtc.target(61)).isInstanceOf(DriverException.class)
        .hasMessageContaining("compute capability 6.1").hasMessageContaining("-Dorthant.nvrtc");
    assertThat(nvrtc.version()).isEqualTo("13.0");
    assertThat(new Nvrtc.Finder(NvrtcPlaces.bySettings(new Properties(), System.getenv()), 12000).find().nvrtc())
        .as("later than the driver, but the only one").isNotNull();
    assertThat(NvrtcPlaces.bySettings(new Properties(), Map.of("LD_LIBRARY_PATH", folder.toString())))
        .isNotEmpty();
  }

  @Test
  void tooManyArgumentsAreRefused() {
    try (CudaDriver driver = driver(Fatbin.none(), cache(), installed())) {
      Kernel kernel = driver.build(SOURCE, NAME);
      List<Argument> many = Stream.generate(() -> (Argument) new Argument.I32(1)).limit(5000).toList();
      assertThatThrownBy(() -> driver.launch(kernel, Grid.of(1, 1), many)).isInstanceOf(DriverException.class)
          .hasMessageContaining("5000 arguments");
      driver.release(kernel);
    }
  }
}
