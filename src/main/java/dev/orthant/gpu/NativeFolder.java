package dev.orthant.gpu;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * JOCL and JCuda unpack their native library to a fixed name in {@code java.io.tmpdir} unless it is there already, then load it:
 * two processes may race for it, and anybody could have put it there. This gives them a folder of their own for as long as that
 * takes.
 */
public final class NativeFolder {
  private static final String TEMPORARY = "java.io.tmpdir";

  private NativeFolder() {}

  /**
   * Runs {@code load} while {@code java.io.tmpdir} is an empty folder that only this user can read.
   *
   * @throws IOException when there is no such folder; nothing has been run
   */
  public static void during(Runnable load) throws IOException {
    // System properties belong to everyone: their monitor keeps two libraries from doing this at once.
    synchronized (System.getProperties()) {
      String usual = System.getProperty(TEMPORARY);
      // Both of these remember the property when first used; they must not remember ours.
      Files.delete(File.createTempFile("orthant", null).toPath());
      Path folder = Files.createTempDirectory("orthant-native");
      System.setProperty(TEMPORARY, folder.toString());
      try {
        load.run();
      } finally {
        System.setProperty(TEMPORARY, usual);
        delete(folder);
      }
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
