package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.cuda.compile.Fatbin;
import dev.orthant.cuda.compile.Nvrtc;
import dev.orthant.cuda.compile.NvrtcPlaces;
import dev.orthant.cuda.compile.NvrtcTarget;
import dev.orthant.cuda.compile.SourceKey;
import dev.orthant.device.DeviceProvider.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the package decides without a driver: names of errors, what to compile for, where to look, what to say. */
class WithoutDeviceTest {
  @TempDir
  Path folder;

  @Test
  void errorsHaveTheirSymbolicNames() {
    assertThat(Cuda.name(0)).isEqualTo("CUDA_SUCCESS");
    assertThat(Cuda.name(2)).isEqualTo("CUDA_ERROR_OUT_OF_MEMORY");
    assertThat(Cuda.name(222)).isEqualTo("CUDA_ERROR_UNSUPPORTED_PTX_VERSION");
    assertThat(Cuda.name(719)).isEqualTo("CUDA_ERROR_LAUNCH_FAILED");
    assertThat(Cuda.name(914)).as("newer than JCuda").isEqualTo("CUDA_ERROR_INVALID_RESOURCE_TYPE");
    assertThat(Cuda.name(123456)).isEqualTo("CUresult 123456");
    assertThat(Nvrtc.errorName(6)).isEqualTo("NVRTC_ERROR_COMPILATION");
    assertThat(Nvrtc.errorName(77)).isEqualTo("NVRTC_ERROR_77");
  }

  @Test
  void onlyFaultsOfKernelsAndOfTheDriverLoseTheDevice() {
    for (int lost : new int[] {4, 214, 220, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 999}) {
      assertThat(Cuda.isLost(lost)).as(Cuda.name(lost)).isTrue();
      assertThat(Cuda.failure("cuLaunchKernel", lost).isLost()).isTrue();
    }
    for (int kept : new int[] {1, 2, 200, 209, 218, 222, 400, 500, 701, 801}) {
      assertThat(Cuda.isLost(kept)).as(Cuda.name(kept)).isFalse();
    }
    assertThat(Cuda.failure("cuMemAlloc", 1)).hasMessage("cuMemAlloc: CUDA_ERROR_INVALID_VALUE");
  }

  @Test
  void machineCodeForTheVeryDeviceElsePtxForTheNewestBelow() {
    List<Integer> of13 = List.of(75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121);
    assertThat(NvrtcTarget.choose(90, of13, 130, true)).contains(new NvrtcTarget("sm_90a", false));
    assertThat(NvrtcTarget.choose(86, of13, 130, true)).contains(new NvrtcTarget("sm_86", false));
    assertThat(NvrtcTarget.choose(90, List.of(80, 90), 118, true)).as("11.8 has no sm_90a")
        .contains(new NvrtcTarget("sm_90", false));
    assertThat(NvrtcTarget.choose(120, List.of(50, 80, 90), 125, true)).as("a device newer than the compiler")
        .contains(new NvrtcTarget("compute_90", true));
    assertThat(NvrtcTarget.choose(86, List.of(), 110, false)).contains(new NvrtcTarget("compute_80", true));
    assertThat(NvrtcTarget.choose(86, List.of(), 102, false)).contains(new NvrtcTarget("compute_75", true));
    assertThat(NvrtcTarget.choose(61, of13, 130, true)).as("NVRTC 13 has dropped Pascal").isEqualTo(Optional.empty());
  }

  @Test
  void optionsAskForExactArithmetic() {
    assertThat(Nvrtc.options(new NvrtcTarget("sm_90a", false)))
        .contains("--std=c++17", "--gpu-architecture=sm_90a").noneMatch(o -> o.contains("fast") || o.contains("ftz"));
  }

  @Test
  void nvrtcIsLookedForWhereItMayBe() throws IOException {
    Path libraries = Files.createDirectories(folder.resolve("lib"));
    Path toolkit = folder.resolve("cuda-12.4");
    Files.createDirectories(toolkit.resolve("lib64"));
    Path real = Files.writeString(libraries.resolve("libnvrtc.so.12.8.93"), "");
    Files.createSymbolicLink(libraries.resolve("libnvrtc.so.12"), real);
    Files.createSymbolicLink(libraries.resolve("libnvrtc.so"), real);
    Files.writeString(libraries.resolve("libnvrtc.so.13"), "another build");
    Files.writeString(libraries.resolve("libnvrtc.so.11.2"), "");
    Files.writeString(libraries.resolve("libnvrtc-builtins.so.12.8"), "");
    Files.createSymbolicLink(libraries.resolve("libnvrtc.so.10.2"), folder.resolve("nowhere"));
    Files.createDirectory(libraries.resolve("libnvrtc.so.14"));
    Files.writeString(toolkit.resolve("lib64/libnvrtc.so.12"), "");
    List<NvrtcPlaces.Place> places = NvrtcPlaces.bySettings(new Properties(),
        Map.of("LD_LIBRARY_PATH", folder.resolve("none") + ":" + libraries, "CUDA_HOME", toolkit.toString()));
    assertThat(places.subList(0, 4)).extracting(NvrtcPlaces.Place::name).containsExactly(
        libraries.resolve("libnvrtc.so.13").toString(), real.toString(),
        libraries.resolve("libnvrtc.so.11.2").toString(), toolkit.resolve("lib64/libnvrtc.so.12").toString());
    assertThat(places).extracting(NvrtcPlaces.Place::name).contains("libnvrtc.so.13", "libnvrtc.so.12",
        "libnvrtc.so.11.2", "libnvrtc.so");
    assertThat(places.getFirst().identity()).isNotEqualTo(places.get(1).identity());
  }

