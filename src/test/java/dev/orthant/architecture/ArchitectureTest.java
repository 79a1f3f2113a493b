package dev.orthant.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may know whom. A new package, or a new arrow, is one line here, and a reason to think twice. */
class ArchitectureTest {
  private static final String ROOT = "dev.orthant.";

  /** Package → the packages it builds on; what those build on, it may use too. */
  private static final Map<String, List<String>> ARROWS = Map.ofEntries(
      entry("core", List.of()),
      entry("expr", List.of("core")),
      entry("op", List.of("expr")),
      entry("device", List.of("op")),
      entry("bounds", List.of("op")),
      // Faster kernels are held to the bounds before they are used.
      entry("gpu", List.of("device", "bounds")),
      entry("opencl", List.of("gpu")),
      entry("cuda", List.of("gpu")),
      entry("cpu", List.of("device")),
      entry("tensor", List.of("op", "device")),
      entry("parity", List.of("device", "bounds")),
      entry("programs", List.of("tensor", "parity")),
      entry("io", List.of("nn")),
      entry("nn", List.of("tensor")),
      entry("optim", List.of("tensor")),
      entry("monitor", List.of("tensor", "nn")),
      entry("djl", List.of("tensor", "nn", "optim", "monitor")),
      entry("data", List.of("core")),
      entry("plot", List.of("core")),
      // The build's own step: what it compiles beforehand, and what users never call.
      entry("kernelbuild", List.of("cuda", "nn", "optim")),
      entry("bench", List.of("parity")),
      entry("train", List.of("io", "nn", "optim", "monitor", "data", "plot")),
      entry("claims", List.of("nn", "optim", "monitor", "data", "plot")),
      // Not the backends: devices are found by ServiceLoader, and nobody above them names one.
      entry("cli", List.of("bench", "train", "claims", "programs")));

  /**
   * Room of a package → the rooms of that package it builds on; its top ("") may use all of them, and none of them the
   * top.
   */
  private static final Map<String, List<String>> ROOMS = Map.ofEntries(
      entry("cpu.memory", List.of()),
      entry("cpu.codegen", List.of("memory")),
      entry("cpu.gemm", List.of("codegen")),
      entry("cpu.conv", List.of("gemm")),
      entry("cpu.integer", List.of("memory")),
      entry("cpu.move", List.of("memory")),
      entry("cpu.pool", List.of("conv")),
      entry("cpu.reduce", List.of("codegen", "integer")),
      entry("cpu.op", List.of("conv")),
      entry("gpu.driver", List.of()),
      entry("gpu.source", List.of("driver")),
      entry("gpu.plan", List.of("source")),
      entry("cuda.compile", List.of()),
      entry("cuda.kernels", List.of()),
      entry("op.walk", List.of()),
      entry("op.reference", List.of("walk")),
      entry("tensor.graph", List.of()),
      entry("cli.terminal", List.of()),
      entry("cli.run", List.of("terminal")),
      entry("djl.types", List.of()),
      entry("djl.math", List.of()),
      entry("djl.vision", List.of()),
      entry("djl.nn", List.of()));

  /** A library, or one class of the JDK → the one package that may use it. */
  private static final Map<String, String> KEEPERS = Map.of(
      "jdk.incubator.vector", "cpu",
      "org.jocl", "opencl",
      "jcuda", "cuda",
      "java.lang.foreign.Linker", "cuda",
      "ai.djl", "djl",
      "org.apache.commons.numbers", "expr",
      "org.apache.commons.rng", "djl",
      "picocli", "cli",
      "me.tongfei", "cli");

  private static final JavaClasses MAIN = importMain();

  /** Names are enough for these rules, and reading the JDK's classes as well would take seconds. */
  private static JavaClasses importMain() {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter().importPath(Path.of("target", "classes"));
  }

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  static Stream<String> kept() {
    return KEEPERS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void knowsOnlyWhatItBuildsOn(String name) {
    var allowed = closure(name).stream().map(p -> ROOT + p + "..").toArray(String[]::new);
    noClasses().that().resideInAPackage(ROOT + name + "..")
        .should().dependOnClassesThat(
            resideInAPackage(ROOT + ".").and(DescribedPredicate.not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true).check(MAIN);
  }

  static Stream<String> rooms() {
    return ROOMS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void aRoomKnowsOnlyTheRoomsItBuildsOn(String room) {
    String parent = room.substring(0, room.indexOf('.'));
    var allowed = Stream.concat(Stream.of(room), roomsUnder(parent, room).stream()).map(r -> ROOT + r + "..")
        .toArray(String[]::new);
    noClasses().that().resideInAPackage(ROOT + room + "..")
        .should().dependOnClassesThat(
            resideInAPackage(ROOT + parent + "..").and(DescribedPredicate.not(resideInAnyPackage(allowed))))
        .check(MAIN);
  }

  @Test
  void everyRoomHasItsPlace() {
    var found = new TreeSet<String>();
    for (JavaClass c : MAIN) {
      String name = c.getPackageName().replace(ROOT, "");
      if (name.contains(".") && c.getPackageName().startsWith(ROOT)) {
        found.add(name);
      }
    }
    assertThat(ROOMS.keySet()).as("a room without arrows: add it above").containsExactlyInAnyOrderElementsOf(found);
  }

  /** What drivers call is what the author of a driver reads. */
  @ParameterizedTest
  @ValueSource(strings = {"opencl", "cuda", "cuda.compile"})
  void driversKnowNoPlans(String driver) {
    noClasses().that().resideInAPackage(ROOT + driver)
        .should().dependOnClassesThat(resideInAnyPackage(ROOT + "gpu.plan..", ROOT + "gpu.source..")).check(MAIN);
  }

  @ParameterizedTest
  @MethodSource("kept")
  void isUsedByItsKeeperOnly(String library) {
    var name = KEEPERS.getOrDefault(library, "");
    noClasses().that().resideOutsideOfPackage(ROOT + name + "..")
        .should().dependOnClassesThat(
            DescribedPredicate.describe(library, (JavaClass c) -> (c.getName() + ".").startsWith(library + ".")))
        .allowEmptyShould(true).check(MAIN);
  }

  @Test
  void coreKnowsOnlyTheJdk() {
    classes().that().resideInAPackage(ROOT + "core..")
        .should().onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", ROOT + "core.."))
        .allowEmptyShould(true).check(MAIN);
  }

  @Test
  void everyPackageHasItsPlace() {
    var found = new TreeSet<String>();
    for (JavaClass c : MAIN) found.add(c.getPackageName().replace(ROOT, "").replaceFirst("\\..*", ""));
    assertThat(ARROWS.keySet()).as("a package without arrows: add it above").containsAll(found);
  }

  @Test
  void noPackageCycles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().allowEmptyShould(true).check(MAIN);
  }

  private static Set<String> roomsUnder(String parent, String room) {
    var all = new TreeSet<String>();
    for (String next : ROOMS.getOrDefault(room, List.of())) {
      all.add(parent + "." + next);
      all.addAll(roomsUnder(parent, parent + "." + next));
    }
    return all;
  }

  private static Set<String> closure(String name) {
    var all = new TreeSet<>(Set.of(name));
    for (String next : ARROWS.getOrDefault(name, List.of())) all.addAll(closure(next));
    return all;
  }
}
