package dev.orthant.gpu.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * JOCL and JCuda unpack their native library to a fixed name in {@code java.io.tmpdir} unless it is there already, then
 * load it: two processes may race for it, and anybody could have put it there. This gives them a folder of their own
 * for as long as that takes, and has them load nothing but what they unpacked: see {@link FromJarOnly}.
 */
public final class NativeFolder {
  private static final String TEMPORARY = "java.io.tmpdir";

  private NativeFolder() {}

  /**
   * Runs {@code load} while {@code java.io.tmpdir} is an empty folder that only this user can read and whose files can
   * be executed.
   *
   * @param anchor a class of the package that has the library's {@code LibUtils}
   * @return why there is no such folder, and nothing has been run; empty when {@code load} has been
   * @throws LinkageError when {@code load} cannot load the library
   */
  public static Optional<NativeFault> during(Class<?> anchor, Runnable load) {
    // System properties belong to everyone: their monitor keeps two libraries from doing this at once.
    synchronized (System.getProperties()) {
      String usual = System.getProperty(TEMPORARY);
      Path folder;
      try {
        FromJarOnly.apply(anchor);
        // Both of these remember the property when first used; they must not remember ours.
        Files.delete(File.createTempFile("orthant", null).toPath());
        Files.delete(Files.createTempFile("orthant", null));
        folder = create(Path.of(usual));
      } catch (IOException e) {
        return Optional
            .of(new NativeFault("there is no private folder to unpack a native library to: " + e.getMessage(),
                "make java.io.tmpdir a folder that this user can write and that is not mounted noexec:"
                    + " -Djava.io.tmpdir=FOLDER (with ./orthant: ORTHANT_JAVA_OPTS=-Djava.io.tmpdir=FOLDER)"));
      }
      System.setProperty(TEMPORARY, folder.toString());
      try {
        load.run();
        return Optional.empty();
      } finally {
        System.setProperty(TEMPORARY, usual);
        delete(folder);
      }
    }
  }

  /**
   * A new folder in the temporary one; where that is mounted noexec, which hardened systems do, in the user's cache.
   */
  private static Path create(Path temporary) throws IOException {
    List<String> faults = new ArrayList<>();
    for (Path parent : List.of(temporary, Path.of(System.getProperty("user.home", "."), ".cache", "orthant"))) {
      try {
        if (!parent.equals(temporary)) {
          Files.createDirectories(parent);
        }
        Path folder = Files.createTempDirectory(parent, "orthant-native");
        if (executes(folder)) {
          return folder;
        }
        Files.delete(folder);
        faults.add(parent + " is mounted noexec");
      } catch (IOException e) {
        faults.add(parent + " cannot be written to (" + e + ")");
      }
    }
    throw new IOException(String.join("; ", faults));
  }

  /**
   * Where a file system is mounted noexec no file is executable, whatever its permissions: that is what mapping a
   * library asks for.
   */
  private static boolean executes(Path folder) throws IOException {
    Path probe = Files.createFile(folder.resolve("probe"));
    try {
      return !probe.toFile().setExecutable(true) || Files.isExecutable(probe);
    } finally {
      Files.delete(probe);
    }
  }

  /** A loaded library can be deleted on Unix; Windows keeps it until the process ends. */
  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path p : deepestFirst) {
        if (!p.toFile().delete()) {
          p.toFile().deleteOnExit();
        }
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
