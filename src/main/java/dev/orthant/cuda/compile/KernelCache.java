package dev.orthant.cuda.compile;

import dev.orthant.core.Setting;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels on disk, in a folder that only this user can write. An entry is a file named by its key, written
 * under another name and then renamed, so that there is never half of one; it begins with a mark, its key and the
 * SHA-256 of the rest, and what does not match is deleted. Several processes may use a folder at once. No call fails:
 * what cannot be read or written is compiled again, and the log says once why.
 */
public final class KernelCache {

  private static final Logger LOG = System.getLogger(KernelCache.class.getName());
  private static final long MAX_BYTES = 256L << 20;
  /** After how many entries written the folder's size is looked at. */
  private static final int SWEEP = 64;
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final String ENTRY = ".kernel";
  private static final String TEMPORARY = ".part";
  /** Changes when the layout does. */
  private static final byte[] MARK = "orthant kernel 1".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST = 32;
  private static final int HEADER = MARK.length + 2 * DIGEST;

  private final @Nullable Path folder;
  private final @Nullable String fault;
  private final long mostBytes;
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicBoolean told = new AtomicBoolean();

  private KernelCache(@Nullable Path folder, @Nullable String fault, long mostBytes) {
    this.folder = folder;
    this.fault = fault;
    this.mostBytes = mostBytes;
  }

  /** The cache that the user wants. */
  public static KernelCache bySettings(Properties properties, Map<String, String> environment) {
    String wish = Setting.CACHE.value(properties).orElse("");
    if (wish.equals("off")) {
      return new KernelCache(null, null, 0);
    }
    return in(wish.isEmpty() ? usual(properties, environment) : Path.of(wish), MAX_BYTES);
  }

  /** Where programs of this system keep what they can make again. */
  public static Path usual(Properties properties, Map<String, String> environment) {
    boolean windows = properties.getProperty("os.name", "").startsWith("Windows");
    String base = environment.getOrDefault(windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME", "");
    Path folder = base.isBlank() || !Path.of(base).isAbsolute()
        ? Path.of(properties.getProperty("user.home", "."), windows ? "AppData/Local" : ".cache")
        : Path.of(base);
    return folder.resolve("orthant").resolve("kernels");
  }

  /** A cache in a folder, which is made when it is not there. */
  public static KernelCache in(Path folder, long mostBytes) {
    try {
      String fault = PrivateFolder.prepare(folder).map(why -> folder + " " + why).orElse(null);
      return new KernelCache(fault == null ? folder : null, fault, mostBytes);
    } catch (IOException e) {
      return new KernelCache(null, folder + " cannot be used: " + e, mostBytes);
    }
  }

  /** Why nothing is kept although it should be. */
  public Optional<String> fault() {
    return Optional.ofNullable(fault).map(f -> "compiled kernels are not kept: " + f);
  }

  /** What was kept under a key ({@link SourceKey}), or null. */
  public byte @Nullable [] read(String key) {
    if (folder == null) {
      return null;
    }
    Path file = folder.resolve(key + ENTRY);
    try {
      // A pipe would be waited for, a file that grew would be read into memory.
      BasicFileAttributes kind = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      byte[] entry = kind.isRegularFile() && kind.size() <= mostBytes ? Files.readAllBytes(file) : new byte[0];
      if (!isWhole(key, entry)) {
        Files.deleteIfExists(file);
        return null;
      }
      // The oldest go first, and age is the time since the last use.
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      return Arrays.copyOfRange(entry, HEADER, entry.length);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      tell(e);
      return null;
    }
  }

  private static boolean isWhole(String key, byte[] entry) {
    return entry.length > HEADER
        && Arrays.equals(Arrays.copyOf(entry, HEADER), header(key, Arrays.copyOfRange(entry, HEADER, entry.length)));
  }

  private static byte[] header(String key, byte[] payload) {
    MessageDigest digest = SourceKey.sha256();
    return ByteBuffer.allocate(HEADER).put(MARK).put(HexFormat.of().parseHex(key)).put(digest.digest(payload)).array();
  }

  /** Keeps something. */
  public void write(String key, byte[] payload) {
    if (folder == null) {
      return;
    }
    try {
      Path part = Files.createTempFile(folder, key.substring(0, 8), TEMPORARY);
      try {
        Files.write(part, ByteBuffer.allocate(HEADER + payload.length).put(header(key, payload)).put(payload).array());
        Files.move(part, folder.resolve(key + ENTRY), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      if (written.getAndIncrement() % SWEEP == 0) {
        sweep(folder);
      }
    } catch (IOException e) {
      tell(e);
    }
  }

  /** Forgets an entry that turned out to be of no use. */
  public void remove(String key) {
    if (folder != null) {
      try {
        Files.deleteIfExists(folder.resolve(key + ENTRY));
      } catch (IOException e) {
        tell(e);
      }
    }
  }

  private record Kept(Path file, long bytes, Instant used) {}

  /** Deletes the longest unused entries beyond the most bytes, and what processes left that ended while they wrote. */
  private void sweep(Path folder) throws IOException {
    List<Kept> kept;
    try (Stream<Path> files = Files.list(folder)) {
      kept = files.flatMap(KernelCache::look).sorted(Comparator.comparing(Kept::used).reversed()).toList();
    }
    long bytes = 0;
    Instant abandoned = Instant.now().minus(ABANDONED);
    for (Kept k : kept) {
      boolean part = k.file.toString().endsWith(TEMPORARY);
      bytes += k.bytes;
      if (part ? k.used.isBefore(abandoned) : bytes > mostBytes) {
        Files.deleteIfExists(k.file);
      }
    }
  }

  /** Nothing for files of others, and for those that another process has just deleted. */
  private static Stream<Kept> look(Path file) {
    String name = file.getFileName().toString();
    if (!name.endsWith(ENTRY) && !name.endsWith(TEMPORARY)) {
      return Stream.empty();
    }
    try {
      return Stream.of(new Kept(file, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private void tell(IOException e) {
    if (told.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, () -> "compiled kernels cannot all be kept in " + folder + ": " + e);
    }
  }
}
