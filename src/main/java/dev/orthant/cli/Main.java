package dev.orthant.cli;

import java.io.PrintWriter;

/** The entry point of {@code orthant}. */
public final class Main {
  private Main() {}

  /** Runs the command line and ends the process with its exit code: see {@link ExitCode}. */
  public static void main(String... args) {
    PrintWriter out = new PrintWriter(System.out, false, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    int code = new Cli(DeviceSource.INSTALLED, out, err).run(args);
    out.flush();
    err.flush();
    System.exit(code);
  }
}
