package dev.orthant.device;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Setting;
import dev.orthant.device.DeviceProvider.Discovery;
import dev.orthant.device.DeviceProvider.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The devices of this machine, found once per process on first use, and closed when the process ends.
 */
public final class Devices {
  /** The environment variable that lists the kinds of device which must be there. */
  public static final String REQUIRE_VARIABLE = "ORTHANT_REQUIRE";

  private static final System.Logger LOG = System.getLogger(Devices.class.getName());

  /** As many as may use devices while the process ends. */
  private static final int MAX_USERS = 1000;
  /** How long the end of the process waits for them. */
  private static final int PATIENCE_SECONDS = 60;

  private record Found(List<Device> devices, List<Problem> problems, Set<String> kinds, Semaphore users,
      Thread closer) {}

  /** Initialised by the class loader: once, and only when asked for. */
  private static final class Holder {
    static @Nullable String fault;
    static final @Nullable Found FOUND = tried();

    /** A setting without sense must not make the class unusable: the same error is for whoever asks again. */
    private static @Nullable Found tried() {
      try {
        Setting.requireLegal();
        return find();
      } catch (InvalidInputException e) {
        fault = e.getMessage();
        return null;
      }
    }
  }

  /**
   * What this machine has, looked for by the first call.
   *
   * @throws InvalidInputException when a setting makes no sense
   */
  private static Found found() {
    Found found = Holder.FOUND;
    if (found == null) {
      throw new InvalidInputException(Objects.requireNonNull(Holder.fault));
    }
    return found;
  }

  private Devices() {}

  private static Found find() {
    List<DeviceProvider> all = ServiceLoader.load(DeviceProvider.class, Devices.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get).toList();
    Set<String> kinds = all.stream().map(DeviceProvider::kind).collect(Collectors.toCollection(TreeSet::new));
    List<String> wanted = kinds(Setting.KINDS.value().orElse(""));
    requireKinds(Setting.KINDS.flag(), wanted, kinds);
    List<DeviceProvider> providers =
        all.stream().filter(p -> wanted.isEmpty() || wanted.contains(p.kind())).toList();
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
    var users = new Semaphore(MAX_USERS);
    Thread closer = new Thread(() -> close(devices, users), "orthant-shutdown");
    Runtime.getRuntime().addShutdownHook(closer);
    return new Found(devices, List.copyOf(problems), kinds, users, closer);
  }

  private static void requireKinds(String setting, List<String> given, Set<String> known) {
    if (!known.containsAll(given)) {
      throw new InvalidInputException(
          setting + "=" + String.join(",", given) + ": expected some of " + String.join(",", known) + ", with commas");
    }
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
      if (!users.tryAcquire(MAX_USERS, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("orthant: devices are still in use as the process ends; closing them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    devices.forEach(Device::close);
  }

  /**
   * Keeps devices open while the process ends, a minute at most: for work that has to be put in order first, such as a
   * training run that saves what it has. Running the result lets them go; it may be run more than once.
   */
  public static Runnable keepOpen() {
    Semaphore users = found().users;
    users.acquireUninterruptibly();
    var held = new AtomicBoolean(true);
    return () -> {
      if (held.getAndSet(false)) {
        users.release();
      }
    };
  }

  /**
   * Closes all devices, for good: for a host that unloads this library, such as a plug-in's or an application server's.
   * Threads end and memory is freed, so that nothing keeps the class loader, once tensors are unreachable too; but
   * natives of OpenCL and CUDA, where they were loaded, hold classes for as long as the process runs ({@code
   * -Dorthant.kinds=cpu} looks for none). Nothing else has to call this: at the end of the process devices are closed
   * by themselves. What uses a device afterwards is told that it is closed.
   */
  public static void closeAll() {
    Found found = found();
    try {
      Runtime.getRuntime().removeShutdownHook(found.closer);
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.DEBUG, "the process is ending: devices are being closed", e);
      return;
    }
    close(found.devices, found.users);
  }

  /** All usable devices, the preferred ones first. */
  public static List<Device> all() {
    return found().devices;
  }

  /** What cannot be used, why, and the cure. */
  public static List<Problem> problems() {
    return found().problems;
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

  /**
   * The device that {@code -Dorthant.device} names, else the first of the preferred kind. {@link #whyBest()} says why.
   */
  public static Device best() {
    return chosen().map(Devices::bySetting).orElseGet(() -> all().stream().findFirst()
        .orElseThrow(() -> new InvalidInputException("no device can be used; 'orthant doctor' says why")));
  }

  private static Device bySetting(String name) {
    try {
      return named(name);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(Setting.DEVICE.flag() + "=" + name + ": " + e.getMessage(), e);
    }
  }

  /** Why {@link #best()} is what it is, in one line. */
  public static String whyBest() {
    return chosen().map(name -> "named by " + Setting.DEVICE.flag() + "=" + name)
        .orElseGet(() -> all().size() == 1
            ? "the only device"
            : "the first of " + String.join(" ", all().stream().map(Device::name).toList()) + "; another by "
                + Setting.DEVICE.flag());
  }

  private static Optional<String> chosen() {
    return Setting.DEVICE.value();
  }

  /** The kind of a device: its name up to the colon. */
  public static String kind(Device device) {
    return device.name().split(":", 2)[0];
  }

  /**
   * The kinds of device that {@code ORTHANT_REQUIRE} lists and that are not there, with the reason.
   *
   * @throws InvalidInputException when it lists what is no kind of device
   */
  public static List<String> missing() {
    List<String> required = kinds(System.getenv(REQUIRE_VARIABLE));
    requireKinds(REQUIRE_VARIABLE, required, found().kinds);
    return required.stream()
        .filter(kind -> all().stream().noneMatch(d -> kind(d).equals(kind)))
        .map(kind -> kind + " is required by " + REQUIRE_VARIABLE + " but there is none" + why(kind))
        .toList();
  }
}
