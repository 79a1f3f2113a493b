package dev.orthant.cli;

import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.cli.terminal.ExitCode;
import dev.orthant.cli.terminal.StandardOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;

/** The entry point of {@code orthant}. */
public final class Main {
  private Main() {}

  /** Runs the command line and ends the process with its exit code: see {@link ExitCode}. */
  public static void main(String... args) {
    var output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    PrintWriter out = new PrintWriter(output, false, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    int code = new Cli(DeviceSource.INSTALLED, out, err).run(args);
    out.flush();
    err.flush();
    System.exit(output.exitCode(code, err));
  }
}
