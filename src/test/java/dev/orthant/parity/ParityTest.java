package dev.orthant.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.bounds.Bounds;
import dev.orthant.core.DType;
import dev.orthant.device.Device;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Activations;
import dev.orthant.testing.Tier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The prover itself: it passes what is right and catches what is wrong. */
final class ParityTest {
  private static ParityReport run(Device device, List<Case> cases) {
    return new ParityRun(List.of(device), cases, 1).run(v -> {
    });
  }

  @Test
  void theReferencePasses() {
    ParityReport report = run(ReferenceDevice.named("reference"), Tier.sample(Catalogue.quick(), 5));
    assertThat(report.failures()).isEmpty();
    assertThat(report.total().cases()).isGreaterThan(100);
  }

  @Test
  void idsAreUniqueAndEveryActivationMeetsEveryOpAndType() {
    List<Case> all = Catalogue.all();
    Set<String> ids = all.stream().map(Case::id).collect(Collectors.toCollection(HashSet::new));
    assertThat(ids).hasSameSizeAs(all);
    for (var f : Activations.all()) {
      for (String op : List.of("pointwise", "matmul", "conv2d")) {
        for (DType type : List.of(DType.F16, DType.BF16, DType.F32, DType.F64)) {
          assertThat(all).as("%s %s %s", op, f.name(), type)
              .anyMatch(c -> c.group().equals(op + " " + f.name()) && c.dtype() == type);
        }
      }
    }
  }

  @Test
  void aWrongElementIsFoundAndCanBeRepeated() {
    Device broken = ReferenceDevice.broken("broken", c -> c.op().name().equals("matmul"));
    ParityReport report = run(broken, Catalogue.quick());
    assertThat(report.failures()).isNotEmpty().allMatch(v -> v.test().op().name().equals("matmul"));
    assertThat(report.failures().getFirst().toString()).contains("FAILED")
        .contains("./orthant parity --device broken --case 'matmul/")
        .contains("--seed 1");
  }

  @Test
  void zerosEverywhereAreMistrusted() {
    Tally tally = new Tally(DType.F32);
    for (int i = 0; i < 100; i++) {
      tally.add(new Bounds.Expected(0, dev.orthant.expr.Interval.point(0)), 0, "" + i);
    }
    assertThat(tally.result().withinBound()).isTrue();
    assertThat(tally.result().mistrusted()).isTrue();
  }

  @Test
  void aLoneNanFails() {
    Bounds.Expected expected = new Bounds.Expected(1, dev.orthant.expr.Interval.point(1));
    Tally tally = new Tally(DType.F32);
    tally.add(expected, 1, "0");
    tally.add(expected, Double.NaN, "1");
    tally.add(expected, 1, "2");
    assertThat(tally.result().withinBound()).isFalse();
    assertThat(tally.result().nanMismatches()).isEqualTo(1);
    assertThat(tally.result().worst()).startsWith("1: got NaN");
  }

  @Test
  void aNumberInPlaceOfNanFails() {
    Bounds.Expected expected = new Bounds.Expected(Double.NaN, dev.orthant.expr.Interval.point(Double.NaN));
    assertThat(expected.fraction(0)).isInfinite();
    assertThat(expected.fraction(Double.NaN)).isZero();
  }

  @Test
  void aTypeTheDeviceLacksIsToldNotSkipped() {
    ParityReport report = run(ReferenceDevice.having("small", Set.of(DType.F32)), Catalogue.quick());
    assertThat(report.failures()).isEmpty();
    assertThat(report.total().unsupported()).isPositive();
    assertThat(report.total().passed()).isPositive();
  }
}
