package dev.orthant.device;

import java.lang.System.Logger;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Logs what a device does without ({@link DeviceInfo#notes}: a fallback and its reason) when somebody first uses it,
 * once: nobody shall find out by its speed.
 */
public final class FirstUse {
  private static final Logger LOG = System.getLogger(FirstUse.class.getName());

  private final String device;
  private final List<String> notes;
  private final Consumer<String> log;
  private final AtomicBoolean told = new AtomicBoolean();

  /** Of a device of that name and with those notes. */
  public FirstUse(String device, List<String> notes) {
    this(device, notes, line -> LOG.log(Logger.Level.WARNING, line));
  }

  FirstUse(String device, List<String> notes, Consumer<String> log) {
    this.device = device;
    this.notes = List.copyOf(notes);
    this.log = log;
  }

  /** Called at each use. */
  public void tell() {
    if (!notes.isEmpty() && told.compareAndSet(false, true)) {
      notes.forEach(note -> log.accept(device + ": " + note));
    }
  }
}
