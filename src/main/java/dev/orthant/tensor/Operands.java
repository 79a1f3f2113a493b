package dev.orthant.tensor;

import dev.orthant.core.InvalidInputException;
import dev.orthant.device.Device;
import dev.orthant.tensor.graph.Node;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/**
 * The values that an op reads, each with a reference of the op's own: from here on it does not matter that another
 * thread closes the tensors, or assigns to them. Until then a closed one is told of by
 * {@link dev.orthant.core.ClosedException}, and nothing has been done.
 */
final class Operands implements AutoCloseable {
  private final List<Node> nodes = new ArrayList<>();

  private Operands() {}

  /**
   * The values of tensors, at least one, of one device.
   *
   * @param op for the message
   */
  static Operands of(String op, List<Tensor> tensors) {
    Operands held = new Operands();
    try {
      for (Tensor t : tensors) {
        Node node = t.handle().hold();
        held.nodes.add(node);
        requireDevice(op, node, held.device());
      }
      return held;
    } catch (RuntimeException | Error e) {
      held.close();
      throw e;
    } finally {
      Reference.reachabilityFence(tensors);
    }
  }

  /** The value of one tensor. */
  static Operands of(Tensor tensor) {
    return of("", List.of(tensor));
  }

  /** Throws unless the value is on that very device. */
  @SuppressWarnings("ReferenceEquality") // the same device, not an equal one
  static Node requireDevice(String op, Node node, Device expected) {
    if (node.device() != expected) {
      throw new InvalidInputException(
          op + ": operands are on different devices: " + expected.name() + " and " + node.spec() + " on "
              + node.device().name() + "; move one with to(device)");
    }
    return node;
  }

  Device device() {
    return nodes.getFirst().device();
  }

  Node first() {
    return nodes.getFirst();
  }

  List<Node> nodes() {
    return nodes;
  }

  /** Gives the references back. */
  @Override
  public void close() {
    nodes.forEach(Node::letGo);
  }
}
