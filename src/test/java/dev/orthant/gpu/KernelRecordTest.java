package dev.orthant.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cuda.kernels.FastPaths;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.FastPath;
import dev.orthant.gpu.plan.Planner;
import dev.orthant.op.Call;
import dev.orthant.parity.Case;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Writes what {@code native-tests} runs under the emulator and the sanitizers: the kernels of the CUDA device as they
 * are composed, each on shapes with an edge on every side.
 */
class KernelRecordTest {
  private static final Path FOLDER = Path.of("target", "native-cases");
  /** Few multiprocessors, so that kernels loop over what there is to do. */
  private static final GpuLimits CUDA = new GpuLimits(1024, Integer.MAX_VALUE, 48 << 10, 4, false);

  @Test
  void recordsEveryKernel() throws IOException {
    clear();
    Path kernels = Files.createDirectories(FOLDER.resolve("kernels"));
    List<Case> cases =
        Stream.of(KernelCases.edges(), KernelCases.more(), KernelCases.cuda()).flatMap(List::stream).toList();
    Planner planner = new Planner(CUDA, "cuda.h");
    Set<String> sources = new HashSet<>();
    for (int i = 0; i < cases.size(); i++) {
      Case test = cases.get(i);
      Call call = Call.of("cuda", test.op(), test.inputs());
      List<Launch> plan = planner.plan(call);
      assertThat(plan).as(test.id()).isNotEmpty();
      plan.forEach(l -> sources.add(l.source()));
      new RecordedCase(test, call, plan).write(FOLDER.resolve("case-%03d".formatted(i)), kernels);
    }
    matrixUnits(kernels, sources);
    for (String file : kernelFiles()) {
      assertThat(sources).as("%s is in no recorded kernel", file).anyMatch(s -> s.contains("\"" + file + "\""));
    }
  }

  /** The ways by {@code mma.sync}, on their own trials, in whose shapes every edge of their kernels is. */
  private static void matrixUnits(Path kernels, Set<String> sources) throws IOException {
    Planner planner = new Planner(new GpuLimits(1024, Integer.MAX_VALUE, 48 << 10, 4, false, MatrixUnits.MMA_SYNC,
        163 << 10), "cuda.h");
    Set<String> kinds = new HashSet<>();
    int number = 0;
    for (FastPath special : FastPaths.of(planner.limits())) {
      for (Case like : KernelCases.matrices()) {
        Call call = Call.of("cuda", like.op(), like.inputs());
        Optional<List<Launch>> plan = special.plan(planner, call);
        if (plan.isPresent() && kinds.add(special.name() + special.kind(call))) {
          for (Call trial : special.trials(call)) {
            Case test =
                new Case(special.name() + " " + like.id() + " " + trial.output().shape(), like.group(), trial.op(),
                    trial.inputs(), Case.Data.NORMAL);
            List<Launch> launches = special.plan(planner, trial, call).orElseThrow();
            launches.forEach(l -> sources.add(l.source()));
            new RecordedCase(test, trial, launches).write(FOLDER.resolve("matrix-%03d".formatted(number++)), kernels);
          }
        }
      }
    }
  }

  /** The kernels that all devices share, but for what only CPUs are given; and those by {@code mma.sync}. */
  private static List<String> kernelFiles() throws IOException {
    Path folder = Path.of("kernels");
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(f -> folder.relativize(f).toString())
          .filter(f -> f.startsWith("cuda/mma") || (f.endsWith(".cl") && !f.contains("_serial"))).toList();
    }
  }

  private static void clear() throws IOException {
    if (Files.exists(FOLDER)) {
      try (Stream<Path> all = Files.walk(FOLDER)) {
        for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      }
    }
  }
}
