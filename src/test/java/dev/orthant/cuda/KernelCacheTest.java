package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.orthant.cuda.compile.KernelCache;
import dev.orthant.cuda.compile.SourceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels on disk: what is whole comes back, what is not is never given out, and nothing fails. */
class KernelCacheTest {
  private static final String KEY = SourceKey.of("a kernel");
  private static final byte[] CODE = new SplittableRandom(3).ints(1000).collect(StringBuilder::new,
      StringBuilder::append, StringBuilder::append).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  private static final long MUCH = 1 << 20;

  @TempDir
  Path parent;

  private Path folder = Path.of("");

  @BeforeEach
  void name() {
    folder = parent.resolve("one").resolve("kernels");
  }

  private static boolean posix() {
    return Path.of("").getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private Path entry() throws IOException {
    return files().stream().filter(p -> p.toString().endsWith(".kernel")).findFirst().orElseThrow();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  @Test
  void whatWasWrittenIsReadByAnother() throws IOException {
    KernelCache.in(folder, MUCH).write(KEY, CODE);
    assertThat(KernelCache.in(folder, MUCH).read(KEY)).isEqualTo(CODE);
    assertThat(KernelCache.in(folder, MUCH).read(SourceKey.of("another"))).isNull();
    assertThat(files()).as("no temporary file stays").hasSize(1);
    if (posix()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))).isEqualTo("rwx------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(entry()))).isEqualTo("rw-------");
    }
  }

