package dev.orthant.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every setting refuses what makes no sense, with its name, the value and what is legal; a wrong name is told of. */
class SettingTest {
  private static Properties with(String name, String value) {
    Properties p = new Properties();
    p.setProperty(name, value);
    return p;
  }

  @ParameterizedTest
  @CsvSource({"FUSION,nope", "FUSION,0", "MATRIX,of", "SYNC,yes", "DEBUG,1", "MATH,fast", "CPU_VECTOR,maybe",
      "CPU_THREADS,0",
      "CPU_THREADS,4097", "CPU_THREADS,-1", "CPU_THREADS,1e3", "CPU_THREADS,99999999999999999999", "CPU_MEMORY,0",
      "CPU_MEMORY,-5g",
      "CPU_MEMORY,8q", "CPU_MEMORY,9999999999g", "CPU_MEMORY,99999999999999999999", "CPU_MEMORY,g",
      "OPENCL_KERNELS,fpga",
      "TERMINAL,perhaps", "LAUNCHER,2"})
  void nonsenseIsRefused(Setting setting, String value) {
    assertThatThrownBy(() -> setting.value(with(setting.property(), value))).isInstanceOf(InvalidInputException.class)
        .hasMessage("-D" + setting.property() + "=" + value + ": expected " + setting.expected());
  }

  @ParameterizedTest
  @EnumSource
  void theExampleIsLegalAndSoIsNothing(Setting setting) {
    assertThat(setting.value(with(setting.property(), " " + setting.example() + " "))).contains(setting.example());
    assertThat(setting.value(with(setting.property(), " "))).isEmpty();
    assertThat(setting.value(new Properties())).isEmpty();
  }

  @Test
  void switchesUnderstandBothWaysOfSayingIt() {
    for (String on : new String[] {"on", "true", "ON", " True "}) {
      assertThat(Setting.FUSION.isOn(with("orthant.fusion", on))).isTrue();
      assertThat(Setting.SYNC.isOn(with("orthant.sync", on))).isTrue();
    }
    for (String off : new String[] {"off", "false", "OFF"}) {
      assertThat(Setting.FUSION.isOn(with("orthant.fusion", off))).isFalse();
      assertThat(Setting.SYNC.isOn(with("orthant.sync", off))).isFalse();
    }
    assertThat(Setting.FUSION.isOn(new Properties())).isTrue();
    assertThat(Setting.SYNC.isOn(new Properties())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"orthant.fusoin,orthant.fusion", "orthant.Math,orthant.math", "orthant.cpu.thread,orthant.cpu.threads",
      "orthant.cachedir,orthant.cache", "orthant.opencl.kernel,orthant.opencl.kernels"})
  void aWrongNameIsToldOfWithTheNearest(String wrong, String right) {
    assertThat(Setting.unknown(with(wrong, "x"))).singleElement().asString()
        .startsWith("-D" + wrong + " is no setting").contains("did you mean -D" + right + "?");
  }

  /** Devices and commands ask for this first: a misspelt setting does not pass for the default. */
  @Test
  void aWrongNameIsAnError() {
    System.setProperty("orthant.cpu.vektor", "off");
    try {
      assertThatThrownBy(Setting::requireLegal).isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith("-Dorthant.cpu.vektor is no setting; did you mean -Dorthant.cpu.vector?");
    } finally {
      System.clearProperty("orthant.cpu.vektor");
    }
    Setting.requireLegal();
  }

  @Test
  void otherPropertiesAreNobodysBusiness() {
    Properties p = with("user.home", "x");
    for (Setting s : Setting.values()) {
      p.setProperty(s.property(), s.example());
    }
    p.setProperty("orthant.seed", "7");
    assertThat(Setting.unknown(p)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1,1", "800m,838860800", "8g,8589934592", "2K,2048", "-1,-1", "x,-1", "8589934592g,-1"})
  void bytes(String text, long bytes) {
    assertThat(Setting.bytesOf(text)).isEqualTo(bytes);
  }

  @Test
  void theDocumentationListsThemAll() throws IOException {
    String listed = Files.readString(Path.of("docs/settings.md"));
    for (Setting s : Setting.values()) {
      if (!s.meaning().isEmpty()) {
        assertThat(listed).contains(
            "| `" + s.flag() + "=" + s.example() + "` | " + s.meaning() + " (default: " + s.otherwise() + ") |");
      }
    }
  }
}
