package dev.orthant.cli.terminal;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import picocli.CommandLine.IVersionProvider;

/** Which Orthant this is, from the manifest of its jar. */
public final class Version implements IVersionProvider {
  private static final String UNKNOWN = "unknown";

  @Override
  public String[] getVersion() {
    return new String[] {"orthant " + number() + " (commit " + commit() + ")",
        "Java " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")"};
  }

  public static String number() {
    return attribute("Implementation-Version");
  }

  /** The commit the jar was built from; "-dirty" when the tree had changes. */
  public static String commit() {
    return attribute("Implementation-Commit");
  }

  private static String attribute(String name) {
    return manifest().map(m -> m.getMainAttributes().getValue(new Attributes.Name(name))).orElse(UNKNOWN);
  }

  /** Run from class files, as tests are, there is none. */
  private static Optional<Manifest> manifest() {
    URL own = Version.class.getResource("Version.class");
    try {
      if (own != null && own.openConnection() instanceof JarURLConnection jar) {
        return Optional.ofNullable(jar.getManifest());
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
