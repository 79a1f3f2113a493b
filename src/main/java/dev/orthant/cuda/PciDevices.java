package dev.orthant.cuda;

import dev.orthant.device.DeviceProvider.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a machine shows of NVIDIA's hardware without NVIDIA's driver: whether that has to be missed.
 *
 * @param root the root of the file system, for tests
 */
record PciDevices(Path root) {
  private static final String SUBJECT = "cuda";
  private static final String NVIDIA = "0x10de";
  /** PCI class of displays and of 3D controllers, which have none. */
  private static final String DISPLAY = "0x03";

  static PciDevices here() {
    return new PciDevices(Path.of("/"));
  }

  /** What to say when libcuda, or JCuda's library over it, cannot be loaded. */
  Problem notLoaded(String reason) {
    boolean absent = reason.contains(LibCuda.NAME) && reason.contains("No such file");
    if (!absent) {
      return new Problem(SUBJECT, "a library was found but cannot be loaded: " + reason,
          "reinstall NVIDIA's driver for this system and processor; look for old copies in LD_LIBRARY_PATH");
    }
    if (hasDriver()) {
      return new Problem(SUBJECT, "NVIDIA's kernel driver is loaded, but there is no " + LibCuda.NAME,
          "install the driver's libraries (Debian and Ubuntu: libcuda1 or libnvidia-compute); a container must be "
              + "started"
              + " with them (docker run --gpus all; NVIDIA_DRIVER_CAPABILITIES=compute,utility)");
    }
    return hasHardware()
        ? new Problem(SUBJECT, "there is an NVIDIA GPU, but not NVIDIA's driver (no " + LibCuda.NAME + ")",
            "install NVIDIA's driver; a container must be started with it (docker run --gpus all)")
        : Problem.expected(SUBJECT, "this machine shows no NVIDIA GPU and has no NVIDIA driver",
            "none is needed; for a GPU, install NVIDIA's driver (a container: docker run --gpus all)");
  }

  private boolean hasDriver() {
    return Stream.of("dev/nvidiactl", "proc/driver/nvidia", "dev/dxg").anyMatch(p -> Files.exists(root.resolve(p)));
  }

  private boolean hasHardware() {
    try (Stream<Path> devices = Files.list(root.resolve("sys/bus/pci/devices"))) {
      List<Path> all = devices.toList();
      return all.stream().anyMatch(d -> begins(d.resolve("vendor"), NVIDIA) && begins(d.resolve("class"), DISPLAY));
    } catch (IOException e) {
      // Not Linux, or a container that hides them: what cannot be seen is not missed.
      return false;
    }
  }

  private static boolean begins(Path file, String text) {
    try {
      return Files.readString(file).startsWith(text);
    } catch (IOException e) {
      return false;
    }
  }
}