  @Test
  void nvrtcThatTheUserNamesIsTheOnlyPlace() {
    Properties properties = new Properties();
    properties.setProperty("orthant.nvrtc", folder.resolve("libnvrtc.so").toString());
    List<NvrtcPlaces.Place> places = NvrtcPlaces.bySettings(properties, System.getenv());
    assertThat(places).hasSize(1);
    Nvrtc.Found found = new Nvrtc.Finder(places, 13000).find();
    assertThat(found.nvrtc()).isNull();
    assertThat(found.fault()).contains(folder.resolve("libnvrtc.so").toString());
  }

  @Test
  void aFileThatIsNoLibraryIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("libnvrtc.so.12"), "this is no library");
    assertThat(new Nvrtc.Finder(NvrtcPlaces.in(folder), 13000).find().fault()).contains(file.toString());
    assertThat(new Nvrtc.Finder(List.of(), 13000).find().fault()).isEqualTo("there is no libnvrtc.so");
  }

  private static Fatbin index(String text) throws IOException {
    return Fatbin.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        file -> file.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theIndexOfCompiledKernelsIsRead() throws IOException {
    Fatbin two = index("# nvcc 13.0\n\n" + SourceKey.of("first") + " all.fatbin k_1\n" + SourceKey.of("second")
        + " more-2.fatbin k_2\n");
    assertThat(two.find("first")).isEqualTo(new Fatbin.Entry("all.fatbin", "k_1"));
    assertThat(two.find("second")).isEqualTo(new Fatbin.Entry("more-2.fatbin", "k_2"));
    assertThat(two.find("third")).isNull();
    assertThat(two.first()).isNotNull();
    assertThat(new String(two.read("all.fatbin"), StandardCharsets.UTF_8)).isEqualTo("all.fatbin");
    assertThat(index("").isEmpty()).isTrue();
    for (String damaged : List.of("abc all.fatbin k", SourceKey.of("x") + " all.fatbin",
        SourceKey.of("x") + " ../x.fatbin k",
        SourceKey.of("x") + " /etc/passwd k", SourceKey.of("x") + " all.fatbin 9k")) {
      assertThatThrownBy(() -> index(damaged)).isInstanceOf(IOException.class).hasMessageContaining(damaged);
    }
  }

  @Test
  void keysTellTextsApart() {
    assertThat(SourceKey.of("abc")).as("the example of FIPS 180-2")
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(SourceKey.of(List.of("ab", "c"))).isNotEqualTo(SourceKey.of(List.of("a", "bc")));
  }

  @Test
  void whatIsMissingIsToldByWhatTheMachineShows() throws IOException {
    String absent = "libcuda.so.1: cannot open shared object file: No such file or directory";
    Problem none = new PciDevices(folder).notLoaded(absent);
    assertThat(none.expected()).as("an ordinary machine").isTrue();
    assertThat(none.reason()).contains("no NVIDIA GPU");

    Path device = Files.createDirectories(folder.resolve("sys/bus/pci/devices/0000:01:00.0"));
    Files.writeString(device.resolve("vendor"), "0x10de\n");
    Files.writeString(device.resolve("class"), "0x0c0330\n");
    assertThat(new PciDevices(folder).notLoaded(absent).expected()).as("NVIDIA's, but no GPU").isTrue();
    Files.writeString(device.resolve("class"), "0x030200\n");
    Problem hardware = new PciDevices(folder).notLoaded(absent);
    assertThat(hardware.expected()).isFalse();
    assertThat(hardware.reason()).contains("there is an NVIDIA GPU, but not NVIDIA's driver");
    assertThat(hardware.cure()).contains("install NVIDIA's driver");

    Files.createDirectories(folder.resolve("proc/driver/nvidia"));
    Problem library = new PciDevices(folder).notLoaded(absent);
    assertThat(library.expected()).isFalse();
    assertThat(library.reason()).contains("kernel driver is loaded");
    assertThat(library.cure()).contains("libcuda1", "NVIDIA_DRIVER_CAPABILITIES");
    assertThat(new PciDevices(folder).notLoaded("libcuda.so.1: wrong ELF class: ELFCLASS32").reason())
        .contains("cannot be loaded", "ELFCLASS32");
  }

  @Test
  void everyFailureToStartHasItsCure() {
    assertThat(CudaProvider.cure(100)).contains("nvidia-smi", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES");
    assertThat(CudaProvider.cure(803)).contains("restart");
    assertThat(CudaProvider.cure(34)).contains("stubs");
    assertThat(CudaProvider.cure(999)).contains("nvidia-uvm");
  }

  @Test
  void theLinkersReasonIsPickedOutOfJCudasPage() {
    String page = """
        Error while loading native library "JCudaDriver"
        Stack trace from the attempt to load the library as a resource:
        java.lang.UnsatisfiedLinkError: libJCudaDriver.so: libcuda.so.1: cannot open shared object file: No such file
        \tat java.base/jdk.internal.loader.NativeLibraries.load(Native Method)
        """;
    assertThat(Cuda.rootMessage(new UnsatisfiedLinkError(page)))
        .isEqualTo("libcuda.so.1: cannot open shared object file: No such file");
    assertThat(Cuda.rootMessage(new NoClassDefFoundError("jcuda/driver/JCudaDriver")))
        .isEqualTo("jcuda/driver/JCudaDriver");
  }
}
