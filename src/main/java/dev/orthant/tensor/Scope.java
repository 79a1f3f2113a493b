package dev.orthant.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Closes every tensor made inside it, by this thread, and not kept. Scopes nest; the innermost open one owns.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor y = x.matMul(w).add(b).relu();
 *   return scope.keep(y);        // the caller's, or the outer scope's
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private static final ThreadLocal<@Nullable Scope> CURRENT = new ThreadLocal<>();

  private final @Nullable Scope outer;
  private final Thread thread = Thread.currentThread();
  private final Set<Handle> handles = Collections.synchronizedSet(new LinkedHashSet<>());
  private boolean closed;

  private Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  /** Opens a scope for this thread. The caller closes it, with try-with-resources. */
  public static Scope open() {
    Scope scope = new Scope(CURRENT.get());
    CURRENT.set(scope);
    return scope;
  }

  /** Puts a new handle under the thread's innermost scope, if there is one. */
  static void register(Handle handle) {
    Scope scope = CURRENT.get();
    handle.scope(scope);
    if (scope != null) {
      scope.handles.add(handle);
    }
  }

  void forget(Handle handle) {
    handles.remove(handle);
  }

  /** Hands a tensor of this scope to the outer one; without an outer one, to the caller, who closes it. */
  public Tensor keep(Tensor tensor) {
    Handle handle = tensor.handle();
    if (handles.remove(handle)) {
      handle.scope(outer);
      if (outer != null) {
        outer.handles.add(handle);
      }
    }
    return tensor;
  }

  /** Hands a tensor of this scope to the caller, who closes it, whichever outer scope there is. */
  public void handOver(Tensor tensor) {
    Handle handle = tensor.handle();
    if (handles.remove(handle)) {
      handle.scope(null);
    }
  }

  /**
   * Makes tensors that belong to no scope, whichever are open, but to whoever closes them: a layer's parameters. Scopes
   * opened by {@code work} work as ever, and what they keep is handed out.
   */
  public static <T> T detached(Supplier<T> work) {
    Scope scope = CURRENT.get();
    CURRENT.remove();
    try {
      return work.get();
    } finally {
      CURRENT.set(scope);
    }
  }

  /** Whether this will close {@code tensor}. */
  public boolean owns(Tensor tensor) {
    return handles.contains(tensor.handle());
  }

  /** How many tensors this will close. */
  public int size() {
    return handles.size();
  }

  /**
   * Closes the tensors, last made first.
   *
   * @throws IllegalStateException when a scope opened later is still open, or another thread opened this one
   */
  @Override
  @SuppressWarnings("ReferenceEquality") // this very scope is meant
  public void close() {
    if (closed) {
      return;
    }
    if (thread != Thread.currentThread() || CURRENT.get() != this) {
      throw new IllegalStateException("a Scope is closed by the thread that opened it, the innermost first");
    }
    closed = true;
    CURRENT.set(outer);
    List<Handle> mine = new ArrayList<>(handles);
    handles.clear();
    mine.reversed().forEach(Handle::close);
  }
}
