package dev.orthant.cli.terminal;

import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider.Problem;
import dev.orthant.device.Devices;
import java.util.List;

/** Where the commands get their devices: this machine's, or a test's. */
public interface DeviceSource {
  /** What {@link Devices} finds. */
  DeviceSource INSTALLED = new DeviceSource() {
    @Override
    public List<Device> all() {
      return Devices.all();
    }

    @Override
    public Device named(String name) {
      return Devices.named(name);
    }

    @Override
    public Device best() {
      return Devices.best();
    }

    @Override
    public String whyBest() {
      return Devices.whyBest();
    }

    @Override
    public List<Problem> problems() {
      return Devices.problems();
    }

    @Override
    public List<String> missing() {
      return Devices.missing();
    }

    @Override
    public Runnable keepOpen() {
      return Devices.keepOpen();
    }
  };

  List<Device> all();

  Device named(String name);

  Device best();

  String whyBest();

  List<Problem> problems();

  /** See {@link Devices#missing()}. */
  List<String> missing();

  /** See {@link Devices#keepOpen()}. */
  default Runnable keepOpen() {
    return () -> {
    };
  }

  /** The devices of these names; all of them when none is named. */
  default List<Device> named(List<String> names) {
    return names.isEmpty() ? all() : names.stream().map(this::named).distinct().toList();
  }

  /**
   * For commands whose success says that devices work.
   *
   * @throws CheckFailedException when a device that must be there is not
   */
  default void requireAll() {
    if (!missing().isEmpty()) {
      throw new CheckFailedException(String.join("; ", missing()));
    }
  }
}
