package dev.orthant.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import org.junit.jupiter.api.Test;

final class DevicesTest {
  @Test
  void theCpuIsAlwaysThereAndFoundByItsName() {
    assertThat(Devices.named("cpu").name()).isEqualTo("cpu");
    assertThat(Devices.named(" CPU ")).isSameAs(Devices.named("cpu"));
    assertThat(Devices.all()).contains(Devices.best());
    assertThat(Devices.whyBest()).isNotBlank();
  }

  @Test
  void aCpuBehindOpenClIsNotPreferredToOurOwn() {
    assertThat(Devices.all()).extracting(Device::name)
        .satisfies(names -> assertThat(names.indexOf("cpu")).isNotNegative());
    for (Device d : Devices.all()) {
      if (d.info().driver().contains("PoCL")) {
        assertThat(Devices.all().indexOf(d)).isGreaterThan(Devices.all().indexOf(Devices.named("cpu")));
      }
    }
  }

  @Test
  void anUnknownNameListsTheKnownOnes() {
    assertThatThrownBy(() -> Devices.named("cuda:7")).isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cuda:7")
        .hasMessageContaining("cpu");
  }

  @Test
  void everyProblemNamesItsCure() {
    assertThat(Devices.problems()).allSatisfy(p -> {
      assertThat(p.subject()).isNotBlank();
      assertThat(p.reason()).isNotBlank();
      assertThat(p.cure()).isNotBlank();
    });
  }
}
