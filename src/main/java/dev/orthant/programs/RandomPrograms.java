package dev.orthant.programs;

import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider;
import dev.orthant.device.Devices;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs random programs on a device, several at a time, and makes those that fail small. How a program is judged: it is
 * run fused and step by step on an ideal device, then on this one with each launch held to its bound, and again for the
 * same bits, at once and after others have run.
 */
public final class RandomPrograms {
  /** Earlier programs that may be run again. */
  private static final int REMEMBERED = 64;
  /** Earlier programs among which the cause of a failure is looked for. */
  private static final int HISTORY = 120;
  private static final int MAX_FAILURES = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * A program that failed.
   *
   * @param seed of the program
   * @param fault what was wrong
   * @param test the program, made small, as a test
   */
  public record Failure(String device, long seed, String fault, String test) {
    /** The command that repeats it. */
    public String repeat() {
      return "./orthant parity --programs 1 --device " + device + " --seed " + seed;
    }

    @Override
    public String toString() {
      return "FAILED program " + seed + " on " + device + ": " + fault + "\n  repeat: " + repeat() + "\n" + test;
    }
  }

  /**
   * What became of a run.
   *
   * @param programs that were run
   * @param steps calls in them, leaves not counted
   * @param gradients programs that were differentiated
   * @param repeats earlier programs that were run again
   */
  public record Report(String device, long programs, long steps, long gradients, long repeats, List<Failure> failures) {
    @Override
    public String toString() {
      return programs + " random programs on " + device + " (" + steps + " steps, " + gradients + " with gradients, "
          + repeats + " run again after others), " + failures.size() + " failed";
    }
  }

  private record Done(Program program, List<Execution.Value> values) {}

  private record Found(Program program, String fault) {}

  private final Device device;
  private final Supplier<Device> fresh;
  private final long seed;
  private final long count;
  private final Deque<Done> remembered = new ArrayDeque<>();
  private final List<Found> found = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong next = new AtomicLong();
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong gradients = new AtomicLong();
  private final AtomicLong repeats = new AtomicLong();

  /**
   * Programs for a device.
   *
   * @param fresh gives devices of the same kind that have computed nothing yet, to find out what a failure needs; they
   * are closed after use
   * @param seed of the first program; the next has the next number
   */
  public RandomPrograms(Device device, Supplier<Device> fresh, long seed, long count) {
    this.device = device;
    this.fresh = fresh;
    this.seed = seed;
    this.count = count;
  }

  /** Programs for one of the devices that were found on this machine. */
  public static RandomPrograms on(Device device, long seed, long count) {
    return new RandomPrograms(device, () -> opened(device), seed, count);
  }

  /** The same device, opened once more. */
  private static Device opened(Device like) {
    for (DeviceProvider p : ServiceLoader.load(DeviceProvider.class, RandomPrograms.class.getClassLoader())) {
      if (p.kind().equals(Devices.kind(like))) {
        Device same = null;
        for (Device d : p.discover().devices()) {
          if (d.name().equals(like.name())) {
            same = d;
          } else {
            d.close();
          }
        }
        if (same != null) {
          return same;
        }
      }
    }
    throw new IllegalStateException(like.name() + " cannot be opened again");
  }

  /**
   * Runs them.
   *
   * @param threads that run programs at the same time
   * @param each hears the seed of every program that is done
   */
  public Report run(int threads, java.util.function.LongConsumer each) {
    List<Thread> all = new ArrayList<>();
    AtomicInteger ended = new AtomicInteger();
    for (int t = 0; t < threads; t++) {
      all.add(Thread.ofPlatform().name("orthant-programs-" + t).start(() -> {
        work(each);
        ended.incrementAndGet();
      }));
    }
    boolean interrupted = false;
    for (Thread t : all) {
      interrupted |= !joined(t);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (ended.get() < threads) {
      throw new IllegalStateException(
          "a thread of the run ended before its time, at the latest with program " + (seed + next.get() - 1));
    }
    List<Failure> failures = found.stream().limit(MAX_FAILURES).map(this::failure).toList();
    return new Report(device.name(), Math.min(count, next.get()), steps.get(), gradients.get(), repeats.get(),
        failures);
  }

  private static boolean joined(Thread t) {
    try {
      t.join();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void work(java.util.function.LongConsumer each) {
    Generator generator = new Generator(device);
    for (long i = next.getAndIncrement(); i < count && found.size() < MAX_FAILURES; i = next.getAndIncrement()) {
      Program p;
      try {
        p = generator.program(seed + i);
      } catch (RuntimeException e) {
        throw new IllegalStateException("program " + (seed + i) + " cannot be made", e);
      }
      Trial.Outcome outcome = Trial.of(p, device);
      steps.addAndGet(p.nodes().stream().filter(n -> n instanceof ProgramNode.Step).count());
      gradients.addAndGet(p.targets().isEmpty() ? 0 : 1);
      if (outcome.fault() != null) {
        found.add(new Found(p, outcome.fault()));
      } else {
        again(new Done(p, outcome.values()), new SplittableRandom(seed + i));
      }
      each.accept(seed + i);
    }
  }

  /** Remembers a program, and runs an earlier one again. */
  private void again(Done done, SplittableRandom random) {
    Done earlier;
    synchronized (remembered) {
      earlier = remembered.stream().skip(random.nextInt(Math.max(1, remembered.size()))).findFirst().orElse(null);
      remembered.addLast(done);
      if (remembered.size() > REMEMBERED) {
        remembered.removeFirst();
      }
    }
    if (earlier != null) {
      repeats.incrementAndGet();
      String fault = Trial.again(earlier.program, device, earlier.values);
      if (fault != null) {
        found.add(new Found(earlier.program, fault));
      }
    }
  }

  // ---- failures ----------------------------------------------------------------------------------------------------

  private Failure failure(Found f) {
    Shrinker shrinker = new Shrinker(device, p -> fault(p) != null, PATIENCE);
    Generator generator = new Generator(device);
    List<Program> before = new ArrayList<>();
    for (long s = Math.max(seed, f.program.seed() - HISTORY); s < f.program.seed(); s++) {
      before.add(generator.program(s));
    }
    Program cause = fault(f.program) != null ? f.program : cause(shrinker, before, f.program);
    Program small = shrinker.shrink(cause);
    String fault = fault(small);
    Failure plain = new Failure(device.name(), f.program.seed(), f.fault, "");
    String why = (fault == null ? f.fault + "\nnot seen again by itself: it needs other threads, or memory as it was"
        : fault) + "\nfound by random programs: " + plain.repeat();
    return new Failure(device.name(), f.program.seed(), f.fault,
        JavaText.of(small, "Program" + Math.abs(f.program.seed()) + "Test", why, device));
  }

  /** The failing program with those before it that it needs. */
  private Program cause(Shrinker shrinker, List<Program> before, Program last) {
    return before.isEmpty() || fault(Shrinker.all(before, last)) == null ? last : shrinker.joined(before, last);
  }

  private @Nullable String fault(Program p) {
    try (Device d = fresh.get()) {
      return Trial.of(p, d).fault();
    }
  }
}
