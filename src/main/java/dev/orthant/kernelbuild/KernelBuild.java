package dev.orthant.kernelbuild;

import dev.orthant.cuda.compile.SourceKey;
import dev.orthant.cuda.kernels.FastPaths;
import dev.orthant.gpu.driver.GpuLimits;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.KernelTexts;
import dev.orthant.gpu.plan.KernelTexts.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The step of the build behind the compiler: {@code KernelBuild CLASSES WORK}. Fills
 * {@code CLASSES/kernels/cuda-compiled} with files that {@code nvcc} made and their index. What has been compiled is
 * kept in {@code WORK} by its content, so that a build compiles only what has changed; when the classes and kernels are
 * the same as the last time nothing is done at all. {@code -Dorthant.nvcc} is {@code auto}, {@code off} or a path.
 */
public final class KernelBuild {
  private static final String PROPERTY = "orthant.nvcc";
  private static final String FOLDER = "kernels/cuda-compiled";
  private static final String DIALECT = "cuda.h";
  private static final int TAIL = 40;
  private static final int MAX_PROCESSES = 4;

  private final Path target;
  private final Path work;
  private final Nvcc nvcc;

  private KernelBuild(Path target, Path work, Nvcc nvcc) {
    this.target = target;
    this.work = work;
    this.nvcc = nvcc;
  }

  /** Runs the step; a failure ends the process with exit code 1 and what the compiler said. */
  public static void main(String... args) {
    try {
      run(Path.of(args[0]), Path.of(args[1]), System.getProperty(PROPERTY, "auto"));
    } catch (IOException | ExecutionException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      System.err.println("nvcc: " + cause.getMessage());
      System.exit(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      System.exit(1);
    }
  }

  private static void run(Path classes, Path work, String setting)
      throws IOException, ExecutionException, InterruptedException {
    Path target = classes.resolve(FOLDER);
    Optional<Nvcc> nvcc = Nvcc.find(setting);
    if (nvcc.isEmpty()) {
      deleteAll(target);
      System.out.println((setting.equals("off") ? "nvcc is switched off" : "no nvcc")
          + ": kernels will be compiled at run time by NVRTC");
      return;
    }
    Files.createDirectories(work);
    String inputs = SourceKey.of(nvcc.get() + "\n" + fingerprint(classes));
    Path stamp = work.resolve("stamp");
    if (Files.exists(stamp) && Files.exists(target.resolve("index")) && Files.readString(stamp).equals(inputs)) {
      return;
    }
    new KernelBuild(target, work, nvcc.get()).build();
    Files.writeString(stamp, inputs);
  }

  /**
   * The texts that are compiled: a large Hopper, a large Ampere and a Turing stand for all that a text depends on of a
   * device.
   */
  static List<Text> texts() {
    Map<String, Text> texts = new LinkedHashMap<>();
    KernelSelection all = KernelSelection.all();
    add(texts, new GpuLimits(256, 1 << 22, 48 << 10, 132, false, MatrixUnits.WGMMA, 227 << 10), all);
    add(texts, new GpuLimits(256, 1 << 22, 48 << 10, 108, false, MatrixUnits.MMA_SYNC, 163 << 10), all);
    // Products of older devices behind the most usual activations only.
    add(texts, new GpuLimits(256, 1 << 22, 48 << 10, 40, false), KernelSelection.basic());
    return List.copyOf(texts.values());
  }

  private static void add(Map<String, Text> texts, GpuLimits device, KernelSelection selection) {
    KernelTexts.of(device, DIALECT, FastPaths.of(device), selection.calls())
        .forEach(t -> texts.putIfAbsent(t.source(), t));
  }

  private void build() throws IOException, ExecutionException, InterruptedException {
    long start = System.nanoTime();
    List<Batch> batches = Batch.of(texts());
    Map<Batch, String> keys = new LinkedHashMap<>();
    for (Batch b : batches) {
      keys.put(b, SourceKey.of(nvcc.version() + "\n" + Nvcc.options(b.needs()) + "\n" + b.source()));
    }
    int compiled = compile(keys);
    install(keys);
    BuildReport.print(keys, work, target, compiled, (System.nanoTime() - start) * 1e-9);
  }

  /** Compiles what is not there yet, several at a time; returns how many that were. */
  private int compile(Map<Batch, String> keys) throws ExecutionException, InterruptedException {
    List<Future<?>> runs = new ArrayList<>();
    int processes = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_PROCESSES);
    try (ExecutorService pool = Executors.newFixedThreadPool(processes)) {
      keys.forEach((batch, key) -> {
        if (!Files.exists(work.resolve(key + ".fatbin"))) {
          runs.add(pool.submit(() -> {
            compile(batch, key);
            return null;
          }));
        }
      });
      try {
        for (Future<?> run : runs) {
          run.get();
        }
      } catch (ExecutionException e) {
        // What has not begun need not.
        pool.shutdownNow();
        throw e;
      }
    }
    return runs.size();
  }

  private void compile(Batch batch, String key) throws IOException, InterruptedException {
    Path source = work.resolve(batch.name() + ".cu");
    Path log = work.resolve(key + ".log");
    Path unfinished = work.resolve(key + ".part");
    Files.writeString(source, batch.source());
    if (!nvcc.compile(source, unfinished, log, batch.needs())) {
      List<String> lines = Files.readAllLines(log).stream().filter(l -> !l.startsWith("ptxas info")).toList();
      throw new IOException("cannot compile " + source + ":\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size())));
    }
    Files.move(unfinished, work.resolve(key + ".fatbin"), StandardCopyOption.REPLACE_EXISTING);
  }

  /** Puts files and index into the classes, and throws away what is no longer needed. */
  private void install(Map<Batch, String> keys) throws IOException {
    deleteAll(target);
    Files.createDirectories(target);
    StringBuilder index = new StringBuilder("# SHA-256 of a kernel's text, the file that holds it, its name there\n");
    for (var e : keys.entrySet()) {
      String file = e.getKey().name() + ".fatbin";
      Files.copy(work.resolve(e.getValue() + ".fatbin"), target.resolve(file));
      e.getKey().texts().forEach(t -> index.append(SourceKey.of(t.source())).append(' ').append(file).append(' ')
          .append(Batch.entry(t)).append('\n'));
    }
    Files.writeString(target.resolve("index"), index);
    try (Stream<Path> files = Files.list(work)) {
      for (Path f : files.filter(f -> f.getFileName().toString().matches("[0-9a-f]{64}\\..*")).toList()) {
        if (!keys.containsValue(f.getFileName().toString().substring(0, 64))) {
          Files.delete(f);
        }
      }
    }
  }

  /** The contents of all classes and kernels. */
  private static String fingerprint(Path classes) throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path f : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = classes.relativize(f).toString();
        if (!name.startsWith(FOLDER) && (name.endsWith(".class") || name.startsWith("kernels"))) {
          all.append(name).append(' ')
              .append(SourceKey.of(Files.readString(f, java.nio.charset.StandardCharsets.ISO_8859_1)))
              .append('\n');
        }
      }
    }
    return all.toString();
  }

  private static void deleteAll(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path f : files.toList()) {
          Files.delete(f);
        }
      }
      Files.delete(folder);
    }
  }
}
