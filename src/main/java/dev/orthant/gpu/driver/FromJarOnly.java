package dev.orthant.gpu.driver;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.invoke.MethodHandles;

/**
 * The class {@code LibUtils} of JOCL and of JCuda looks for its library on {@code java.library.path} first, and in its
 * jar only when there is none. That path is {@code LD_LIBRARY_PATH}, an empty component of which is the working
 * directory: whoever can put a file there runs code in this process. So the class is defined, before anybody has loaded
 * it, with one call changed: {@code System.loadLibrary(name)} becomes {@code System.load(name)}, which wants an
 * absolute path, refuses the name, and leaves the library in the jar.
 */
final class FromJarOnly {
  private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
  private static final String CLASS = "LibUtils";

  private FromJarOnly() {}

  /**
   * Changes the class beside {@code anchor}. Nothing happens where it has been loaded before: then it has loaded its
   * library as well.
   *
   * @throws IOException when it cannot be read or is not as expected
   */
  static void apply(Class<?> anchor) throws IOException {
    byte[] original = read(anchor);
    byte[] changed = changed(original);
    try {
      MethodHandles.privateLookupIn(anchor, MethodHandles.lookup()).defineClass(changed);
    } catch (IllegalAccessException e) {
      throw new IOException(anchor.getPackageName() + " is not open to Orthant", e);
    } catch (LinkageError _) {
      // Defined already, by an earlier call or because the program uses the library by itself.
    }
  }

  private static byte[] read(Class<?> anchor) throws IOException {
    try (InputStream in = anchor.getResourceAsStream(CLASS + ".class")) {
      if (in == null) {
        throw new IOException("no " + anchor.getPackageName() + "." + CLASS);
      }
      return in.readAllBytes();
    }
  }

  /** The class with that one call changed wherever it stands. */
  static byte[] changed(byte[] original) throws IOException {
    int[] found = {0};
    CodeTransform byPathOnly = (code, element) -> {
      if (element instanceof InvokeInstruction call && call.owner().asSymbol().equals(SYSTEM)
          && call.name().equalsString("loadLibrary")) {
        found[0]++;
        code.invokestatic(SYSTEM, "load", call.typeSymbol());
      } else {
        code.with(element);
      }
    };
    ClassFile format = ClassFile.of();
    byte[] changed = format.transformClass(format.parse(original), ClassTransform.transformingMethodBodies(byPathOnly));
    if (found[0] == 0) {
      throw new IOException(CLASS + " does not load a library as it used to");
    }
    return changed;
  }
}
