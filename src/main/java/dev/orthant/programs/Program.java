package dev.orthant.programs;

import dev.orthant.programs.ProgramNode.Leaf;
import dev.orthant.programs.ProgramNode.Overwrite;
import dev.orthant.programs.ProgramNode.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Some calls of the public tensor API, one after the other.
 *
 * @param seed from which it was generated
 * @param targets the lines that are differentiated, each as the sum of its elements
 * @param closed the lines whose tensor is closed as soon as no later line reads it; the others are read at the end
 */
record Program(long seed, List<ProgramNode> nodes, List<Integer> targets, Set<Integer> closed) {
  Program {
    nodes = List.copyOf(nodes);
    targets = List.copyOf(targets);
    closed = Set.copyOf(closed);
  }

  int size() {
    return nodes.size();
  }

  /** For each line, the lines whose tensors are closed after it. */
  List<List<Integer>> closings() {
    int[] last = new int[nodes.size()];
    List<List<Integer>> after = new ArrayList<>();
    for (int i = 0; i < last.length; i++) {
      last[i] = i;
      for (int o : nodes.get(i).operands()) {
        last[o] = i;
      }
      after.add(new ArrayList<>());
    }
    closed.stream().sorted().filter(c -> !targets.contains(c)).forEach(c -> after.get(last[c]).add(c));
    return after;
  }

  /** Without the lines in {@code gone}, which no other line reads. */
  Program without(Set<Integer> gone) {
    Map<Integer, Integer> moved = new HashMap<>();
    List<ProgramNode> kept = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      if (!gone.contains(i)) {
        moved.put(i, kept.size());
        kept.add(renamed(nodes.get(i), moved));
      }
    }
    return new Program(seed, kept, targets.stream().filter(moved::containsKey).map(moved::get).toList(),
        new HashSet<>(closed.stream().filter(moved::containsKey).map(moved::get).toList()));
  }

  /** This, then {@code next}. */
  Program then(Program next) {
    Map<Integer, Integer> moved = new HashMap<>();
    List<ProgramNode> all = new ArrayList<>(nodes);
    for (int i = 0; i < next.size(); i++) {
      moved.put(i, size() + i);
      all.add(renamed(next.nodes.get(i), moved));
    }
    List<Integer> targeted = new ArrayList<>(targets);
    next.targets.forEach(t -> targeted.add(size() + t));
    Set<Integer> gone = new HashSet<>(closed);
    next.closed.forEach(c -> gone.add(size() + c));
    return new Program(next.seed, all, targeted, gone);
  }

  /** With another line in the place of line {@code i}. */
  Program with(int i, ProgramNode other) {
    List<ProgramNode> changed = new ArrayList<>(nodes);
    changed.set(i, other);
    return new Program(seed, changed, targets, closed);
  }

  private static ProgramNode renamed(ProgramNode node, Map<Integer, Integer> moved) {
    return switch (node) {
      case Leaf l -> l;
      case Step s -> s.with(s.operands().stream().map(o -> moved.getOrDefault(o, o)).toList());
      case Overwrite o -> new Overwrite(moved.getOrDefault(o.leaf(), o.leaf()), o.numbers());
    };
  }
}
