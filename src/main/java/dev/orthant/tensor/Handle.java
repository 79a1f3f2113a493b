package dev.orthant.tensor;

import dev.orthant.core.ClosedException;
import dev.orthant.tensor.graph.Node;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor owns: one reference to a node. Apart from the tensor so that the Cleaner can hold it: it gives the
 * reference back when the tensor was closed, when its scope was, or, with a word to the log, when the garbage collector
 * found it abandoned.
 */
final class Handle implements Runnable {
  private static final Logger LOG = System.getLogger(Handle.class.getName());

  private final AtomicReference<@Nullable Node> node;
  private volatile @Nullable Scope scope;
  private volatile boolean unwatched;

  Handle(Node node) {
    this.node = new AtomicReference<>(node);
  }

  /**
   * The node, of an open tensor. Another thread may close the tensor at any moment: what is more than a look goes by
   * {@link #locked} or {@link #hold}.
   */
  Node node() {
    Node n = node.get();
    if (n == null) {
      throw new ClosedException("the tensor is closed (by close(), or with its Scope)");
    }
    return n;
  }

  /**
   * Does something with the node, under its device's monitor: nobody closes the tensor, or assigns to it, meanwhile.
   *
   * @throws ClosedException when the tensor is closed
   */
  <R extends @Nullable Object> R locked(Function<Node, R> work) {
    for (Node n = node();; n = node()) {
      synchronized (n.device()) {
        if (isStill(n)) {
          return work.apply(n);
        }
      }
      // Closed, or assigned by another thread: the next look tells.
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very node
  private boolean isStill(Node n) {
    return node.get() == n;
  }

  /** The node, with a reference that is the caller's: to be given back by {@link Node#letGo}. */
  Node hold() {
    return locked(Node::retain);
  }

  boolean isClosed() {
    return node.get() == null;
  }

  /** Puts another node, with the reference that the caller has to it, in the place of the one there. */
  void replace(Node old, Node next) {
    if (node.compareAndSet(old, next)) {
      old.release();
    } else {
      next.release();
      throw new ClosedException("the tensor was closed or assigned by another thread");
    }
  }

  /** The scope that will close this, if any. */
  @Nullable
  Scope scope() {
    return scope;
  }

  /** Nobody is to be told when the Cleaner finds this. */
  void unwatched() {
    unwatched = true;
  }

  void scope(@Nullable Scope owner) {
    scope = owner;
  }

  /**
   * Gives the reference back, once. Returns whether this call did; it has been given back in any case, also when the
   * Cleaner was at it at the same moment: a scope that is closed has freed what was its own.
   */
  boolean close() {
    Node n = node.get();
    if (n == null) {
      return false;
    }
    synchronized (n.device()) {
      Node mine = node.getAndSet(null);
      if (mine != null) {
        mine.release();
      }
      return mine != null;
    }
  }

  /**
   * The Cleaner's call: the tensor is gone. Nothing is said of one that a scope would have closed, or that was never
   * computed: the steps of a chain such as {@code x.matMul(w).add(b)} are rightly left behind.
   */
  @Override
  public void run() {
    Node n = node.get();
    if (n == null) {
      return;
    }
    boolean holdsMemory;
    synchronized (n.device()) {
      holdsMemory = !n.isPending();
    }
    Scope owner = scope;
    boolean abandoned = close();
    // Only now: a scope that is being closed must wait for what is not yet given back.
    if (owner != null) {
      owner.forget(this);
    }
    if (abandoned && owner == null && holdsMemory && !unwatched) {
      LOG.log(Level.WARNING, () -> "a tensor " + n.spec() + " on " + n.device().name()
          + " was never closed; its memory was only freed by the garbage collector. Close it, or open a Scope around "
          + "the code that made it.");
    }
  }
}
