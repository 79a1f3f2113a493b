package dev.orthant.device;

import java.util.List;

/** Finds the devices of one kind. Registered in {@code META-INF/services}; asked once per process, by {@link Devices}. */
public interface DeviceProvider {
  /** The kind: what stands before the colon of a device's name. */
  String kind();

  /**
   * How much a device that was found is preferred when the user names none. Our own CPU device is 100: a GPU is above, what is slower
   * or only pretends below.
   */
  int preference(Device device);

  /** Looks. Never throws: what cannot be used becomes a problem with its reason and cure. */
  Discovery discover();

  /** What was found. */
  record Discovery(List<Device> devices, List<Problem> problems) {
    public Discovery {
      devices = List.copyOf(devices);
      problems = List.copyOf(problems);
    }
  }

  /**
   * Why something cannot be used.
   *
   * @param subject the device or kind
   * @param reason what was seen
   * @param cure what the user can do
   */
  record Problem(String subject, String reason, String cure) {}
}
