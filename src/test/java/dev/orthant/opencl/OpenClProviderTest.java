package dev.orthant.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.device.Devices;
import dev.orthant.device.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Fork.Result result = fork.option("-D" + KernelChoice.PROPERTY + "=fpga").run();
    assertThat(result.exit()).isNotZero();
    assertThat(result.output()).contains("must be gpu or cpu, not 'fpga'");
  }
}
