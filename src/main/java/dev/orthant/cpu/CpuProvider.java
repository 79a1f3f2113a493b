package dev.orthant.cpu;

import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider;
import java.util.List;

/** Offers the machine's own processor: always there. */
public final class CpuProvider implements DeviceProvider {
  private static final String KIND = "cpu";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int preference(Device device) {
    return 100;
  }

  @Override
  public Discovery discover() {
    try {
      return new Discovery(List.of(new CpuDevice(CpuSettings.of(System.getProperties()))), List.of());
    } catch (InvalidInputException e) {
      return new Discovery(List.of(),
          List.of(new Problem(KIND, String.valueOf(e.getMessage()), "correct or remove the property")));
    }
  }
}
