package dev.orthant.device;

import dev.orthant.core.DType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a device is.
 *
 * @param description the maker's name of it
 * @param driver driver or runtime, with version
 * @param units compute units, cores or threads
 * @param memoryBytes its memory
 * @param maxAllocation the largest buffer
 * @param dtypes what {@link Device#execute} takes
 * @param emulated whether this only pretends to be the device: its figures must never be taken for real ones
 * @param notes what a user should know: a fallback and its reason, flushed subnormals
 */
public record DeviceInfo(String description, String driver, int units, long memoryBytes, long maxAllocation,
    Set<DType> dtypes,
    boolean emulated, List<String> notes) {
  public DeviceInfo {
    dtypes = Collections.unmodifiableSet(EnumSet.copyOf(dtypes));
    notes = List.copyOf(notes);
  }

  /** This device with more notes. */
  public DeviceInfo with(List<String> more) {
    return more.isEmpty() ? this : new DeviceInfo(description, driver, units, memoryBytes, maxAllocation, dtypes,
        emulated, Stream.concat(notes.stream(), more.stream()).toList());
  }
}
