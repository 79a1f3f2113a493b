package dev.orthant.tensor.graph;

import dev.orthant.device.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A buffer shared by the nodes that are views of it; closed when the last of them goes. Guarded by the device's
 * monitor.
 */
final class SharedBuffer {
  private final Buffer buffer;
  private final List<Node> nodes = new ArrayList<>();
  private int version;

  SharedBuffer(Buffer buffer) {
    this.buffer = buffer;
  }

  Buffer buffer() {
    return buffer;
  }

  /** How often this was overwritten in place. */
  int version() {
    return version;
  }

  void overwrite() {
    version++;
  }

  void attach(Node node) {
    nodes.add(node);
  }

  void detach(Node node) {
    nodes.remove(node);
    if (nodes.isEmpty()) {
      buffer.close();
    }
  }

  /** The nodes that read this memory: those that must not see the memory change before they have been computed. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }
}
