package dev.orthant.djl.types;

import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.device.Devices;
import java.util.List;
import java.util.Locale;

/** DJL's names of devices, and ours. */
public final class DeviceNames {
  private DeviceNames() {}

  /**
   * The device that DJL's means.
   *
   * @throws InvalidInputException when there is none, with those there are
   */
  public static Device named(ai.djl.Device device) {
    String kind = device.getDeviceType();
    if (device.isGpu()) {
      List<Device> gpus = gpus();
      int id = Math.max(0, device.getDeviceId());
      if (id >= gpus.size()) {
        throw new InvalidInputException("no device " + device + ": there are " + gpus.size() + " GPUs"
            + (gpus.isEmpty() ? "" : " " + gpus.stream().map(Device::name).toList())
            + "; 'orthant doctor' says why, and Device.of(\"opencl\", 0) takes any OpenCL device");
      }
      return gpus.get(id);
    }
    return Devices.named(kind.equals("cpu") || device.getDeviceId() < 0 ? kind : kind + ":" + device.getDeviceId());
  }

  /**
   * What {@code gpu(0)}, {@code gpu(1)} … are: what is better than the CPU, an NVIDIA card not once more through
   * OpenCL.
   */
  public static List<Device> gpus() {
    List<Device> better = Devices.all().stream().takeWhile(d -> !Devices.kind(d).equals("cpu")).toList();
    boolean cuda = better.stream().anyMatch(d -> Devices.kind(d).equals("cuda"));
    return better.stream().filter(d -> !(cuda && Devices.kind(d).equals("opencl") && isNvidia(d))).toList();
  }

  private static boolean isNvidia(Device d) {
    return (d.info().description() + d.info().driver()).toLowerCase(Locale.ROOT).contains("nvidia");
  }

  /** DJL's name of the device that is taken when none is named. */
  public static ai.djl.Device best() {
    Device best = Devices.best();
    int gpu = gpus().indexOf(best);
    if (gpu >= 0) {
      return ai.djl.Device.gpu(gpu);
    }
    String[] name = best.name().split(":", 2);
    return ai.djl.Device.of(name[0], name.length == 1 ? -1 : Integer.parseInt(name[1]));
  }
}
