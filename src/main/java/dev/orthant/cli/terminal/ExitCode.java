package dev.orthant.cli.terminal;

/** What the process ends with; scripts and CI rely on it. */
public final class ExitCode {
  public static final int OK = 0;
  /** The work was done and a check failed: a wrong result, a device that must be there and is not. */
  public static final int CHECK_FAILED = 1;
  /** The user's mistake: one line on standard error, nothing was computed. */
  public static final int BAD_INPUT = 2;
  /** A device failed at its work. */
  public static final int DEVICE_FAILED = 3;
  /** Ended by Ctrl-C (128 + SIGINT); SIGTERM gives 143. The JVM itself exits so. */
  public static final int INTERRUPTED = 130;
  /** Nobody reads standard output any more (128 + SIGPIPE). */
  static final int PIPE_CLOSED = 141;
  /** A bug in Orthant itself (sysexits' EX_SOFTWARE). */
  static final int BUG = 70;

  private ExitCode() {}
}
