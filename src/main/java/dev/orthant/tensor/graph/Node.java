package dev.orthant.tensor.graph;

import dev.orthant.core.ClosedException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.op.Call;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value: either in memory, or pending with the definition by which it will be computed. Lives as long as a handle or
 * a pending value refers to it. Guarded by its device's monitor.
 */
public final class Node {
  /** A formula of more nodes than this, or over more values than {@link #WIDEST}, is computed in two launches. */
  public static final int HEAVIEST = 256;

  public static final int WIDEST = 12;

  private final Device device;
  private final TensorSpec spec;
  private final Set<Node> consumers = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable Definition definition;
  private @Nullable SharedBuffer storage;
  private int references = 1;
  /** How many tapes want this value again. */
  private int saves;
  private @Nullable GradientSlot leaf;
  /** The smallest and the largest element of indices, and of which version. */
  private long @Nullable [] range;
  private int rangeVersion;

  private Node(Device device, TensorSpec spec) {
    this.device = device;
    this.spec = spec;
  }

  /** A value in memory; the node takes the buffer over. The first reference is the caller's. */
  public static Node inMemory(Device device, TensorSpec spec, Buffer buffer) {
    Node node = new Node(device, spec);
    node.store(new SharedBuffer(buffer));
    return node;
  }

  /** A pending value. The first reference is the caller's. */
  public static Node pending(Device device, TensorSpec spec, Definition definition) {
    Node node = new Node(device, spec);
    node.definition = definition;
    for (Node input : definition.inputs()) {
      input.retain();
      input.consumers.add(node);
    }
    return node;
  }

  public Device device() {
    return device;
  }

  public TensorSpec spec() {
    return spec;
  }

  /** How it will be computed; null once it is in memory. */
  @Nullable
  public Definition definition() {
    return definition;
  }

  public boolean isPending() {
    return storage == null;
  }

  /** Where gradients with respect to this value are added up, if a user asked for them. */
  @Nullable
  public GradientSlot leaf() {
    return leaf;
  }

  public void leaf(@Nullable GradientSlot owner) {
    leaf = owner;
  }

  /** The smallest and the largest element, if known. */
  public long @Nullable [] range() {
    return rangeVersion == version() ? range : null;
  }

  public void range(long @Nullable [] known) {
    range = known;
    rangeVersion = version();
  }

  /**
   * Takes a further reference.
   *
   * @throws ClosedException when the last one was given back
   */
  public Node retain() {
    if (references == 0) {
      throw new ClosedException("the value " + spec + " on " + device.name()
          + " was used after the last tensor that held it was closed, or the tape that kept it");
    }
    references++;
    return this;
  }

  /** Gives one reference back, from outside the device's monitor. */
  public void letGo() {
    synchronized (device) {
      release();
    }
  }

  /** A tape takes a reference, to read the value again. */
  public void save() {
    retain();
    saves++;
  }

  public void unsave() {
    saves--;
    release();
  }

  boolean isSaved() {
    return saves > 0;
  }

  /** How often the memory was overwritten in place; grows only. */
  public int version() {
    if (storage != null) {
      return storage.version();
    }
    return definition instanceof Definition.View v ? v.of().version() : 0;
  }

  /** Whether computing this now would compute a product. */
  boolean isHeavy() {
    return switch (definition) {
      case null -> false;
      case Definition.Product p -> true;
      case Definition.View v -> v.of().isHeavy();
      case Definition.Elementwise e -> e.inputs().stream().anyMatch(Node::isHeavy);
    };
  }

  /** Whether computing this now would draw random numbers. */
  boolean isNoisy() {
    return definition instanceof Definition.Elementwise e
        && (!e.noise().isEmpty() || e.inputs().stream().anyMatch(Node::isNoisy));
  }

  /** How many pending values read this one. */
  int consumers() {
    return consumers.size();
  }

  /** The size of the formula that a launch of this would have, as far as it is pending; saturates. */
  public int weight() {
    return switch (definition) {
      case null -> 1;
      case Definition.Elementwise e ->
          Math.min(1 << 20, e.formula().size() + e.inputs().stream().mapToInt(Node::weight).sum());
      case Definition.Product p -> 1;
      case Definition.View v -> 1;
    };
  }

  /** How many values that launch would read; counts repeated ones again. */
  public int width() {
    return switch (definition) {
      case null -> 1;
      case Definition.Elementwise e -> e.inputs().stream().mapToInt(Node::width).sum();
      case Definition.Product p -> 2;
      case Definition.View v -> 1;
    };
  }

  /** The buffer, after computing the value if it is pending. */
  public Buffer buffer() {
    if (storage == null) {
      launch();
    }
    return Objects.requireNonNull(storage).buffer();
  }

  private void launch() {
    switch (Objects.requireNonNull(definition)) {
      case Definition.View v -> {
        v.of().buffer();
        store(Objects.requireNonNull(v.of().storage));
      }
      case Definition.Product p -> execute(Fusion.of(this));
      case Definition.Elementwise e -> execute(Fusion.of(this));
    }
    forget();
  }

  private void execute(Fusion.Plan plan) {
    Call call = Call.of(device.name(), plan.op(), plan.inputs().stream().map(Node::spec).toList());
    List<Buffer> inputs = plan.inputs().stream().map(Node::buffer).toList();
    Buffer output = device.allocate(spec.bytes());
    try {
      device.execute(call, inputs, List.of(output));
    } catch (RuntimeException | Error e) {
      output.close();
      throw e;
    }
    store(new SharedBuffer(output));
  }

  /** Takes over the memory of {@code other}, which holds this value, and the reference to it. */
  public void adopt(Node other) {
    store(Objects.requireNonNull(other.storage));
    forget();
    other.release();
  }

  private void store(SharedBuffer memory) {
    storage = memory;
    memory.attach(this);
  }

  /** Lets go of the definition: its values are no longer needed. */
  private void forget() {
    Definition old = definition;
    definition = null;
    if (old != null) {
      for (Node input : old.inputs()) {
        input.consumers.remove(this);
        input.release();
      }
    }
  }

  /**
   * Gets ready for the memory to change: whatever still has to read it is computed now. Returns the buffer to write.
   */
  public Buffer beforeWrite() {
    Buffer buffer = buffer();
    SharedBuffer memory = Objects.requireNonNull(storage);
    // A view that is computed here joins the sharers and brings readers of its own.
    for (Node reader = firstReader(memory); reader != null; reader = firstReader(memory)) {
      reader.buffer();
    }
    memory.overwrite();
    return buffer;
  }

  private static @Nullable Node firstReader(SharedBuffer memory) {
    return memory.nodes().stream().flatMap(n -> n.consumers.stream()).findFirst().orElse(null);
  }

  /** Gives one reference back; with the last, the memory and the definition go. */
  public void release() {
    if (--references == 0) {
      forget();
      if (leaf != null) {
        leaf.close();
      }
      if (storage != null) {
        storage.detach(this);
        storage = null;
      }
    }
  }
}
