package dev.orthant.cli.terminal;

import dev.orthant.core.DeviceException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Names;
import dev.orthant.core.Setting;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every way a command can end badly: one line for the person, an exit code for the script. */
public final class CommandErrors {
  private CommandErrors() {}

  /** Arguments that do not parse. */
  @SuppressWarnings("unused") // the signature is picocli's
  public static int usage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("orthant: " + Printable.line(explain(e, command)));
    err.println("Try 'orthant" + command.getCommandSpec().qualifiedName().substring("orthant".length()) + " --help'.");
    trace(e, err);
    return ExitCode.BAD_INPUT;
  }

  private static String explain(ParameterException e, CommandLine command) {
    List<String> unmatched = e instanceof UnmatchedArgumentException u ? u.getUnmatched() : List.of();
    boolean chooses = !command.getSubcommands().isEmpty() && command.getCommandSpec().positionalParameters().isEmpty();
    if (chooses && !unmatched.isEmpty() && !unmatched.getFirst().startsWith("-")) {
      String what = command.getParent() == null ? "command" : "op";
      return Names.unknown(what, unmatched.getFirst(), command.getSubcommands().keySet());
    }
    String message = String.valueOf(e.getMessage());
    String meant = unmatched.isEmpty() ? ""
        : Names.didYouMean(unmatched.getFirst(), command.getCommandSpec().optionsMap().keySet());
    return Character.toLowerCase(message.charAt(0)) + message.substring(1) + meant;
  }

  /** What a command threw. */
  @SuppressWarnings("unused") // the signature is picocli's
  public static int execution(Exception e, CommandLine command, ParseResult parsed) {
    return report(e, command.getErr());
  }

  /** Says what happened and gives the exit code. */
  public static int report(Throwable e, PrintWriter err) {
    String message = Printable.line(String.valueOf(e.getMessage()));
    int code = switch (e) {
      case InvalidInputException _ -> ExitCode.BAD_INPUT;
      case CheckFailedException _ -> ExitCode.CHECK_FAILED;
      case DeviceException _ -> ExitCode.DEVICE_FAILED;
      default -> ExitCode.BUG;
    };
    err.println("orthant: " + (code == ExitCode.BUG ? bug(e, message) : message));
    trace(e, err);
    return code;
  }

  private static String bug(Throwable e, String message) {
    return e instanceof OutOfMemoryError
        ? "out of host memory: " + message + "; more heap with ORTHANT_JAVA_OPTS=-Xmx..."
        : "internal error: " + e.getClass().getName() + ": " + message
            + " (please report it; -Dorthant.debug=true shows where)";
  }

  private static void trace(Throwable e, PrintWriter err) {
    if (isOn(Setting.DEBUG)) {
      e.printStackTrace(err);
    }
  }

  /** While failures are told, and before settings were checked, one without sense counts as off. */
  public static boolean isOn(Setting setting) {
    try {
      return setting.isOn();
    } catch (InvalidInputException _) {
      return false;
    }
  }
}
