package dev.orthant.device;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM like this one, for what must be known before a process starts. */
public final class Fork {
  /** What became of it. */
  public record Result(int exit, String output) {}

  private final ProcessBuilder builder;

  private Fork(List<String> command) {
    builder = new ProcessBuilder(command).redirectErrorStream(true);
  }

  public static Fork java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return new Fork(command);
  }

  /** One more option of the JVM. */
  public Fork option(String option) {
    builder.command().add(1, option);
    return this;
  }

  /** Started in that folder. */
  public Fork in(Path folder) {
    builder.directory(folder.toFile());
    return this;
  }

  public Fork environment(String name, String value) {
    builder.environment().put(name, value);
    return this;
  }

  public Fork without(String name) {
    builder.environment().remove(name);
    return this;
  }

  public Result run() throws IOException, InterruptedException {
    File output = File.createTempFile("fork", ".txt");
    try {
      Process process = builder.redirectOutput(output).start();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        throw new IOException("no end after 10 minutes: " + Files.readString(output.toPath()));
      }
      return new Result(process.exitValue(), Files.readString(output.toPath(), StandardCharsets.UTF_8));
    } finally {
      Files.delete(output.toPath());
    }
  }
}
