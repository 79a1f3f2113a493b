package dev.orthant.djl.differential;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.internal.NDArrayEx;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method of DJL's interfaces is called by a case, but for those that have nothing to compare. */
class CoverageTest {
  /**
   * Identity and lifetime, tested by EngineTest and MemoryTest; sparse arrays, strings and types that are not
   * supported; other names of what is.
   */
  private static final Set<String> NOTHING_TO_COMPARE = Set.of("attach", "detach", "tempAttach", "returnResource",
      "close",
      "getManager", "getUid", "getName", "setName", "isReleased", "getDevice", "getResourceNDArrays", "getArray",
      "getNDArrayInternal",
      "getIndexer", "getSparseFormat", "isSparse", "toSparse", "toStringArray", "toDebugString", "createCSR",
      "createCoo",
      "createRowSparse", "invoke", "cap", "getEngine", "getParentManager", "newSubManager", "ret", "attachAll",
      "tempAttachAll",
      "attachInternal", "attachUncappedInternal", "tempAttachInternal", "detachInternal", "getManagedArrays", "isOpen",
      "getAsBytes", "getAsObject", "getAsString", "toShortArray", "toUnsignedIntArray",
      "toUnsignedShortArray", "defaultDevice", "allocateDirect", "from", "load", "getShape", "getDataType");

  /**
   * Tested for their distribution, by RandomNumbersTest and ImagesTest, or where PyTorch's engine refuses everything,
   * by BoxesTest.
   */
  private static final Set<String> RANDOM =
      Set.of("randomInteger", "randomPermutation", "randomUniform", "randomNormal",
          "truncatedNormal", "randomMultinomial", "sampleNormal", "samplePoisson", "sampleGamma", "randomFlipLeftRight",
          "randomFlipTopBottom", "randomBrightness", "randomHue", "randomColorJitter", "multiBoxTarget");

  @ParameterizedTest
  @ValueSource(classes = {NDArray.class, NDArrayEx.class, NDManager.class})
  void everyMethodHasACase(Class<?> type) throws IOException {
    StringBuilder sources = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of("src/test/java/dev/orthant/djl/differential"))) {
      for (Path file : files.toList()) {
        sources.append(Files.readString(file));
      }
    }
    Set<String> missing = new TreeSet<>();
    Arrays.stream(type.getMethods()).filter(m -> !Modifier.isStatic(m.getModifiers())).map(Method::getName)
        .filter(name -> !NOTHING_TO_COMPARE.contains(name) && !RANDOM.contains(name))
        .filter(name -> !Pattern.compile("(\\.|::)" + name + "\\b").matcher(sources).find()).forEach(missing::add);
    assertThat(missing).isEmpty();
  }
}
