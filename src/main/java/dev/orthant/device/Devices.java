package dev.orthant.device;

import dev.orthant.core.InvalidInputException;
import dev.orthant.device.DeviceProvider.Discovery;
import dev.orthant.device.DeviceProvider.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The devices of this machine, found once per process on first use, and closed when the process ends.
 */
public final class Devices {
  /** The system property that names the default device. */
  public static final String DEFAULT_PROPERTY = "orthant.device";
  /** The system property that lists the only kinds of device to look for; all when it is not set. */
  public static final String KINDS_PROPERTY = "orthant.kinds";
  /** The environment variable that lists the kinds of device which must be there. */
  public static final String REQUIRE_VARIABLE = "ORTHANT_REQUIRE";

  /** As many as may use devices while the process ends. */
  private static final int MOST_USERS = 1000;
  /** How long the end of the process waits for them. */
  private static final int PATIENCE_SECONDS = 60;

  private record Found(List<Device> devices, List<Problem> problems, Semaphore users) {}

  /** Initialised by the class loader: once, and only when asked for. */
  private static final class Holder {
    static final Found FOUND = find();
  }

  private Devices() {}

  private static Found find() {
    List<DeviceProvider> providers = ServiceLoader.load(DeviceProvider.class, Devices.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(p -> isWanted(p.kind()))
        .toList();
    record Candidate(Device device, int preference) {}
    List<Candidate> candidates = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    for (DeviceProvider p : providers) {
      Discovery d = p.discover();
      d.devices().forEach(device -> candidates.add(new Candidate(device, p.preference(device))));
      problems.addAll(d.problems());
    }
    List<Device> devices = candidates.stream()
        .sorted(Comparator.comparingInt(Candidate::preference).reversed())
        .map(Candidate::device)
        .toList();
    var users = new Semaphore(MOST_USERS);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(devices, users), "orthant-shutdown"));
    return new Found(devices, List.copyOf(problems), users);
  }

  private static boolean isWanted(String kind) {
    List<String> kinds = kinds(System.getProperty(KINDS_PROPERTY));
    return kinds.isEmpty() || kinds.contains(kind);
  }

  /** The words of a list with commas. */
  private static List<String> kinds(@Nullable String list) {
    return Stream.of(Optional.ofNullable(list).orElse("").split(","))
        .map(s -> s.strip().toLowerCase(Locale.ROOT))
        .filter(kind -> !kind.isEmpty())
        .toList();
  }

  private static void close(List<Device> devices, Semaphore users) {
    try {
      if (!users.tryAcquire(MOST_USERS, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("orthant: devices are still in use as the process ends; closing them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    devices.forEach(Device::close);
  }

  /**
   * Keeps devices open while the process ends, a minute at most: for work that has to be put in order first, such as a training run that saves what it
   * has. Running the result lets them go; it may be run more than once.
   */
  public static Runnable keepOpen() {
    Semaphore users = Holder.FOUND.users;
    users.acquireUninterruptibly();
    var held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        users.release();
      }
    };
  }

  /** All usable devices, the preferred ones first. */
  public static List<Device> all() {
    return Holder.FOUND.devices;
  }

  /** What cannot be used, why, and the cure. */
  public static List<Problem> problems() {
    return Holder.FOUND.problems;
  }

  /**
   * The device of that name; a kind alone means its first device.
   *
   * @throws InvalidInputException when there is none, with the names there are and the reason why that kind is missing
   */
  public static Device named(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    return all().stream()
        .filter(d -> d.name().equals(wanted) || kind(d).equals(wanted))
        .findFirst()
        .orElseThrow(() -> new InvalidInputException("no device '" + name + "'; there are: "
            + String.join(" ", all().stream().map(Device::name).toList()) + why(wanted)));
  }

  private static String why(String wanted) {
    return problems().stream()
        .filter(p -> wanted.startsWith(p.subject()) || p.subject().startsWith(wanted))
        .map(p -> " (" + p.subject() + ": " + p.reason() + "; " + p.cure() + ")")
        .findFirst()
        .orElse("");
  }

  /** The device that {@code -Dorthant.device} names, else the first of the preferred kind. {@link #whyBest()} says why. */
  public static Device best() {
    return chosen().map(Devices::named).orElseGet(() -> all().stream().findFirst()
        .orElseThrow(() -> new InvalidInputException("no device can be used; 'orthant doctor' says why")));
  }

  /** Why {@link #best()} is what it is, in one line. */
  public static String whyBest() {
    return chosen().map(name -> "named by -D" + DEFAULT_PROPERTY + "=" + name)
        .orElseGet(() -> all().size() == 1
            ? "the only device"
            : "the first of " + String.join(" ", all().stream().map(Device::name).toList()) + "; another by -D"
                + DEFAULT_PROPERTY);
  }

  private static Optional<String> chosen() {
    return Optional.ofNullable(System.getProperty(DEFAULT_PROPERTY)).filter(s -> !s.isBlank());
  }

  /** The kind of a device: its name up to the colon. */
  public static String kind(Device device) {
    return device.name().split(":", 2)[0];
  }

  /** The kinds of device that {@code ORTHANT_REQUIRE} lists and that are not there, with the reason. */
  public static List<String> missing() {
    return kinds(System.getenv(REQUIRE_VARIABLE)).stream()
        .filter(kind -> all().stream().noneMatch(d -> kind(d).equals(kind)))
        .map(kind -> kind + " is required by " + REQUIRE_VARIABLE + " but there is none" + why(kind))
        .toList();
  }
}
