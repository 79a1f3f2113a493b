package dev.orthant.cuda;

import dev.orthant.device.DeviceProvider.Discovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@link CudaProviderTest} runs in an environment of its own: prints what was found, and what was left in the
 * temporary folder.
 */
final class DiscoverMain {
  private DiscoverMain() {}

  public static void main(String[] args) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    CudaProvider provider = new CudaProvider();
    Discovery found = provider.discover();
    Discovery again = new CudaProvider().discover();
    found.devices().forEach(d -> {
      System.out.println("DEVICE " + d.name() + " " + d.info() + " preference " + provider.preference(d));
      System.out.println("STEP " + SmallStep.run(d)[0]);
    });
    found.problems().forEach(p -> System.out.println("PROBLEM " + p));
    System.out.println("AGAIN " + found.problems().equals(again.problems()));
    System.out.println("TEMPORARY " + temporary.equals(Path.of(System.getProperty("java.io.tmpdir"))));
    Path maps = Path.of("/proc/self/maps");
    if (Files.exists(maps)) {
      System.out.println("PLANTED " + Files.readString(maps).contains("/planted/"));
    }
    found.devices().forEach(dev.orthant.device.Device::close);
    again.devices().forEach(dev.orthant.device.Device::close);
    if (Files.isDirectory(temporary)) {
      try (Stream<Path> left = Files.list(temporary)) {
        List<String> names = left.map(p -> p.getFileName().toString()).toList();
        System.out
            .println("LEFT " + names.stream().filter(n -> n.contains("JCuda") || n.startsWith("orthant")).toList());
      }
    }
  }
}