  @Test
  void cutEntriesAreDeleted() throws IOException {
    KernelCache cache = KernelCache.in(folder, MUCH);
    cache.write(KEY, CODE);
    Path file = entry();
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 15, 16, 40, 79, 80, 81, whole.length / 2, whole.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThat(cache.read(KEY)).as("of %d bytes", length).isNull();
      assertThat(file).doesNotExist();
    }
    cache.write(KEY, CODE);
    assertThat(cache.read(KEY)).isEqualTo(CODE);
  }

  @Test
  void flippedBitsAreSeenWhereverTheyAre() throws IOException {
    KernelCache cache = KernelCache.in(folder, MUCH);
    cache.write(KEY, CODE);
    Path file = entry();
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at += at < 200 ? 1 : 97) {
      byte[] flipped = whole.clone();
      flipped[at] ^= 4;
      Files.write(file, flipped);
      assertThat(cache.read(KEY)).as("byte %d", at).isNull();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void entriesOfOthersAreNotTaken() throws IOException {
    KernelCache cache = KernelCache.in(folder, MUCH);
    cache.write(KEY, CODE);
    Path file = entry();
    String other = SourceKey.of("another kernel");
    Path renamed = Files.move(file, file.resolveSibling(other + ".kernel"));
    assertThat(cache.read(other)).as("the entry of another key").isNull();
    assertThat(renamed).doesNotExist();
    Files.write(file, CODE);
    assertThat(cache.read(KEY)).as("no entry at all").isNull();
    assertThat(file).doesNotExist();
  }

  @Test
  void foldersThatOthersCanWriteAreNotUsed() throws IOException {
    assumeThat(posix()).isTrue();
    Files.createDirectories(folder);
    for (String open : List.of("rwxrwx---", "rwx----w-", "rwxrwxrwx")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(open));
      KernelCache cache = KernelCache.in(folder, MUCH);
      assertThat(cache.fault()).as(open).get().asString().contains(folder.toString(), "can be written by others",
          "chmod 700");
      cache.write(KEY, CODE);
      assertThat(cache.read(KEY)).isNull();
      assertThat(files()).isEmpty();
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(KernelCache.in(folder, MUCH).fault()).isEmpty();
  }

  @Test
  void linksAreNotFollowed() throws IOException {
    assumeThat(posix()).isTrue();
    Path target = Files.createDirectories(parent.resolve("elsewhere"));
    Files.createDirectories(folder.getParent());
    Files.createSymbolicLink(folder, target);
    assertThat(KernelCache.in(folder, MUCH).fault()).get().asString().contains("symbolic link");
    Files.delete(folder);
    Files.writeString(folder, "a file");
    assertThat(KernelCache.in(folder, MUCH).fault()).get().asString().contains("no folder");
    assertThat(KernelCache.in(folder.resolve("below"), MUCH).fault()).get().asString().contains("cannot be used");
  }

  @Test
  void foldersOfSomebodyElseAreNotUsed() throws IOException {
    assumeThat(posix()).isTrue();
    Files.createDirectories(folder);
    try {
      Files.setOwner(folder,
          folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    } catch (IOException e) {
      assumeThat(e).as("only root can give a folder away").isNull();
    }
    assertThat(KernelCache.in(folder, MUCH).fault()).get().asString().contains("belongs to somebody else");
  }

  @Test
  void theLongestUnusedGoFirst() throws IOException {
    long room = 10L * (CODE.length + 80);
    for (int i = 0; i < 30; i++) {
      KernelCache.in(folder, MUCH).write(SourceKey.of("kernel " + i), CODE);
      Files.setLastModifiedTime(folder.resolve(SourceKey.of("kernel " + i) + ".kernel"),
          FileTime.from(Instant.now().minusSeconds(1000 - i)));
    }
    Path foreign = Files.writeString(folder.resolve("README"), "not ours");
    Path part = Files.writeString(folder.resolve("1.part"), "left behind");
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minusSeconds(7200)));
    Path young = Files.writeString(folder.resolve("2.part"), "being written");
    assertThat(KernelCache.in(folder, MUCH).read(SourceKey.of("kernel 0"))).as("used now").isEqualTo(CODE);
    KernelCache.in(folder, room).write(KEY, CODE);
    List<String> left =
        IntStream.range(0, 30).filter(i -> Files.exists(folder.resolve(SourceKey.of("kernel " + i) + ".kernel")))
            .mapToObj(Integer::toString).toList();
    assertThat(left).contains("0", "29", "28").doesNotContain("1", "2", "19").hasSizeBetween(7, 9);
    assertThat(KernelCache.in(folder, MUCH).read(KEY)).isEqualTo(CODE);
    assertThat(foreign).exists();
    assertThat(young).exists();
    assertThat(part).doesNotExist();
  }

  @Test
  void manyMayUseOneFolderAtOnce() throws Exception {
    List<String> keys = IntStream.range(0, 8).mapToObj(i -> SourceKey.of("shared " + i)).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> work = IntStream.range(0, 64).<Callable<Integer>>mapToObj(seed -> () -> {
        // Each has a cache of its own, as processes have; the limit makes them delete each other's.
        KernelCache cache = KernelCache.in(folder, 4L * CODE.length);
        SplittableRandom random = new SplittableRandom(seed);
        int wrong = 0;
        for (int i = 0; i < 50; i++) {
          String key = keys.get(random.nextInt(keys.size()));
          if (random.nextBoolean()) {
            cache.write(key, CODE);
          }
          byte[] read = cache.read(key);
          wrong += read == null || java.util.Arrays.equals(read, CODE) ? 0 : 1;
        }
        return wrong;
      }).toList();
      for (Future<Integer> done : threads.invokeAll(work)) {
        assertThat(done.get()).isZero();
      }
    }
    assertThat(files()).noneMatch(p -> p.toString().endsWith(".part"));
  }

  @Test
  void whatCannotBeWrittenIsNoFailure() throws IOException {
    KernelCache cache = KernelCache.in(folder, MUCH);
    assertThat(cache.fault()).isEmpty();
    Files.delete(folder);
    cache.write(KEY, CODE);
    cache.write(KEY, CODE);
    assertThat(cache.read(KEY)).isNull();
    cache.remove(KEY);
  }

  @Test
  void theSettingNamesTheFolderOrNone() {
    Properties properties = new Properties();
    properties.setProperty("os.name", "Linux");
    properties.setProperty("user.home", "/home/a");
    assertThat(KernelCache.usual(properties, Map.of())).isEqualTo(Path.of("/home/a/.cache/orthant/kernels"));
    assertThat(KernelCache.usual(properties, Map.of("XDG_CACHE_HOME", "/c"))).isEqualTo(Path.of("/c/orthant/kernels"));
    assertThat(KernelCache.usual(properties, Map.of("XDG_CACHE_HOME", "relative")))
        .as("the XDG specification says to ignore it").isEqualTo(Path.of("/home/a/.cache/orthant/kernels"));
    properties.setProperty("orthant.cache", folder.toString());
    KernelCache.bySettings(properties, Map.of()).write(KEY, CODE);
    assertThat(folder).isNotEmptyDirectory();
    properties.setProperty("orthant.cache", "off");
    KernelCache off = KernelCache.bySettings(properties, Map.of());
    off.write(KEY, CODE);
    assertThat(off.read(KEY)).isNull();
    assertThat(off.fault()).isEmpty();
  }
}
