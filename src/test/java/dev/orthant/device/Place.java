package dev.orthant.device;

import dev.orthant.core.DType;
import java.util.List;
import java.util.stream.Stream;

/**
 * A device and a type that it computes in, for tests that run on all of them. Names the device, as JUnit closes
 * arguments that can be closed.
 */
public record Place(String name, DType type) {
  /** F32 and F64 on every device found. */
  public static Stream<Place> wide() {
    return of(DType.F32, DType.F64);
  }

  /** F16 and BF16 on every device found. */
  public static Stream<Place> narrow() {
    return of(DType.F16, DType.BF16);
  }

  private static Stream<Place> of(DType... types) {
    return Devices.all().stream().flatMap(d -> List.of(types).stream().filter(t -> d.info().dtypes().contains(t))
        .map(t -> new Place(d.name(), t)));
  }

  public Device device() {
    return Devices.named(name);
  }

  @Override
  public String toString() {
    return name + " " + type;
  }
}
