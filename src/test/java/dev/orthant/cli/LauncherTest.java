package dev.orthant.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script {@code orthant} in surroundings that are not as it would like them, with a stand-in for java that tells
 * what it was given.
 */
class LauncherTest {
  private static final String JAVA = """
      #!/bin/bash
      echo "WARNING: Using incubator modules: jdk.incubator.vector" >&2
      echo "LIBRARIES=${LD_LIBRARY_PATH-unset}"
      echo "PRELOAD=${LD_PRELOAD-unset}"
      while [[ $# -gt 0 ]]; do
        if [[ "$1" == -cp ]]; then
          IFS=: read -ra parts <<<"$2"
          echo "PARTS=${#parts[@]}"
          [[ -f "${parts[0]}" && -d "${parts[1]%/\\*}" ]] && echo "CLASSPATH=there"
        fi
        shift
      done
      echo "told on standard error" >&2
      exit ${FAKE_EXIT:-0}
      """;

  @TempDir
  private Path folder;

  private record Ended(int code, String text) {}

  @BeforeEach
  void needsBash() {
    assumeTrue(Files.exists(Path.of("/bin/bash")) && Files.exists(Path.of("orthant"))
        && Files.exists(Path.of(System.getProperty("java.home"), "lib", "libjsig.so")));
  }

  /** As {@code orthant image} makes one. */
  private Path image(String name) throws IOException {
    Path image = Files.createDirectories(folder.resolve(name));
    Files.createDirectories(image.resolve("lib"));
    Files.writeString(image.resolve("orthant-1.jar"), "");
    jdk(image.resolve("runtime"));
    Files.copy(Path.of("orthant"), image.resolve("orthant"));
    return image;
  }

  private static void jdk(Path home) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.copy(Path.of(System.getProperty("java.home"), "lib", "libjsig.so"), home.resolve("lib/libjsig.so"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.1\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
    Path java = Files.writeString(home.resolve("bin/java"), JAVA);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Runs a line of bash in which $0 is the launcher; both streams are read unless the line leads them elsewhere. */
  private Ended run(Path image, Map<String, String> environment, String line) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/bash", "-c", line, image.resolve("orthant").toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Path output = folder.resolve("output");
    builder.redirectOutput(output.toFile());
    builder.environment().keySet().removeAll(List.of("HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "JAVA_TOOL_OPTIONS"));
    builder.environment().put("OCL_ICD_VENDORS", folder.resolve("none").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with blank", "with:colon", "with;semicolon", "täglich", "a'b", "$(date)"})
  void anyFolderWillDo(String name) throws Exception {
    Ended r = run(image(name), Map.of(), "exec \"$0\" devices");
    assertThat(r.text()).contains("PARTS=2", "CLASSPATH=there", "told on standard error").doesNotContain("incubator");
    assertThat(r.code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with blank", "with:colon"})
  void poclsGuardIsPreloadedWhereverTheJdkLies(String name) throws Exception {
    Files.writeString(Files.createDirectory(folder.resolve("icd")).resolve("pocl.icd"), "libpocl.so");
    Ended r = run(image(name), Map.of("OCL_ICD_VENDORS", folder.resolve("icd").toString()), "exec \"$0\" devices");
    String preload = r.text().lines().filter(l -> l.startsWith("PRELOAD=")).findFirst().orElseThrow();
    assertThat(preload).endsWith("/lib/libjsig.so").doesNotContain(" ").doesNotContain(":");
  }

  @Test
  void linksMadeOnTheWayAreRemoved() throws Exception {
    Path image = image("with:colon");
    Ended r = run(image, Map.of("FAKE_EXIT", "3"),
        "\"$0\" devices; c=$?; ls -d /tmp/tmp.*/orthant 2>/dev/null | while read l; do"
            + " [[ $(readlink $l) == \"${0%/orthant}\" ]] && echo LEFT; done; exit $c");
    assertThat(r.text()).doesNotContain("LEFT");
    assertThat(r.code()).isEqualTo(3);
  }

  @Test
  void aJdkMayLieInAFolderWithABlank() throws Exception {
    Path image = image("image");
    Files.move(image.resolve("runtime"), folder.resolve("my jdk"));
    Files.createDirectories(image.resolve("target/lib"));
    Files.writeString(image.resolve("target/orthant-1.jar"), "");
    for (String variable : List.of("ORTHANT_JAVA_HOME", "JAVA_HOME")) {
      Ended r = run(image, Map.of(variable, folder.resolve("my jdk").toString()), "exec \"$0\" devices");
      assertThat(r.text()).contains("CLASSPATH=there");
      assertThat(r.code()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`',
      value = {"``|unset", ":|unset", "/a:|/a", ":/a|/a", "/a::/b c|/a:/b c",
          "/a;|/a", "/a|/a"})
  void emptyComponentsOfTheLibraryPathAreDropped(String given, String kept) throws Exception {
    Ended r = run(image("image"), Map.of("LD_LIBRARY_PATH", given), "exec \"$0\" devices");
    assertThat(r.text()).contains("LIBRARIES=" + kept + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2>&-", "2>/dev/full", "</dev/null 2>&-", "<&- 2>&-", "2>/dev/null"})
  void theExitCodeIsThatOfTheCommandWhateverBecomesOfStandardError(String redirection) throws Exception {
    Path image = image("image");
    for (String code : List.of("0", "1", "2", "70")) {
      Ended r = run(image, Map.of("FAKE_EXIT", code), "\"$0\" devices " + redirection);
      assertThat(r.text()).contains("CLASSPATH=there");
      assertThat(r.code()).isEqualTo(Integer.parseInt(code));
    }
  }
}
