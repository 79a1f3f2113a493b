package dev.orthant.kernelbuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.orthant.cuda.compile.SourceKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was compiled when the jar was made. Maven runs this behind that step, not with the other tests. */
class CompiledKernelsTest {
  private static final Path FOLDER = Path.of("target", "classes", "kernels", "cuda-compiled");
  /** How every fatbin begins. */
  private static final int MAGIC = 0xBA55ED50;

  /** Hash → file and name. */
  private static Map<String, List<String>> index() throws IOException {
    assumeTrue(Files.exists(FOLDER.resolve("index")), "built without nvcc: there are no compiled kernels");
    Map<String, List<String>> index = new HashMap<>();
    for (String line : Files.readAllLines(FOLDER.resolve("index"))) {
      if (!line.startsWith("#")) {
        List<String> words = List.of(line.split(" ", -1));
        assertThat(words).as(line).hasSize(3);
        assertThat(index.put(words.getFirst(), words.subList(1, 3))).as(line).isNull();
      }
    }
    return index;
  }

  @Test
  void areTheTextsThatThePlannerComposesNow() throws IOException {
    Map<String, List<String>> index = index();
    assertThat(index.keySet())
        .containsExactlyInAnyOrderElementsOf(KernelBuild.texts().stream().map(t -> SourceKey.of(t.source())).toList());
  }

  @Test
  void lieInTheFilesThatTheIndexNames() throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    long bytes = 0;
    for (List<String> entry : index().values()) {
      if (!files.containsKey(entry.getFirst())) {
        files.put(entry.getFirst(), Files.readAllBytes(FOLDER.resolve(entry.getFirst())));
        bytes += files.get(entry.getFirst()).length;
      }
    }
    assertThat(bytes).isPositive().isLessThan(4_000_000);
    files.forEach((name, content) -> assertThat(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt())
        .as(name).isEqualTo(MAGIC));
  }
}
