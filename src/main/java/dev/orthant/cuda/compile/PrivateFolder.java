package dev.orthant.cuda.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A folder whose files are run as code: nobody else may write to it. */
final class PrivateFolder {
  private static final String OWNER_ONLY = "rwx------";

  private PrivateFolder() {}

  /**
   * Makes a folder that only its owner can enter, unless it is there.
   *
   * @return why it is not used, when others could have written to it
   * @throws IOException when it cannot be made or looked at
   */
  static Optional<String> prepare(Path folder) throws IOException {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      if (posix) {
        Files.createDirectories(folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
      } else {
        Files.createDirectories(folder);
      }
    }
    if (Files.isSymbolicLink(folder)) {
      return Optional.of("is a symbolic link");
    }
    if (!Files.isDirectory(folder)) {
      return Optional.of("is no folder");
    }
    return posix ? posixFault(folder) : Optional.empty();
  }

  private static Optional<String> posixFault(Path folder) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Optional.of("can be written by others (cure: chmod 700)");
    }
    // Whoever this process is owns the files it makes; its name alone is not to be trusted in a container.
    Path own = Files.createTempFile(folder, "owner", ".part");
    try {
      return owner(own).equals(owner(folder)) ? Optional.empty() : Optional.of("belongs to somebody else");
    } finally {
      Files.delete(own);
    }
  }

  private static Object owner(Path path) throws IOException {
    return Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).getOwner();
  }
}
