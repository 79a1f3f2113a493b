package dev.orthant.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What users may build on: which packages, that they speak of nothing else, and that all of it says what it does. */
class ApiTest {
  private static final Path SOURCES = Path.of("src/main/java/dev/orthant");
  private static final String ROOT = "dev.orthant.";

  /** The packages whose public members stay. Every other one says in its description that it is internal. */
  private static final Set<String> API = Set.of("core", "device", "expr", "op", "tensor", "nn", "optim", "monitor",
      "io", "bounds", "parity", "djl");

  private static boolean isApi(JavaClass c) {
    return c.getPackageName().startsWith(ROOT) && API.contains(c.getPackageName().substring(ROOT.length()));
  }

  private static boolean isVisible(JavaClass c) {
    return c.getModifiers().contains(JavaModifier.PUBLIC)
        && c.getEnclosingClass().map(ApiTest::isVisible).orElse(true);
  }

  /** What appears in a signature of the API is itself of the API, or of somebody else. */
  @Test
  void theApiSpeaksOfNothingInternal() {
    JavaClasses main = new ClassFileImporter().importPath(Path.of("target", "classes"));
    var leaks = new TreeSet<String>();
    int judged = 0;
    for (JavaClass c : main) {
      if (!isApi(c) || !isVisible(c)) {
        continue;
      }
      for (JavaCodeUnit unit : c.getCodeUnits()) {
        if (!unit.getModifiers().contains(JavaModifier.PUBLIC)
            && !unit.getModifiers().contains(JavaModifier.PROTECTED)) {
          continue;
        }
        judged++;
        Stream.concat(Stream.of(unit.getRawReturnType()), unit.getRawParameterTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(t -> t.getName().startsWith(ROOT) && !isApi(t))
            .forEach(t -> leaks.add(unit.getFullName() + " speaks of " + t.getName()));
      }
    }
    assertThat(judged).isGreaterThan(500);
    assertThat(leaks).isEmpty();
  }

  /** The compiler judges the Javadoc of these packages, and the tool shows no other. */
  @Test
  void thePomNamesTheSamePackages() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    assertThat(named(pom, "-Xdoclint/package:", "</arg>", ",")).containsExactlyInAnyOrderElementsOf(API);
    Set<String> hidden = named(pom, "<excludePackageNames>", "</excludePackageNames>", ":");
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path info : files.filter(f -> f.endsWith("package-info.java")).toList()) {
        String name = SOURCES.relativize(info.getParent()).toString().replace('/', '.').replace('\\', '.');
        boolean isHidden = hidden.contains(name) || hidden.contains(name.replaceFirst("\\..*", ".*"));
        assertThat(isHidden).as("whether Javadoc hides " + name).isNotEqualTo(API.contains(name));
      }
    }
  }

  private static Set<String> named(String pom, String before, String behind, String between) {
    int start = pom.indexOf(before) + before.length();
    return Stream.of(pom.substring(start, pom.indexOf(behind, start)).split(between))
        .map(p -> p.substring(ROOT.length())).collect(Collectors.toSet());
  }

  @Test
  void everyOtherPackageSaysThatItIsInternal() throws IOException {
    var silent = new ArrayList<Path>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path info : files.filter(f -> f.endsWith("package-info.java")).sorted().toList()) {
        String name = SOURCES.relativize(info.getParent()).toString().replace('/', '.').replace('\\', '.');
        if (API.contains(name) == Files.readString(info).contains("Internal: ")) {
          silent.add(info);
        }
      }
    }
    assertThat(silent).as("package-info.java of an internal package without \"Internal: \", or of the API with it")
        .isEmpty();
  }

  /** Overriding methods, and constructors of records, are described where what they fulfil is. */
  @Test
  void everyPublicMemberOfTheApiHasJavadoc() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var missing = new ArrayList<String>();
    var seen = new ArrayList<String>();
    for (String name : new TreeSet<>(API)) {
      List<Path> files;
      try (Stream<Path> all = Files.list(SOURCES.resolve(name))) {
        files = all.filter(f -> f.toString().endsWith(".java") && !f.endsWith("package-info.java")).sorted().toList();
      }
      try (var manager = compiler.getStandardFileManager(null, null, null)) {
        var task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null,
            manager.getJavaFileObjectsFromPaths(files));
        for (CompilationUnitTree unit : task.parse()) {
          new Members(DocTrees.instance(task), missing, seen).scan(unit, null);
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(500);
    assertThat(missing).isEmpty();
  }

  /** Visits what users see. */
  private static final class Members extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final DocTrees docs;
    private final List<String> missing;
    private final List<String> seen;

    Members(DocTrees docs, List<String> missing, List<String> seen) {
      this.docs = docs;
      this.missing = missing;
      this.seen = seen;
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void none) {
      if (isSeen(tree.getModifiers())) {
        judge(tree, tree.getSimpleName().toString());
        return super.visitClass(tree, null);
      }
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void none) {
      boolean overrides = tree.getModifiers().getAnnotations().stream()
          .anyMatch(a -> a.getAnnotationType().toString().equals("Override"));
      boolean ofRecord = tree.getReturnType() == null && owner().getKind() == Tree.Kind.RECORD && isCanonical(tree);
      if (isSeen(tree.getModifiers()) && !overrides && !ofRecord) {
        judge(tree, tree.getName().toString());
      }
      return null;
    }

    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void none) {
      boolean ofType = getCurrentPath().getParentPath().getLeaf() instanceof ClassTree;
      if (ofType && isSeen(tree.getModifiers()) && tree.getModifiers().getFlags().contains(Modifier.STATIC)
          && owner().getKind() != Tree.Kind.ENUM) {
        judge(tree, tree.getName().toString());
      }
      return null;
    }

    /** One that has no other constructor to call: the compact form, or that with all components. */
    private static boolean isCanonical(MethodTree tree) {
      return tree.getBody().getStatements().stream().noneMatch(s -> s.toString().startsWith("this("));
    }

    private ClassTree owner() {
      return (ClassTree) getCurrentPath().getParentPath().getLeaf();
    }

    private boolean isSeen(ModifiersTree modifiers) {
      Set<Modifier> flags = modifiers.getFlags();
      boolean inInterface = getCurrentPath().getParentPath().getLeaf() instanceof ClassTree c
          && c.getKind() == Tree.Kind.INTERFACE && !flags.contains(Modifier.PRIVATE);
      return flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED) || inInterface;
    }

    private void judge(Tree tree, String name) {
      TreePath path = getCurrentPath();
      String where = Path.of(path.getCompilationUnit().getSourceFile().getName()).getFileName() + ": " + name + " ("
          + path.getCompilationUnit().getLineMap().getLineNumber(docs.getSourcePositions()
              .getStartPosition(path.getCompilationUnit(), tree))
          + ")";
      seen.add(where);
      DocCommentTree doc = docs.getDocCommentTree(path);
      if (doc == null) {
        missing.add(where);
      }
    }
  }
}
