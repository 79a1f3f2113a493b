package dev.orthant.kernelbuild;

import dev.orthant.gpu.driver.MatrixUnits;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NVIDIA's compiler.
 *
 * @param file the program
 * @param version what it says of itself
 */
record Nvcc(Path file, String version) {
  /**
   * PTX serves what is newer than the machine code; f32 sums are fused into multiply-adds, as by NVRTC, and nothing
   * else is relaxed.
   */
  private static final List<String> OPTIONS =
      List.of("-fatbin", "-std=c++17", "-Xptxas", "-v", "--compress-mode=size");

  /**
   * The compiler on this machine.
   *
   * @param setting {@code auto}, {@code off}, or where it is
   * @return empty when it is off, or nowhere
   * @throws IOException when it is where the setting says and does not answer
   */
  static Optional<Nvcc> find(String setting) throws IOException {
    if (setting.equals("off")) {
      return Optional.empty();
    }
    if (!setting.equals("auto")) {
      return Optional.of(ask(Path.of(setting)));
    }
    String home = System.getenv().getOrDefault("CUDA_HOME", System.getenv().getOrDefault("CUDA_PATH", ""));
    Stream<Path> onPath = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(f -> !f.isEmpty()).map(f -> Path.of(f, "nvcc"));
    Stream<Path> elsewhere = Stream.of(home, "/usr/local/cuda").filter(f -> !f.isEmpty())
        .map(f -> Path.of(f, "bin", "nvcc"));
    Optional<Path> found = Stream.concat(onPath, elsewhere).filter(Files::isExecutable).findFirst();
    return found.isEmpty() ? Optional.empty() : Optional.of(ask(found.get()));
  }

  private static Nvcc ask(Path file) throws IOException {
    Process process = new ProcessBuilder(file.toString(), "--version").redirectErrorStream(true).start();
    String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException(file + " --version failed: " + version);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(file + ": interrupted", e);
    }
    return new Nvcc(file, version);
  }

  /**
   * How kernels with these instructions are compiled: for Turing and newer as PTX, for Ampere, Ada and Hopper as
   * machine code.
   */
  static List<String> options(MatrixUnits needs) {
    List<String> targets = switch (needs) {
      // One pass of the compiler for all: these kernels use nothing newer.
      case NONE -> List.of("arch=compute_75,code=[compute_75,sm_80,sm_90]");
      case MMA_SYNC -> List.of("arch=compute_80,code=[compute_80,sm_80,sm_90]");
      case WGMMA -> List.of("arch=compute_90a,code=sm_90a");
    };
    List<String> all = new ArrayList<>(OPTIONS);
    targets.forEach(t -> all.addAll(List.of("-gencode", t)));
    return all;
  }

  /**
   * Compiles a file.
   *
   * @param log where its messages go
   * @return whether it could
   */
  boolean compile(Path source, Path target, Path log, MatrixUnits needs) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(file.toString()));
    command.addAll(options(needs));
    command.addAll(List.of("-o", target.toString(), source.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor() == 0;
  }
}
