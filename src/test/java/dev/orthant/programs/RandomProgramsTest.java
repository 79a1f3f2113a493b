package dev.orthant.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.op.Call;
import dev.orthant.op.MatMul;
import dev.orthant.op.Reduce;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import dev.orthant.testing.Tier;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random programs on every device of this machine. {@code -Dorthant.programs=100000} runs as many,
 * {@code -Dorthant.seed=…} others. And that they find faults which were planted.
 */
final class RandomProgramsTest {
  private static final long SEED = Long.getLong("orthant.seed", 1);

  /** Where each kernel has to be compiled first, a program takes a hundred times as long. */
  private static long count(Device device) {
    return Long.getLong("orthant.programs", switch (Devices.kind(device)) {
      case "cpu" -> Tier.count(250, 80);
      case "opencl" -> Tier.count(40, 10);
      default -> Tier.count(15, 5);
    });
  }

  @TestFactory
  Stream<DynamicTest> everyDeviceKeepsItsBoundsInRandomPrograms() {
    return Devices.all().stream().map(d -> DynamicTest.dynamicTest(d.name(), () -> {
      RandomPrograms.Report report = RandomPrograms.on(d, SEED, count(d)).run(2, s -> {
      });
      assertThat(report.failures())
          .as(() -> report + report.failures().stream().map(f -> "\n" + f).collect(Collectors.joining())).isEmpty();
      assertThat(report.programs()).isEqualTo(count(d));
      assertThat(report.steps()).isGreaterThan(report.programs());
      assertThat(report.gradients()).isPositive();
    }));
  }

  // ---- planted faults ----------------------------------------------------------------------------------------------

  private static RandomPrograms.Report run(Supplier<Predicate<Call>> wrong, long count) {
    Supplier<Device> opened = () -> ReferenceDevice.broken("cpu", wrong.get());
    try (Device device = opened.get()) {
      return new RandomPrograms(device, opened, SEED, count).run(1, s -> {
      });
    }
  }

  private static long tensors(String test) {
    return Pattern.compile("Tensor v\\d+ =").matcher(test).results().count();
  }

  @Test
  void aDeviceThatIsRightHasNoFailures() {
    assertThat(run(() -> c -> false, 60).failures()).isEmpty();
  }

  /** A product without rows to share is wrong: a matrix, another, their product. */
  @Test
  void aWrongResultIsMadeSmall() {
    RandomPrograms.Report report =
        run(() -> c -> c.op() instanceof MatMul && c.output().shape().elements() > 1, 400);
    assertThat(report.failures()).as("seed " + SEED).isNotEmpty().allSatisfy(f -> {
      assertThat(f.fault()).contains("matmul");
      assertThat(tensors(f.test())).as(f.test()).isLessThanOrEqualTo(4);
      assertThat(f.test()).contains("matMul(", f.repeat());
    });
  }

  /**
   * A plan kept by less than it depends on: wrong only when another program has run before, which is then part of what
   * is printed.
   */
  @Test
  void aPlanOfAnotherShapeIsFoundWithTheCallThatMadeIt() {
    record Key(List<Integer> axes, List<Reduce.Stage> stages, List<Reduce.Result> results, Object inputs) {}
    RandomPrograms.Report report = run(() -> {
      Map<Key, Shape> kept = new HashMap<>();
      return c -> c.op() instanceof Reduce r && !c.output().shape().isEmpty() && !kept
          .computeIfAbsent(new Key(r.axes(), r.stages(), r.results(), c.inputs()), k -> r.least()).equals(r.least());
    }, 1000);
    assertThat(report.failures()).as("seed " + SEED).isNotEmpty().allSatisfy(f -> {
      assertThat(f.fault()).contains("least=");
      assertThat(tensors(f.test())).as(f.test()).isLessThanOrEqualTo(8);
    });
  }

  private static Program of(ProgramNode.Action action, boolean gradient) {
    ProgramNode leaf = new ProgramNode.Leaf(TensorSpec.of(DType.F64, 3, 2), new Numbers(7, 1, 17, -8, 0.5), gradient);
    ProgramNode one = new ProgramNode.Step("{0}.mul(3.0)", List.of(0), (_, in) -> in.getFirst().mul(3), false);
    ProgramNode two = new ProgramNode.Step("?", List.of(1), action, false);
    return new Program(0, List.of(leaf, one, two), gradient ? List.of(2) : List.of(), Set.of());
  }

  @Test
  void aValueThatIsAnotherWhenItIsJoinedIsSeen() {
    Device device = ReferenceDevice.named("cpu");
    assertThat(Trial.of(of((_, in) -> in.getFirst().add(1), false), device).fault()).isNull();
    assertThat(Trial.of(of((_, in) -> in.getFirst().add(in.getFirst().isPending() ? 1 : 1.001), false), device).fault())
        .contains("fused", "v2[0]");
  }

  @Test
  void aGradientThatIsNoSlopeIsSeen() {
    Device device = ReferenceDevice.named("cpu");
    assertThat(Trial.of(of((_, in) -> in.getFirst().square(), true), device).fault()).isNull();
    assertThat(Trial.of(of((_, in) -> in.getFirst().mul(in.getFirst().detach()), true), device).fault())
        .contains("the gradient of v0", "slope");
  }

  @Test
  void aTensorThatNobodyClosesIsSeen() {
    Device device = ReferenceDevice.named("cpu");
    assertThat(Trial.of(of((dev, in) -> {
      Scope.detached(() -> Tensor.full(dev, DType.F32, Shape.of(), 1).unwatched());
      return in.getFirst().add(1);
    }, false), device).fault()).contains("left over");
  }

  /** The same where nothing waits to be joined. */
  @Test
  void programsAreRightWithoutFusion() {
    String before = System.setProperty("orthant.fusion", "off");
    try {
      assertThat(RandomPrograms.on(Devices.named("cpu"), SEED, 40).run(2, s -> {
      }).failures()).as("seed " + SEED).isEmpty();
    } finally {
      if (before == null) {
        System.clearProperty("orthant.fusion");
      } else {
        System.setProperty("orthant.fusion", before);
      }
    }
  }

  // ---- what is printed ---------------------------------------------------------------------------------------------

  @Test
  void programsArePrintedAsTestsThatCompile(@TempDir Path folder) throws IOException {
    Device cpu = Devices.named("cpu");
    Generator generator = new Generator(cpu);
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String name = "Program" + i + "Test";
      String text = JavaText.of(generator.program(SEED + i), name, "why", cpu);
      files.add(Files.writeString(folder.resolve(name + ".java"), text));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    boolean compiled = compiler.getTask(said, null, null,
        List.of("-cp", classPath(), "-proc:none", "-d", folder.toString()), null,
        compiler.getStandardFileManager(null, null, null).getJavaFileObjectsFromPaths(files)).call();
    assertThat(compiled).as(said.toString()).isTrue();
  }

  private static String classPath() {
    return Stream.of(Device.class, Test.class, Assertions.class)
        .map(c -> Path.of(URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void theSameSeedGivesTheSameProgram() {
    Device cpu = Devices.named("cpu");
    String first = JavaText.of(new Generator(cpu).program(SEED + 5), "A", "", cpu);
    assertThat(JavaText.of(new Generator(cpu).program(SEED + 5), "A", "", cpu)).isEqualTo(first);
  }
}
