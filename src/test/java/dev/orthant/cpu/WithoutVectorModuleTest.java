package dev.orthant.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.testing.Tier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WithoutVectorModuleTest {
  /** A class of the vector module that were touched would be a NoClassDefFoundError there. */
  @Test
  void everythingWorksInScalarCodeAndTheDeviceSaysSo() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), "--enable-native-access=ALL-UNNAMED",
        "-Dorthant.test.full=" + Tier.isFull(),
        WithoutVectorModule.class.getName())
        .redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(output).contains("--add-modules jdk.incubator.vector", "all is well");
  }
}
