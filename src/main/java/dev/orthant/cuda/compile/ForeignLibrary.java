package dev.orthant.cuda.compile;

import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.LibraryPath;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A native library whose functions are called without a wrapper of their own. It stays loaded until the process ends.
 */
// Calling native code is what this package is for; a JVM without --enable-native-access says so by itself.
@SuppressWarnings("restricted")
public final class ForeignLibrary {
  private final String name;
  private final SymbolLookup symbols;

  private ForeignLibrary(String name, SymbolLookup symbols) {
    this.name = name;
    this.symbols = symbols;
  }

  /**
   * A library that the dynamic linker finds by itself, unless it would be one in the working directory that nobody
   * asked for.
   *
   * @throws IllegalArgumentException when it finds none, or cannot load it
   */
  public static ForeignLibrary named(String name) {
    LibraryPath.planted(name).ifPresent(fault -> {
      throw new IllegalArgumentException(fault.reason());
    });
    return new ForeignLibrary(name, SymbolLookup.libraryLookup(name, Arena.global()));
  }

  /**
   * The library in a file.
   *
   * @throws IllegalArgumentException when it cannot be loaded
   */
  static ForeignLibrary at(Path file) {
    return new ForeignLibrary(file.toString(), SymbolLookup.libraryLookup(file, Arena.global()));
  }

  String name() {
    return name;
  }

  boolean has(String symbol) {
    return symbols.find(symbol).isPresent();
  }

  /**
   * A function of the library.
   *
   * @throws DriverException when it has none of that name, which means that it is too old
   */
  public MethodHandle function(String symbol, FunctionDescriptor type) {
    MemorySegment address = symbols.find(symbol)
        .orElseThrow(() -> new DriverException(name + " has no " + symbol + ": it is too old", false));
    return Linker.nativeLinker().downcallHandle(address, type);
  }

  /** Calls a function that returns an {@code int}, where speed does not matter. */
  static int call(MethodHandle function, Object... arguments) {
    try {
      return (int) function.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("native functions throw nothing", e);
    }
  }
}
