package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.device.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discovery where something is missing: every problem has its reason and its cure, and nothing is thrown. */
class CudaProviderTest {
  /** Kernels are compiled once for all of these. */
  @TempDir
  static Path cache = Path.of("");

  @TempDir
  Path folder = Path.of("");

  private Fork fork = Fork.java(DiscoverMain.class);

  @BeforeEach
  void prepare() throws IOException {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    Files.createDirectory(folder.resolve("tmp"));
    fork = fork(folder.resolve("tmp"), cache);
  }

  private static Fork fork(Path temporary, Path cache) {
    return Fork.java(DiscoverMain.class).option("-Djava.io.tmpdir=" + temporary).option("-Dorthant.cache=" + cache);
  }

  private String run() throws IOException, InterruptedException {
    Fork.Result result = fork.run();
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(result.output()).contains("AGAIN true", "TEMPORARY true");
    return result.output();
  }

  private static boolean hasNvidia() {
    return Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"));
  }

  @Test
  void anOrdinaryMachineIsInOrder() throws Exception {
    assumeThat(hasNvidia()).as("this machine has an NVIDIA GPU").isFalse();
    fork.without("LD_LIBRARY_PATH");
    assertThat(run()).doesNotContain("DEVICE cuda").contains("LEFT []")
        .containsPattern("PROBLEM .*this machine shows no NVIDIA GPU.*cure=none is needed.*expected=true");
  }

  @Test
  void aLibraryThatDoesNotLoad() throws Exception {
    Files.writeString(folder.resolve("libcuda.so.1"), "this is no library");
    fork.environment("LD_LIBRARY_PATH", folder.toString());
    assertThat(run()).doesNotContain("DEVICE cuda").contains("LEFT []")
        .containsPattern(
            "PROBLEM .*found but cannot be loaded: .*libcuda.so.1: .*cure=reinstall NVIDIA's driver.*expected=false");
  }

  @Test
  void aLibraryInTheWorkingDirectoryIsNotLoaded() throws Exception {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    Path planted = Files.createDirectory(folder.resolve("planted"));
    Path library = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Path jcuda = planted.resolve("libJCudaDriver-12.6.0-linux-x86_64.so");
    for (String path : new String[] {"", "/nowhere:", ":/nowhere"}) {
      Files.copy(library, jcuda);
      fork = fork(folder.resolve("tmp"), cache).in(planted).environment("LD_LIBRARY_PATH", path);
      assertThat(run()).as(path).contains("PLANTED false");
      Files.move(jcuda, planted.resolve("libcuda.so.1"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      fork = fork(folder.resolve("tmp"), cache).in(planted).environment("LD_LIBRARY_PATH", path);
      assertThat(run()).as(path).contains("PLANTED false")
          .contains(path.isEmpty() ? "PROBLEM" : "a libcuda.so.1 in it");
      Files.delete(planted.resolve("libcuda.so.1"));
    }
  }

  @Test
  void noPrivateFolder() throws Exception {
    Emulator.need();
    fork = fork(folder.resolve("missing"), cache);
    assertThat(run()).doesNotContain("DEVICE cuda").containsPattern("PROBLEM .*no private folder.*java.io.tmpdir");
  }

  @Test
  void aDriverWithoutDevice() throws Exception {
    Emulator.need();
    fork.environment("ORTHANT_EMULATED_DEVICES", "0");
    assertThat(run()).doesNotContain("DEVICE cuda").contains("LEFT []")
        .containsPattern("PROBLEM .*no device .CUDA_ERROR_NO_DEVICE.*NVIDIA_VISIBLE_DEVICES.*expected=false");
  }

  @Test
  void nothingToCompileWith() throws Exception {
    Emulator.need();
    fork.option("-Dorthant.nvrtc=/nowhere/libnvrtc.so");
    assertThat(run()).doesNotContain("DEVICE cuda").containsPattern(
        "PROBLEM .*Emulated CUDA device.*nothing that it could run.*NVRTC: /nowhere/libnvrtc.so.*driver to 580 or "
            + "newer");
  }

  @Test
  void aDeviceThatIsTooOld() throws Exception {
    Emulator.need();
    fork.environment("ORTHANT_EMULATED_CC", "35");
    assertThat(run()).doesNotContain("DEVICE cuda")
        .containsPattern("PROBLEM .*compute capability is 3.5; 5.0 is the oldest.*through OpenCL");
  }

  @Test
  void everyGenerationThatIsEmulatedWorks() throws Exception {
    Emulator.need();
    for (String capability : new String[] {"75", "80", "90"}) {
      fork.environment("ORTHANT_EMULATED_CC", capability);
      assertThat(run()).contains("DEVICE cuda:0 ", "emulated=true", "CUDA 13.0", "preference 40", "STEP ", "LEFT []",
          "compute capability " + capability.charAt(0) + "." + capability.charAt(1)).doesNotContain("PROBLEM");
    }
  }

  @Test
  void aFolderThatOthersCanWriteKeepsNoKernels() throws Exception {
    Emulator.need();
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    fork = fork(folder.resolve("tmp"), open);
    assertThat(run()).contains("STEP ").containsPattern("compiled kernels are not kept: .*can be written by others");
    assertThat(open).isEmptyDirectory();
  }
}
