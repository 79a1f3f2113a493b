package dev.orthant.cli.terminal;

import dev.orthant.io.OutputFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Remembers why results did not get out; the writers over it only know that something failed, and go on. */
public final class StandardOutput extends OutputStream {
  private final OutputStream to;
  private @Nullable IOException fault;

  public StandardOutput(OutputStream to) {
    this.to = to;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    try {
      to.write(bytes, from, count);
    } catch (IOException e) {
      fault = fault == null ? e : fault;
      throw e;
    }
  }

  /**
   * What the process ends with: the command's code unless its results got lost, of which {@code err} is told. A reader
   * that has seen enough ({@code orthant devices | head -1}) is no failure to speak of; as for any program that ends by
   * SIGPIPE the code is 141.
   */
  public int exitCode(int code, PrintWriter err) {
    if (fault == null || code != ExitCode.OK) {
      return code;
    }
    if (String.valueOf(fault.getMessage()).contains("Broken pipe")) {
      return ExitCode.PIPE_CLOSED;
    }
    err.println("orthant: standard output cannot be written: " + fault.getMessage());
    return ExitCode.BAD_INPUT;
  }

  /**
   * Where a command's text goes: to standard error when one of its files is standard output, which then carries that
   * file alone.
   */
  public static PrintWriter beside(CommandLine command, @Nullable Path... files) {
    boolean taken = Stream.of(files).anyMatch(f -> f != null && OutputFile.isStandardOutput(f));
    return taken ? command.getErr() : command.getOut();
  }
}
