package dev.orthant.opencl;

import dev.orthant.device.DeviceProvider.Discovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@link OpenClProviderTest} runs in an environment of its own: prints what was found, and what was left in the
 * temporary folder.
 */
final class DiscoverMain {
  private DiscoverMain() {}

  public static void main(String[] args) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Discovery found = new OpenClProvider().discover();
    Discovery again = new OpenClProvider().discover();
    found.devices().forEach(d -> System.out.println("DEVICE " + d.name() + " " + d.info()));
    found.problems().forEach(p -> System.out.println("PROBLEM " + p));
    System.out.println("AGAIN " + found.problems().equals(again.problems()));
    System.out.println("TEMPORARY " + temporary.equals(Path.of(System.getProperty("java.io.tmpdir"))));
    try (Stream<Path> left = Files.list(temporary)) {
      List<String> names = left.map(p -> p.getFileName().toString()).toList();
      System.out.println("LEFT " + names.stream().filter(n -> n.contains("JOCL") || n.startsWith("orthant")).toList());
    }
    Path maps = Path.of("/proc/self/maps");
    if (Files.exists(maps)) {
      System.out.println("PLANTED " + Files.readString(maps).contains("/planted/"));
    }
    // PoCL's threads would keep the process.
    System.exit(0);
  }
}
