package dev.orthant.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.core.Setting;
import dev.orthant.device.Devices;
import dev.orthant.device.Fork;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jocl.CL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Discovery where something is missing: every problem has its reason and its cure, and nothing is thrown. */
class OpenClProviderTest {
  @TempDir
  Path folder;

  private Fork fork;

  @BeforeEach
  void prepare() throws IOException {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    fork = Fork.java(DiscoverMain.class).option("-Djava.io.tmpdir=" + temporary);
  }

  private String run() throws IOException, InterruptedException {
    Fork.Result result = fork.run();
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(result.output()).contains("AGAIN true", "TEMPORARY true", "LEFT []");
    return result.output();
  }

  private static void assumeLinux() {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
  }

  @Test
  void noLibrary() throws Exception {
    assumeLinux();
    Files.writeString(folder.resolve("libOpenCL.so.1"), "this is no library");
    fork.environment("LD_LIBRARY_PATH", folder.toString());
    assertThat(run()).doesNotContain("DEVICE")
        .containsPattern("PROBLEM .*the OpenCL library cannot be loaded: .*could not be loaded.*install an ICD loader");
  }

  /** A library that loads: what a planted one would do then is its own affair. */
  private Path plant(String... names) throws IOException {
    Path planted = Files.createDirectories(folder.resolve("planted"));
    for (String name : names) {
      Files.copy(Path.of(System.getProperty("java.home"), "lib", "libzip.so"), planted.resolve(name));
    }
    return planted;
  }

  private static String ofJocl() throws IOException {
    Path jar = Path.of(URI.create(String.valueOf(CL.class.getProtectionDomain().getCodeSource().getLocation())));
    try (var file = new JarFile(jar.toFile())) {
      return file.stream().map(e -> e.getName()).filter(n -> n.matches("lib/libJOCL.*-linux-x86_64\\.so"))
          .map(n -> n.substring("lib/".length())).findFirst().orElseThrow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", "/nowhere:", ":/nowhere", "/nowhere::/nothing"})
  void aLibraryInTheWorkingDirectoryIsNotLoaded(String path) throws Exception {
    assumeLinux();
    fork.in(plant(ofJocl())).environment("LD_LIBRARY_PATH", path);
    assertThat(run()).contains("PLANTED false").doesNotContain("cannot be loaded");
  }

  @ParameterizedTest
  @ValueSource(strings = {"libOpenCL.so", "libOpenCL.so.1"})
  void noLoaderFromTheWorkingDirectoryEither(String name) throws Exception {
    assumeLinux();
    fork.in(plant(name)).environment("LD_LIBRARY_PATH", "/nowhere:");
    assertThat(run()).contains("PLANTED false").doesNotContain("DEVICE")
        .containsPattern(
            "PROBLEM .*means the working directory, and there is a " + name + " in it.*cure=take the empty");
  }

  @Test
  void whereTheTemporaryFolderIsNoexecAnotherIsTaken() throws Exception {
    assumeThat(Path.of("/etc/OpenCL/vendors/pocl.icd")).as("PoCL is not installed").exists();
    // The usual mounts of that kind; /dev/shm is one in most containers.
    Path noexec =
        Stream.of("/dev/shm", "/run/shm", "/dev/mqueue").map(Path::of).filter(OpenClProviderTest::isNoexec).findFirst()
            .orElse(null);
    assumeThat(noexec).as("no folder here is mounted noexec").isNotNull();
    Path temporary = Files.createTempDirectory(noexec, "orthant-test");
    try {
      fork = Fork.java(DiscoverMain.class).option("-Djava.io.tmpdir=" + temporary)
          .option("-Duser.home=" + Files.createDirectory(folder.resolve("home")));
      assertThat(run()).contains("DEVICE opencl:0 ");
      Files.writeString(folder.resolve("file"), "");
      fork = Fork.java(DiscoverMain.class).option("-Djava.io.tmpdir=" + temporary)
          .option("-Duser.home=" + folder.resolve("file"));
      assertThat(run()).doesNotContain("DEVICE")
          .containsPattern("PROBLEM .*is mounted noexec.*cure=make java.io.tmpdir a folder .*not mounted noexec");
    } finally {
      Files.delete(temporary);
    }
  }

  private static boolean isNoexec(Path folder) {
    try {
      Path probe = Files.createTempFile(folder, "orthant-test", null);
      try {
        return probe.toFile().setExecutable(true) && !Files.isExecutable(probe);
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void noPlatform() throws Exception {
    assumeThat(OpenCl.fault()).as("no OpenCL library here").isNull();
    fork.environment("OCL_ICD_VENDORS", Files.createDirectory(folder.resolve("icd")) + "/");
    assertThat(run()).doesNotContain("DEVICE")
        .containsPattern("PROBLEM .*an ICD loader but no platform .CL_PLATFORM_NOT_FOUND_KHR.*apt-get install pocl");
  }

  @Test
  void aPlatformThatDoesNotLoadHidesNoOther() throws Exception {
    assumeThat(Devices.missing()).isEmpty();
    Path vendors = Path.of("/etc/OpenCL/vendors/pocl.icd");
    assumeThat(vendors).as("PoCL is not installed").exists();
    Path icds = Files.createDirectory(folder.resolve("icd"));
    Files.writeString(icds.resolve("a.icd"), "/nowhere/libbroken.so\n");
    Files.copy(vendors, icds.resolve("pocl.icd"));
    fork.environment("OCL_ICD_VENDORS", icds + "/");
    assertThat(run()).contains("DEVICE opencl:0 ").doesNotContain("PROBLEM");
  }

  @Test
  void poclWithoutLibjsigIsAProblem() throws Exception {
    assumeThat(Path.of("/etc/OpenCL/vendors/pocl.icd")).as("PoCL is not installed").exists();
    fork.without("LD_PRELOAD");
    assertThat(run()).contains("DEVICE opencl:0 ").containsPattern("notes=\\[PoCL without libjsig")
        .containsPattern("PROBLEM .*PoCL without libjsig.*start with ./orthant, or with LD_PRELOAD");
  }

  @Test
  void everythingIsThere() throws Exception {
    assumeThat(Path.of("/etc/OpenCL/vendors/pocl.icd")).as("PoCL is not installed").exists();
    assertThat(run()).contains("DEVICE opencl:0 ").doesNotContain("PROBLEM");
  }

  @Test
  void anUnknownChoiceOfKernelsIsRefused() throws Exception {
    Fork.Result result = fork.option(Setting.OPENCL_KERNELS.flag() + "=fpga").run();
    assertThat(result.exit()).isNotZero();
    assertThat(result.output()).contains("-Dorthant.opencl.kernels=fpga: expected gpu or cpu");
  }
}
