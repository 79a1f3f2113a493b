package dev.orthant.cpu.codegen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Formulas as a list of operations, each of which refers to earlier ones; equal operations are one. Between the
 * formulas and the two code generators: what stands here is only what IEEE 754 rounds correctly or what moves bits, so
 * that scalar and vector code, and every stage of the just-in-time compiler, give the same bits. (The Vector API's own
 * {@code EXP} and the like do not: before C2 they are {@code Math.exp}, after it SVML.)
 *
 * <p>A REAL is a number of the compute type, an INT an integer of the same width, a MASK a truth value.
 */
public final class LoopIr {
  /** What an operation yields. */
  enum Kind {
    REAL,
    INT,
    MASK
  }

  /** The operations. */
  enum Code {
    /** The element of operand {@code payload}, stored in the compute type. */
    LOAD(Kind.REAL),
    /** The 16 bits of the element of operand {@code payload}, zero-extended. */
    LOAD_BITS(Kind.INT),
    /** Launch-time number {@code payload}, rounded to the compute type. */
    SCALAR(Kind.REAL),
    /** The double whose bits are {@code payload}, rounded to the compute type. */
    CONSTANT(Kind.REAL),
    /** The integer {@code payload}. */
    INT_CONSTANT(Kind.INT),
    ADD(Kind.REAL),
    SUB(Kind.REAL),
    MUL(Kind.REAL),
    DIV(Kind.REAL),
    NEG(Kind.REAL),
    ABS(Kind.REAL),
    SQRT(Kind.REAL),
    /** a·b + c, rounded once. */
    FMA(Kind.REAL),
    /** The bits of a number. */
    BITS(Kind.INT),
    /** The number of these bits. */
    REAL(Kind.REAL),
    INT_ADD(Kind.INT),
    INT_SUB(Kind.INT),
    INT_AND(Kind.INT),
    INT_OR(Kind.INT),
    /** a shifted left by {@code payload}. */
    SHL(Kind.INT),
    /** a shifted right by {@code payload}, zeros moving in. */
    SHR(Kind.INT),
    LT(Kind.MASK),
    LE(Kind.MASK),
    EQ(Kind.MASK),
    INT_LT(Kind.MASK),
    AND(Kind.MASK),
    OR(Kind.MASK),
    NOT(Kind.MASK),
    /** {@code a ? b : c}. */
    SELECT(Kind.REAL),
    /** {@code a ? b : c}, a from INT_LT. */
    INT_SELECT(Kind.INT),
    /** The function of {@link Lanes#function index} {@code payload}, element by element through {@link Lanes}. */
    LANES(Kind.REAL),
    /** The operator of {@link Lanes#operator index} {@code payload}, element by element through {@link Lanes}. */
    LANES2(Kind.REAL);

    private final Kind kind;

    Code(Kind kind) {
      this.kind = kind;
    }

    Kind kind() {
      return kind;
    }

    boolean isLeaf() {
      return compareTo(ADD) < 0;
    }
  }

  /** No argument. */
  static final int NONE = -1;

  /** An operation; arguments that it does not take are {@link #NONE}. */
  record Node(Code code, int a, int b, int c, long payload) {}

  /** Where a value goes. */
  record Store(int node, int operand) {}

  private final List<Node> nodes = new ArrayList<>();
  private final Map<Node, Integer> known = new HashMap<>();
  private final List<Store> stores = new ArrayList<>();

  int size() {
    return nodes.size();
  }

  Node node(int id) {
    return nodes.get(id);
  }

  List<Store> stores() {
    return stores;
  }

  void store(int node, int operand) {
    stores.add(new Store(node, operand));
  }

  int put(Node node) {
    Integer at = known.putIfAbsent(node, nodes.size());
    if (at != null) {
      return at;
    }
    nodes.add(node);
    return nodes.size() - 1;
  }

  int leaf(Code code, long payload) {
    return put(new Node(code, NONE, NONE, NONE, payload));
  }

  int op(Code code, int a) {
    return put(new Node(code, a, NONE, NONE, 0));
  }

  int op(Code code, int a, int b) {
    return put(new Node(code, a, b, NONE, 0));
  }

  int op(Code code, int a, int b, int c) {
    return put(new Node(code, a, b, c, 0));
  }

  int shift(Code code, int a, int by) {
    return put(new Node(code, a, NONE, NONE, by));
  }

  int lanes(int a, int b, int index) {
    return put(new Node(b == NONE ? Code.LANES : Code.LANES2, a, b, NONE, index));
  }

  // ---- the same, named as they are read
  // ------------------------------------------------------------------------------

  int constant(double v) {
    return leaf(Code.CONSTANT, Double.doubleToLongBits(v));
  }

  int integer(long v) {
    return leaf(Code.INT_CONSTANT, v);
  }

  int add(int a, int b) {
    return op(Code.ADD, a, b);
  }

  int sub(int a, int b) {
    return op(Code.SUB, a, b);
  }

  int mul(int a, int b) {
    return op(Code.MUL, a, b);
  }

  int div(int a, int b) {
    return op(Code.DIV, a, b);
  }

  int fma(int a, int b, int c) {
    return op(Code.FMA, a, b, c);
  }

  int abs(int a) {
    return op(Code.ABS, a);
  }

  int bits(int a) {
    return op(Code.BITS, a);
  }

  int real(int a) {
    return op(Code.REAL, a);
  }

  int plus(int a, long v) {
    return op(Code.INT_ADD, a, integer(v));
  }

  int and(int a, long v) {
    return op(Code.INT_AND, a, integer(v));
  }

  int or(int a, int b) {
    return op(Code.INT_OR, a, b);
  }

  int shl(int a, int by) {
    return shift(Code.SHL, a, by);
  }

  int shr(int a, int by) {
    return shift(Code.SHR, a, by);
  }

  int lt(int a, int b) {
    return op(Code.LT, a, b);
  }

  int le(int a, int b) {
    return op(Code.LE, a, b);
  }

  int select(int mask, int then, int otherwise) {
    return op(Code.SELECT, mask, then, otherwise);
  }

  int intSelect(int mask, int then, int otherwise) {
    return op(Code.INT_SELECT, mask, then, otherwise);
  }

  /** c₀ + x·(c₁ + x·(c₂ + …)), each step rounded once (Horner). */
  int polynomial(int x, double... c) {
    int sum = constant(c[c.length - 1]);
    for (int i = c.length - 2; i >= 0; i--) {
      sum = fma(sum, x, constant(c[i]));
    }
    return sum;
  }
}
