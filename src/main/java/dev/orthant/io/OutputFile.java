package dev.orthant.io;

import dev.orthant.core.InvalidInputException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one way in which files are written: beside the target, made durable, then renamed into its place. Whoever reads
 * the target sees the old file or the whole new one, also after a kill, a power cut or on a full disk; the old one's
 * permissions are kept. Links are followed. Standard output, pipes and devices ({@code /dev/stdout}, {@code /dev/null})
 * are written straight, as there is nothing to keep.
 *
 * <p>Whatever goes wrong is one {@link InvalidInputException} that begins with the file's name.
 */
public final class OutputFile {
  private static final int MAX_LINKS = 40;
  private static final int STICKY = 0x200;

  private OutputFile() {}

  /** What writes one format. Its messages do not name the file. */
  public interface Content {
    /** Writes all of it. */
    void to(WritableByteChannel channel) throws IOException;
  }

  /**
   * Finds out before the work is done whether {@link #write} can succeed after it: the folder is there, a file can be
   * made in it, and what is in its place can be replaced. Sweeps what dead processes left there.
   *
   * @param files null for an output that is not wanted
   * @throws InvalidInputException when it cannot, or two of the files are the same
   */
  public static void requireWritable(@Nullable Path... files) {
    Map<Path, Path> targets = new LinkedHashMap<>();
    for (Path file : Stream.of(files).filter(Objects::nonNull).toList()) {
      try {
        Target target = Target.of(file);
        target.probe();
        Path other = target.replaced() ? targets.put(target.path(), file) : null;
        if (other != null) {
          throw new InvalidInputException(file + ": two outputs cannot go to the same file (" + other + ")");
        }
      } catch (IOException e) {
        throw new InvalidInputException(file + ": cannot be written to: " + Disk.reason(e), e);
      }
    }
  }

  /** Whether that name means the standard output of this process, which then should carry nothing else. */
  public static boolean isStandardOutput(Path file) {
    return FileDescriptor.out.equals(standard(file));
  }

  /**
   * Writes a whole file.
   *
   * @throws InvalidInputException when that is not possible; the old file, if any, is then as it was
   */
  public static void write(Path file, Content content) {
    try {
      Target target = Target.of(file);
      target.require();
      if (target.replaced()) {
        replace(target, content);
      } else {
        straight(file, content);
      }
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be written: " + Disk.reason(e), e);
    }
  }

  /** Writes a text as UTF-8. */
  public static void write(Path file, String text) {
    write(file, channel -> Disk.writeAll(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
  }

  private static void replace(Target target, Content content) throws IOException {
    PosixFileAttributes old = target.attributes();
    try (PartFile part = PartFile.beside(target.path(), old)) {
      content.to(part.channel());
      part.replace(target.path(), old);
    }
  }

  private static void straight(Path file, Content content) throws IOException {
    FileDescriptor standard = standard(file);
    if (standard != null) {
      // Opening it by name would begin at offset 0 of a file that others append to. Not closed: it is everybody's.
      @SuppressWarnings("resource") FileChannel channel = new FileOutputStream(standard).getChannel();
      content.to(channel);
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (Files.isRegularFile(file)) {
        channel.truncate(0);
      }
      content.to(channel);
    }
  }

  /** The open file of this process that a name such as {@code /dev/stdout} stands for. */
  private static @Nullable FileDescriptor standard(Path file) {
    return switch (file.toAbsolutePath().normalize().toString()) {
      case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" -> FileDescriptor.out;
      case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2" -> FileDescriptor.err;
      default -> null;
    };
  }

  /**
   * Where a file will be.
   *
   * @param file as the user named it
   * @param path behind all links
   * @param present what is there, or null
   * @param replaced whether it is a file to be replaced, not something to write into
   */
  private record Target(Path file, Path path, @Nullable BasicFileAttributes present, boolean replaced) {
    static Target of(Path file) throws IOException {
      Path absolute = file.toAbsolutePath();
      // What these name is an open file of a process: there is no place to put another.
      if (standard(file) != null || absolute.startsWith("/proc") || absolute.startsWith("/dev/fd")) {
        return new Target(file, absolute, null, false);
      }
      Path path = behindLinks(absolute);
      try {
        BasicFileAttributes present = Files.readAttributes(path, BasicFileAttributes.class);
        return new Target(file, path, present, present.isRegularFile());
      } catch (NoSuchFileException _) {
        return new Target(file, path, null, true);
      }
    }

    /** As opening would follow them; {@code toRealPath} wants the last one to lead to something. */
    private static Path behindLinks(Path file) throws IOException {
      Path at = file;
      for (int i = 0; Files.isSymbolicLink(at); i++) {
        if (i == MAX_LINKS) {
          throw new FileSystemException(file.toString(), null, "more than " + MAX_LINKS + " links lead there");
        }
        at = at.resolveSibling(Files.readSymbolicLink(at));
      }
      Path folder = at.getParent();
      return folder != null && Files.isDirectory(folder) ? folder.toRealPath().resolve(at.getFileName()) : at;
    }

    /** What can be known without writing. */
    void require() {
      if (present != null && present.isDirectory()) {
        throw new InvalidInputException(file + ": is a folder, cannot be written to");
      }
      if (replaced && !Files.isDirectory(folder())) {
        throw new InvalidInputException(file + ": the folder " + folder() + " does not exist");
      }
      if ((present != null && !Files.isWritable(path)) || (replaced && !Files.isWritable(folder()))) {
        throw new InvalidInputException(file + ": no permission to write there");
      }
    }

    /** Tries as much of {@link #replace} as leaves no trace. */
    void probe() throws IOException {
      require();
      if (replaced) {
        PartFile.sweep(folder());
        try (PartFile part = PartFile.beside(path, null)) {
          requireOwnership(part.path());
        }
      }
    }

    /** In a folder such as /tmp only the owner of a file may put another in its place. */
    private void requireOwnership(Path part) throws IOException {
      if (present == null || !Files.getFileStore(path).supportsFileAttributeView("unix")) {
        return;
      }
      Object me = Files.getAttribute(part, "unix:uid");
      boolean sticky = ((int) Files.getAttribute(folder(), "unix:mode") & STICKY) != 0;
      List<Object> owners = List.of(0, Files.getAttribute(path, "unix:uid"), Files.getAttribute(folder(), "unix:uid"));
      if (sticky && !owners.contains(me)) {
        throw new InvalidInputException(
            file + ": belongs to another user, and in " + folder() + " only its owner may replace it");
      }
    }

    private Path folder() {
      return Objects.requireNonNullElse(path.getParent(), path);
    }

    @Nullable
    PosixFileAttributes attributes() throws IOException {
      PosixFileAttributeView view =
          Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      return present == null || view == null ? null : view.readAttributes();
    }
  }
}
