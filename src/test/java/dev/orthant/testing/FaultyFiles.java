package dev.orthant.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The default file system, of whose calls one fails: every nth, for n = 1, 2, … until none is left that could. */
public final class FaultyFiles extends FileSystemProvider {
  private final FileSystemProvider real;
  private final FileSystem system = new Faulty();
  private int calls;
  private int fault;

  public FaultyFiles(Path any) {
    real = any.getFileSystem().provider();
  }

  /** From now on the call of that number fails; 0 for none. */
  public void failAt(int call) {
    calls = 0;
    fault = call;
  }

  /** Whether the call that was to fail was made. */
  public boolean failed() {
    return fault > 0 && calls >= fault;
  }

  private void call() throws IOException {
    if (++calls == fault) {
      throw new IOException("injected at call " + fault);
    }
  }

  /** The same path, under this provider. */
  public Path wrap(Path path) {
    return (Path) Proxy.newProxyInstance(FaultyFiles.class.getClassLoader(), new Class<?>[] {Path.class},
        (self, method, args) -> {
          Object[] given = args == null ? new Object[0]
              : Arrays.stream(args).map(a -> a instanceof Path p ? unwrap(p) : a).toArray();
          switch (method.getName()) {
            case "getFileSystem" -> {
              return system;
            }
            case "equals" -> {
              return args[0] instanceof Path p && unwrap(p).equals(path);
            }
            case "toRealPath" -> call();
            default -> {
              // Not a call of the file system.
            }
          }
          try {
            Object result = method.invoke(path, given);
            return result instanceof Path p ? wrap(p) : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        });
  }

  private static Path unwrap(Path path) {
    return Proxy.isProxyClass(path.getClass()) ? Path.of(path.toString()) : path;
  }

  @Override
  public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    call();
    return new Channel(real.newFileChannel(unwrap(path), options, attributes));
  }

  @Override
  public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options,
      FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
      throws IOException {
    call();
    DirectoryStream<Path> found = real.newDirectoryStream(unwrap(folder), p -> filter.accept(wrap(p)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> paths = found.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return paths.hasNext();
          }

          @Override
          public Path next() {
            return wrap(paths.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        found.close();
      }
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    call();
    real.createDirectory(unwrap(folder), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    call();
    real.delete(unwrap(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    call();
    real.copy(unwrap(source), unwrap(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    call();
    real.move(unwrap(source), unwrap(target), options);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    call();
    return wrap(real.readSymbolicLink(unwrap(link)));
  }

  @Override
  public boolean isSameFile(Path a, Path b) throws IOException {
    call();
    return real.isSameFile(unwrap(a), unwrap(b));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(unwrap(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    call();
    return real.getFileStore(unwrap(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    call();
    real.checkAccess(unwrap(path), modes);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(Path path, Class<V> type,
      LinkOption... options) {
    return real.getFileAttributeView(unwrap(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
      throws IOException {
    call();
    return real.readAttributes(unwrap(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
    call();
    return real.readAttributes(unwrap(path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) throws IOException {
    call();
    real.setAttribute(unwrap(path), name, value, options);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  private final class Faulty extends FileSystem {
    @Override
    public FileSystemProvider provider() {
      return FaultyFiles.this;
    }

    @Override
    public void close() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean isReadOnly() {
      return false;
    }

    @Override
    public String getSeparator() {
      return java.io.File.separator;
    }

    @Override
    public Iterable<Path> getRootDirectories() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
      return Path.of("").getFileSystem().supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
      return wrap(Path.of(first, more));
    }

    @Override
    public java.nio.file.PathMatcher getPathMatcher(String pattern) {
      java.nio.file.PathMatcher matcher = Path.of("").getFileSystem().getPathMatcher(pattern);
      return p -> matcher.matches(unwrap(p));
    }

    @Override
    public java.nio.file.attribute.UserPrincipalLookupService getUserPrincipalLookupService() {
      throw new UnsupportedOperationException();
    }

    @Override
    public java.nio.file.WatchService newWatchService() {
      throw new UnsupportedOperationException();
    }
  }

  private final class Channel extends FileChannel {
    private final FileChannel to;

    Channel(FileChannel to) {
      this.to = to;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      call();
      return to.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      call();
      return to.read(targets, offset, length);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      call();
      return to.read(target, position);
    }

    /** As a disk that fills up: a part is written first. */
    @Override
    public int write(ByteBuffer source) throws IOException {
      if (calls + 1 == fault && source.remaining() > 1) {
        to.write(source.slice(source.position(), source.remaining() / 2));
      }
      call();
      return to.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      call();
      return to.write(sources, offset, length);
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      call();
      return to.write(source, position);
    }

    @Override
    public long position() throws IOException {
      return to.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      to.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      call();
      return to.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      call();
      to.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      call();
      to.force(metaData);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
      return to.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
      return to.transferFrom(source, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return to.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      call();
      return to.lock(position, size, shared);
    }

    @Override
    public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
      call();
      return to.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      to.close();
    }
  }
}
