package dev.orthant.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way: written beside the one that it will replace, locked as long as somebody writes it. Its name is
 * short and does not have the target's in it, so that a target may have as long a name as the file system allows; it
 * tells the process, so that what dead processes left can be told from what others are writing.
 */
final class PartFile implements AutoCloseable {
  private static final String BEGINNING = ".orthant-";
  private static final String END = ".part";
  private static final Pattern NAME = Pattern.compile("\\.orthant-(\\d{1,18})-[0-9a-f]{8}\\.part");
  /** When a process of that number lives it is another one by then, or it would hold the lock. */
  private static final Duration ABANDONED = Duration.ofHours(1);
  /** Those of this process: the number of a process comes again, in a container at every start. */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;

  private PartFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * A new, empty and locked one that will replace {@code target}.
   *
   * @param old what is known of the file there; a new file has permissions by the process's mask when this is null
   */
  static PartFile beside(Path target, @Nullable PosixFileAttributes old) throws IOException {
    Path path = target.resolveSibling(BEGINNING + ProcessHandle.current().pid() + "-"
        + UUID.randomUUID().toString().substring(0, 8) + END);
    OURS.add(path);
    try {
      FileChannel channel = open(path, old);
      lock(channel);
      return new PartFile(path, channel);
    } catch (IOException | RuntimeException | Error e) {
      OURS.remove(path);
      throw e;
    }
  }

  /** What only its owner could read stays so while it is written. */
  private static FileChannel open(Path path, @Nullable PosixFileAttributes old) throws IOException {
    FileAttribute<?>[] attributes = old == null ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    return FileChannel.open(path, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), attributes);
  }

  /** Some network file systems know no locks: what is written there is told by its process's number and age alone. */
  private static void lock(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException _) {
      // As said.
    }
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  /** Makes what was written durable, and puts it in the target's place. */
  void replace(Path target, @Nullable PosixFileAttributes old) throws IOException {
    channel.force(true);
    if (old != null) {
      keep(old);
    }
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    OURS.remove(path);
    syncFolder(target.toAbsolutePath().getParent());
  }

  /**
   * Owner and group first: changing them may clear permissions. Only root may give a file away; the rest may be refused
   * as well.
   */
  private void keep(PosixFileAttributes old) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    PosixFileAttributes now = view.readAttributes();
    boolean sameGroup = now.group().equals(old.group());
    try {
      if (!now.owner().equals(old.owner())) {
        view.setOwner(old.owner());
      }
      if (!sameGroup) {
        view.setGroup(old.group());
        sameGroup = true;
      }
    } catch (IOException _) {
      // Then the file belongs to who wrote it, as a new one would.
    }
    var permissions = new java.util.HashSet<>(old.permissions());
    if (!sameGroup) {
      // These were meant for another group.
      permissions.removeIf(p -> p.name().startsWith("GROUP_"));
    }
    view.setPermissions(permissions);
  }

  /**
   * The new name survives a power cut only when its folder has been written; where folders cannot be opened the system
   * sees to it.
   */
  private static void syncFolder(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException _) {
      // Windows, and some network file systems. The file itself is whole already.
    }
  }

  /** Deletes it unless it has replaced its target. */
  @Override
  public void close() throws IOException {
    try {
      // By name first: once the lock is gone somebody else may sweep it.
      if (OURS.contains(path)) {
        Files.deleteIfExists(path);
      }
    } finally {
      OURS.remove(path);
      channel.close();
    }
  }

  /** Deletes what processes left in {@code folder} that ended while they wrote. */
  static void sweep(Path folder) {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, BEGINNING + "*" + END)) {
      for (Path part : parts) {
        if (isAbandoned(part)) {
          Files.deleteIfExists(part);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException _) {
      // Somebody else's, or swept by another process: it is litter at worst.
    }
  }

  private static boolean isAbandoned(Path part) throws IOException {
    Matcher name = NAME.matcher(part.getFileName().toString());
    if (!name.matches() || OURS.contains(part) || Files.isSymbolicLink(part) || !Files.isRegularFile(part)) {
      return false;
    }
    long pid = Long.parseLong(name.group(1));
    boolean mayLive = pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
    if (mayLive && Files.getLastModifiedTime(part).toInstant().isAfter(Instant.now().minus(ABANDONED))) {
      return false;
    }
    // In a shared folder the number may be that of a process on another machine or in another container.
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException | NoSuchFileException _) {
      return false;
    }
  }
}
