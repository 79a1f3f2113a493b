package dev.orthant.cpu.codegen;

import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts a long {@link LoopIr} into several loops that hand numbers on through temporary rows. Just-in-time compilers
 * give up on long methods: C1 runs out of virtual registers near a hundred vector operations, and what it gave up C2
 * may never see; bytecode beyond 8000 bytes is not compiled at all.
 */
public final class LoopSplitter {
  private final LoopIr whole;
  private final List<Operand> operands;
  private final ElementType compute;
  private final int[] lastUse;
  private final Map<Integer, Integer> temporaries = new HashMap<>();
  private final List<LoopIr> dags = new ArrayList<>();

  /**
   * Cuts where the fewest numbers cross.
   *
   * @param compute F32 or F64
   * @param limit operations of a stage, aimed at
   */
  public LoopSplitter(LoopIr whole, List<Operand> operands, ElementType compute, int limit) {
    this.whole = whole;
    this.operands = new ArrayList<>(operands);
    this.compute = compute;
    this.lastUse = lastUses();
    int from = 0;
    while (from < whole.size()) {
      int to = end(from, limit);
      dags.add(stage(from, to));
      from = to;
    }
  }

  /** In the order in which they are to run. */
  List<LoopIr> dags() {
    return dags;
  }

  /** The given operands, then the temporary ones. */
  public Operand[] operands() {
    return operands.toArray(Operand[]::new);
  }

  private int[] lastUses() {
    int[] last = new int[whole.size()];
    Arrays.fill(last, -1);
    for (int i = 0; i < whole.size(); i++) {
      LoopIr.Node n = whole.node(i);
      for (int argument : new int[] {n.a(), n.b(), n.c()}) {
        if (argument != LoopIr.NONE) {
          last[argument] = i;
        }
      }
    }
    return last;
  }

  private boolean crosses(int node, int cut) {
    return node < cut && lastUse[node] >= cut && !whole.node(node).code().isLeaf();
  }

  /** How many numbers cross a cut before node {@code cut}; very many if something else than a number does. */
  private int cost(int cut) {
    int count = 0;
    for (int i = 0; i < cut; i++) {
      if (crosses(i, cut)) {
        count += whole.node(i).code().kind() == LoopIr.Kind.REAL ? 1 : whole.size();
      }
    }
    return count;
  }

  private int end(int from, int limit) {
    int operations = 0;
    int best = whole.size();
    int least = Integer.MAX_VALUE;
    for (int i = from; i < whole.size(); i++) {
      operations += whole.node(i).code().isLeaf() ? 0 : 1;
      boolean due = operations > limit && least < whole.size();
      if (due) {
        return best;
      }
      if (operations > limit / 2 && cost(i + 1) <= least) {
        least = cost(i + 1);
        best = i + 1;
      }
    }
    return whole.size();
  }

  private LoopIr stage(int from, int to) {
    LoopIr part = new LoopIr();
    Map<Integer, Integer> at = new HashMap<>();
    BitSet inPart = new BitSet();
    inPart.set(from, to);
    for (int i = from; i < to; i++) {
      LoopIr.Node n = whole.node(i);
      // Leaves are written where they are used, so that they need not cross.
      if (!n.code().isLeaf()) {
        at.put(i,
            part.put(new LoopIr.Node(n.code(), move(part, at, n.a()), move(part, at, n.b()), move(part, at, n.c()),
                n.payload())));
      }
    }
    for (LoopIr.Store s : whole.stores()) {
      boolean here = inPart.get(s.node());
      if (here) {
        part.store(move(part, at, s.node()), s.operand());
      }
    }
    for (int i = from; i < to; i++) {
      if (crosses(i, to)) {
        temporaries.put(i, operands.size());
        part.store(move(part, at, i), operands.size());
        operands.add(new Operand(compute, false));
      }
    }
    return part;
  }

  private int move(LoopIr part, Map<Integer, Integer> at, int node) {
    if (node == LoopIr.NONE) {
      return node;
    }
    Integer own = at.get(node);
    if (own != null) {
      return own;
    }
    LoopIr.Node n = whole.node(node);
    Integer temporary = temporaries.get(node);
    return temporary == null ? part.put(n) : part.leaf(LoopIr.Code.LOAD, temporary);
  }
}
