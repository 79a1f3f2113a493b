package dev.orthant.device;

import java.util.List;

/**
 * Finds the devices of one kind. Registered in {@code META-INF/services}; asked once per process, by {@link Devices}.
 */
public interface DeviceProvider {
  /** The kind: what stands before the colon of a device's name. */
  String kind();

  /**
   * How much a device that was found is preferred when the user names none. Our own CPU device is 100: a GPU is above,
   * what is slower or only pretends below.
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
   * @param expected whether this is as it should be on such a machine: then it is told, but nothing is wrong
   */
  record Problem(String subject, String reason, String cure, boolean expected) {
    /** One that should not be. */
    public Problem(String subject, String reason, String cure) {
      this(subject, reason, cure, false);
    }

    /** What is not there because it need not be. */
    public static Problem expected(String subject, String reason, String cure) {
      return new Problem(subject, reason, cure, true);
    }
  }
}
