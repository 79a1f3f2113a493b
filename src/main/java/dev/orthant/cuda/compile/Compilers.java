package dev.orthant.cuda.compile;

import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * Where kernels come from, the same for all devices of a process: those of the jar, those on disk, and the compiler,
 * which is only looked for when it is needed.
 */
public final class Compilers {
  private final Fatbin fatbin;
  private final @Nullable String fatbinFault;
  private final KernelCache cache;
  private final Nvrtc.Finder finder;
  private Nvrtc.@Nullable Found nvrtc;

  /**
   * Ways to compile.
   *
   * @param fatbinFault why the jar's kernels cannot be read, or null
   */
  public Compilers(Fatbin fatbin, @Nullable String fatbinFault, KernelCache cache, Nvrtc.Finder finder) {
    this.fatbin = fatbin;
    this.fatbinFault = fatbinFault;
    this.cache = cache;
    this.finder = finder;
  }

  /** What this machine has, by the system properties and the environment. */
  public static Compilers installed(int cudaVersion) {
    KernelCache cache = KernelCache.bySettings(System.getProperties(), System.getenv());
    Nvrtc.Finder finder =
        new Nvrtc.Finder(NvrtcPlaces.bySettings(System.getProperties(), System.getenv()), cudaVersion);
    try {
      return new Compilers(Fatbin.inJar(), null, cache, finder);
    } catch (IOException e) {
      return new Compilers(Fatbin.none(), e.getMessage(), cache, finder);
    }
  }

  public Fatbin fatbin() {
    return fatbin;
  }

  @Nullable
  public String fatbinFault() {
    return fatbinFault;
  }

  public KernelCache cache() {
    return cache;
  }

  /** Whether there is a file that may be the compiler; asked where loading it would take too long. */
  public boolean mayHaveNvrtc() {
    return finder.places().stream().anyMatch(p -> p.file() != null && Files.exists(p.file()));
  }

  /** The compiler, looked for by the first call. */
  public synchronized Nvrtc.Found nvrtc() {
    Nvrtc.Found found = nvrtc;
    if (found == null) {
      found = finder.find();
      nvrtc = found;
    }
    return found;
  }
}
