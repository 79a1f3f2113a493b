package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.device.Fork;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Failures of the driver, on the emulated one: every error is typed, nothing leaks, the device works on or is lost for
 * good.
 */
class FaultsTest {
  /** Kernels are compiled once for all of these. */
  @TempDir
  static Path cache = Path.of("");

  @BeforeAll
  static void need() {
    Emulator.need();
  }

  private static Fork fork(String... arguments) {
    return Fork.java(FaultMain.class, arguments).option("-Dorthant.cache=" + cache).option("-Xmx512m");
  }

  private static void succeeds(Fork fork) throws Exception {
    Fork.Result result = fork.run();
    System.out.println(result.output().strip());
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(result.output()).endsWith("OK\n");
  }

  /**
   * From opening the device to closing it, with a step of training between: each call with CUDA_ERROR_INVALID_VALUE and
   * with LAUNCH_FAILED, which loses the device; every third with OUT_OF_MEMORY, INVALID_IMAGE and UNKNOWN.
   */
  @ParameterizedTest
  @CsvSource({"1,1", "719,1", "2,3", "200,3", "999,3"})
  void everyCallMayFailOnce(String code, String stride) throws Exception {
    succeeds(fork("every", code, stride));
  }

  @Test
  void aLostDeviceSaysSoAndCanBeOpenedAgain() throws Exception {
    succeeds(fork("lost"));
  }

  @Test
  void waitingAfterEachOpNamesTheOneThatFailed() throws Exception {
    succeeds(fork("sync").option("-Dorthant.sync=true"));
  }

  @Test
  void theCacheMakesRoomBeforeMemoryRunsOut() throws Exception {
    succeeds(fork("memory").environment("ORTHANT_EMULATED_MEMORY", Long.toString(8L << 20)));
  }
}
