package dev.orthant.cpu.codegen;

/**
 * Finds where the bits of a NaN are left to chance. Of two NaN operands a processor returns the first, and which that
 * is the just-in-time compiler decides: scalar and vector code, or the same call a second later, could differ in sign
 * and payload. Results for which that is possible are to be made the one NaN; for most formulas of a single input it is
 * not, as then all NaNs are that input.
 */
final class NanBits {
  /** Cannot be NaN, or only by its own operation. */
  private static final int NONE = -1;
  /** NaNs that are not, bit for bit, an input's. */
  private static final int OTHER = -2;

  /** Whose NaN an operation hands on: an operand's number, {@link #NONE} or {@link #OTHER}. */
  private final int[] sources;
  private final boolean[] chance;

  private NanBits(int size) {
    this.sources = new int[size];
    this.chance = new boolean[size];
  }

  /** Whether the bits of a NaN in {@code value} are left to chance. */
  static boolean areChance(LoopIr dag, int value) {
    NanBits n = new NanBits(value + 1);
    for (int i = 0; i <= value; i++) {
      n.visit(i, dag.node(i));
    }
    return n.chance[value];
  }

  private void visit(int id, LoopIr.Node n) {
    int a = source(n.a());
    int b = source(n.b());
    int c = source(n.c());
    chance[id] = isChance(n.a()) || isChance(n.b()) || isChance(n.c());
    sources[id] = switch (n.code()) {
      case LOAD -> (int) n.payload();
      case CONSTANT -> Double.isNaN(LoopWriter.number(n)) ? OTHER : NONE;
      case SCALAR, INT_CONSTANT -> NONE;
      case LT, LE, EQ, INT_LT, AND, OR, NOT -> NONE;
      case SELECT, INT_SELECT -> both(b, c);
      case SQRT -> a;
      case ADD, SUB, MUL, DIV, FMA -> {
        int all = both(a, both(b, c));
        boolean same = n.a() == n.b() && n.c() == LoopIr.NONE;
        int count = (a == NONE ? 0 : 1) + (b == NONE ? 0 : 1) + (c == NONE ? 0 : 1);
        chance[id] |= !same && count > 1 && all == OTHER;
        yield all;
      }
      case LOAD_BITS, NEG, ABS, BITS, REAL, INT_ADD, INT_SUB, INT_AND, INT_OR, SHL, SHR, LANES, LANES2 -> OTHER;
    };
  }

  private static int both(int a, int b) {
    if (a == NONE || a == b) {
      return b;
    }
    return b == NONE ? a : OTHER;
  }

  private int source(int id) {
    return id == LoopIr.NONE ? NONE : sources[id];
  }

  private boolean isChance(int id) {
    return id != LoopIr.NONE && chance[id];
  }
}
