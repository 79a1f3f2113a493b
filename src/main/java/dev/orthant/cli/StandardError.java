package dev.orthant.cli;

import java.io.FileDescriptor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.util.Optional;

/** Where the messages for a person go. */
final class StandardError {
  /** The launcher reads the JVM's own first line through a pipe and lends the real standard error under this number. */
  private static final String LENT_PROPERTY = "orthant.stderr";

  private StandardError() {}

  /** Makes {@code System.err} write to the descriptor that the launcher lends, if it does. */
  static void useLent() {
    Integer lent = Integer.getInteger(LENT_PROPERTY);
    if (lent == null) {
      return;
    }
    try {
      Field fd = FileDescriptor.class.getDeclaredField("fd");
      fd.setAccessible(true);
      fd.setInt(FileDescriptor.err, lent);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // The pipe will do: it ends at the same place, a little later.
    }
  }

  /** Whether a person watches; {@code System.console()} cannot tell, it looks at the other two streams. */
  @SuppressWarnings("restricted")
  static boolean isTerminal() {
    int descriptor = Integer.getInteger(LENT_PROPERTY, 2);
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> isatty = linker.defaultLookup().find("isatty");
    if (isatty.isEmpty()) {
      return false;
    }
    try {
      FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
      return (int) linker.downcallHandle(isatty.get(), type).invokeExact(descriptor) == 1;
    } catch (Throwable e) {
      return false;
    }
  }
}
