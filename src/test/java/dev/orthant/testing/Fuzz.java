package dev.orthant.testing;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Seeded mutation of inputs: a short run in every build, millions by {@code -Dorthant.fuzz=1000000}. Each input comes
 * from a seed of its own, which a failure prints: {@code -Dorthant.seed=SEED -Dorthant.fuzz=1} repeats it.
 */
public final class Fuzz {
  private static final int SHORT = 1000;
  private static final byte[] BYTES =
      {0, 1, 0x7f, (byte) 0x80, (byte) 0xff, ' ', '\n', '"', '\'', '{', '}', '(', '[', ',', ':', '-', '9', 0x1b};
  private static final List<String> WORDS =
      List.of("-1", "0", "1", "2147483647", "2147483648", "-2147483648", "4294967296",
          "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e308", "1e999", "NaN", "null", "true",
          "[]", "{}", "\"\"",
          "()", "'", "\"", "\\u0000", "\u001b[2J", "\u202e", "N*N*N*N*N*N", "../../etc/passwd", "%s%n",
          "x".repeat(5000), "[".repeat(300));

  private Fuzz() {}

  /** What is tried with one input; it fails by throwing. */
  public interface Attempt {
    /** Tries the input that {@code random} decides. */
    void with(SplittableRandom random) throws Exception;
  }

  /** Runs as many attempts as are asked for. */
  public static void run(String name, Attempt attempt) {
    run(name, 1, attempt);
  }

  /** A {@code share}-th of them, where each takes that much longer than reading a file. */
  public static void run(String name, int share, Attempt attempt) {
    int count = Math.ceilDiv(Integer.getInteger("orthant.fuzz", SHORT), share);
    long first = Long.getLong("orthant.seed", 1);
    System.out.println("fuzz " + name + ": " + count + " inputs from seed " + first);
    for (long seed = first; seed < first + count; seed++) {
      try {
        attempt.with(new SplittableRandom(seed * 0x9E3779B97F4A7C15L));
      } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
        throw new AssertionError(name + ": repeat by -Dorthant.seed=" + seed + " -Dorthant.fuzz=1: " + e, e);
      }
    }
  }

  /** One of them. */
  public static <T> T one(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** A text with some of its parts replaced, left out, doubled or put elsewhere. */
  public static String mutated(SplittableRandom random, String text) {
    return new String(mutated(random, text.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
  }

  /** The same for bytes. */
  public static byte[] mutated(SplittableRandom random, byte... input) {
    byte[] bytes = input.clone();
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      bytes = once(random, bytes);
    }
    return bytes;
  }

  private static byte[] once(SplittableRandom random, byte... bytes) {
    int length = bytes.length;
    int at = length == 0 ? 0 : random.nextInt(length);
    int end = length == 0 ? 0 : Math.min(length, at + 1 + random.nextInt(random.nextBoolean() ? 8 : length));
    return switch (random.nextInt(10)) {
      case 0 -> joined(bytes, at, at + 1, new byte[] {(byte) (length == 0 ? 1 : bytes[at] ^ 1 << random.nextInt(8))});
      case 1 -> joined(bytes, at, at + 1, new byte[] {BYTES[random.nextInt(BYTES.length)]});
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 -> joined(bytes, at, end, new byte[0]);
      case 4 -> joined(bytes, at, at, Arrays.copyOfRange(bytes, at, end));
      case 5 -> joined(bytes, at, at, one(random, WORDS).getBytes(StandardCharsets.UTF_8));
      case 6 -> joined(bytes, at, end, one(random, WORDS).getBytes(StandardCharsets.UTF_8));
      case 7 -> number(random, bytes);
      case 8 -> joined(bytes, at, Math.min(length, at + 4),
          random.nextBoolean() ? new byte[] {-1, -1, -1, 127} : new byte[4]);
      default ->
          joined(bytes, at, Math.min(length, at + 8), new byte[] {-1, -1, -1, -1, -1, -1, -1, (byte) random.nextInt()});
    };
  }

  /** Replaces a number in a text. */
  private static byte[] number(SplittableRandom random, byte... bytes) {
    int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    while (from < bytes.length && !Character.isDigit(bytes[from])) {
      from++;
    }
    int to = from;
    while (to < bytes.length && Character.isDigit(bytes[to])) {
      to++;
    }
    return joined(bytes, from, to, one(random, WORDS.subList(0, 12)).getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] joined(byte[] bytes, int from, int to, byte... middle) {
    int end = Math.min(to, bytes.length);
    byte[] out = new byte[from + middle.length + bytes.length - end];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(middle, 0, out, from, middle.length);
    System.arraycopy(bytes, end, out, from + middle.length, bytes.length - end);
    return out;
  }
}
