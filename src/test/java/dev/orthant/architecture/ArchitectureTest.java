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

/** Who may know whom. A new package, or a new arrow, is one line here, and a reason to think twice. */
class ArchitectureTest {
  private static final String ROOT = "dev.orthant.";

  /** Package → the packages it builds on; what those build on, it may use too. */
  private static final Map<String, List<String>> ARROWS = Map.ofEntries(
      entry("core", List.of()),
      entry("expr", List.of("core")),
      entry("op", List.of("expr")),
      entry("device", List.of("op")),
      // Faster kernels are held to parity's bounds before they are used.
      entry("gpu", List.of("device", "parity")),
      entry("opencl", List.of("gpu")),
      entry("cuda", List.of("gpu")),
      entry("cpu", List.of("device")),
      entry("tensor", List.of("op", "device")),
      entry("parity", List.of("op", "device")),
      // Not part of parity, whose bounds the drivers read: they shall not know tensors.
      entry("programs", List.of("tensor", "parity")),
      entry("io", List.of("tensor")),
      entry("nn", List.of("tensor")),
      entry("optim", List.of("tensor")),
      entry("monitor", List.of("tensor", "nn")),
      entry("djl", List.of("tensor", "nn", "optim", "monitor")),
      entry("data", List.of("core")),
      entry("plot", List.of("core")),
      // Not the backends either: devices are found by ServiceLoader, and nobody above them names one.
      // The build's own step: what it compiles beforehand, and what users never call.
      entry("ahead", List.of("cuda", "nn", "optim")),
      entry("cli", List.of("tensor", "parity", "programs", "io", "nn", "optim", "monitor", "data", "plot")));

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

  private static Set<String> closure(String name) {
    var all = new TreeSet<>(Set.of(name));
    for (String next : ARROWS.getOrDefault(name, List.of())) all.addAll(closure(next));
    return all;
  }
}
