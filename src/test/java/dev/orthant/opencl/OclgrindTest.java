package dev.orthant.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.device.Devices;
import dev.orthant.device.Fork;
import dev.orthant.testing.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Data races, accesses out of bounds, divergent barriers, uninitialised reads: oclgrind interprets every kernel and
 * sees them.
 */
@Tag(Tier.FULL)
class OclgrindTest {
  private static final String RUNTIME = "liboclgrind-rt-icd.so";

  @TempDir
  Path folder;

  private static Path runtime = Path.of(RUNTIME);

  @BeforeAll
  static void find() {
    Optional<Path> found = Stream.of("/usr/lib/oclgrind", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib",
        "/opt/oclgrind/lib").map(f -> Path.of(f, RUNTIME)).filter(Files::exists).findFirst();
    boolean required = Optional.ofNullable(System.getenv(Devices.REQUIRE_VARIABLE)).orElse("").contains("opencl");
    if (required) {
      assertThat(found).as("ORTHANT_REQUIRE contains opencl, so oclgrind must be installed").isPresent();
    }
    assumeThat(found).as("oclgrind is not installed (apt-get install oclgrind)").isPresent();
    runtime = found.orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpu", "cpu"})
  void kernelsAreClean(String kernels) throws Exception {
    assertThat(run(kernels)).as("what oclgrind found").isEmpty();
  }

  /** The check itself is checked: what it is there to see, it sees. */
  @ParameterizedTest
  @CsvSource({"race, data race", "bounds, Invalid read", "uninitialized, Uninitialized"})
  void plantedFaultsAreSeen(String fault, String finding) throws Exception {
    assertThat(run(fault)).containsIgnoringCase(finding);
  }

  /** Runs {@link OclgrindMain} under oclgrind; what it found. */
  private String run(String argument) throws IOException, InterruptedException {
    Path icds = Files.createDirectory(folder.resolve("icd"));
    Files.writeString(icds.resolve("oclgrind.icd"), runtime + "\n");
    Path log = folder.resolve("oclgrind.log");
    Fork fork = Fork.java(OclgrindMain.class, argument)
        .environment("OCL_ICD_VENDORS", icds + "/")
        .environment("OCLGRIND_LOG", log.toString())
        .environment("OCLGRIND_CHECK_API", "1")
        .environment("OCLGRIND_DATA_RACES", "1")
        .environment("OCLGRIND_UNINITIALIZED", "1")
        // The optimiser merges loads into reads of whole vectors, of which some parts are then never used and never
        // written.
        .environment("OCLGRIND_BUILD_OPTIONS", "-cl-opt-disable");
    Fork.Result result = fork.run();
    assertThat(result.exit()).as(result.output()).isZero();
    return Files.exists(log) ? Files.readString(log) : "";
  }
}
