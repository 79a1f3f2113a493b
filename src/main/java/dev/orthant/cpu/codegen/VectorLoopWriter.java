package dev.orthant.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes loops over vectors of the preferred size: what one would write by hand with the Vector API. The last, ragged
 * vector of a row is a whole one that overlaps its neighbour: elements in both are computed twice, with the same
 * result. So outputs must not be inputs, and a row must have at least a vector's length.
 */
final class VectorLoopWriter extends LoopWriter {
  /** Elements of a vector of 16-bit numbers that are widened to a whole vector. */
  static final VectorSpecies<Short> HALF = VectorSpecies.of(short.class,
      VectorShape.forBitSize(FloatVector.SPECIES_PREFERRED.vectorBitSize() / 2));

  /** Operations of a body that is worth writing twice. */
  private static final int SHORT_BODY = 24;

  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc OPERATORS = desc(VectorOperators.class);
  private static final ClassDesc CONVERSION = desc(VectorOperators.Conversion.class);
  private static final ClassDesc BINARY = desc(VectorOperators.Binary.class);
  private static final ClassDesc COMPARISON = desc(VectorOperators.Comparison.class);
  private static final ClassDesc VECTOR = desc(Vector.class);
  private static final ClassDesc MASK = desc(VectorMask.class);
  private static final ClassDesc SHORTS = desc(ShortVector.class);

  private final ClassDesc reals;
  private final ClassDesc integers;
  private final ClassDesc real;
  private final ClassDesc integer;
  private final int length;
  /** The arrays through which {@link Lanes} is called. */
  private final int[] laneSlots = new int[2];

  VectorLoopWriter(LoopIr dag, Operand[] operands, DType compute) {
    super(dag, operands, compute);
    this.reals = desc(f64 ? DoubleVector.class : FloatVector.class);
    this.integers = desc(f64 ? LongVector.class : IntVector.class);
    this.real = f64 ? CD_double : CD_float;
    this.integer = f64 ? CD_long : CD_int;
    this.length = length(compute);
  }

  /** Elements of a vector. */
  static int length(DType compute) {
    return compute == DType.F64 ? DoubleVector.SPECIES_PREFERRED.length() : FloatVector.SPECIES_PREFERRED.length();
  }

  @Override
  TypeKind kind(LoopIr.Kind kind) {
    return TypeKind.REFERENCE;
  }

  @Override
  void prologue(CodeBuilder code) {
    boolean lanes = false;
    for (int i = 0; i < dag.size(); i++) {
      lanes |= dag.node(i).code() == LoopIr.Code.LANES || dag.node(i).code() == LoopIr.Code.LANES2;
    }
    for (int i = 0; lanes && i < laneSlots.length; i++) {
      laneSlots[i] = code.allocateLocal(TypeKind.REFERENCE);
      code.loadConstant(length).newarray(f64 ? TypeKind.DOUBLE : TypeKind.FLOAT).astore(laneSlots[i]);
    }
  }

  /**
   * Whole vectors, then the overlapping last one. A short body is written out again for it, which leaves C2 a plain
   * loop to unroll (ReLU: 0.11 instead of 0.18 ns per element); a long body, which gains nothing from that and would
   * grow beyond what C1 takes, is reached by going round once more:
   *
   * <pre>{@code for (column = 0, end = columns & -length; ; column = columns - length, end = columns) {
   *   for (; column < end; column += length) { … }
   *   if (column >= columns) break;
   * }}</pre>
   */
  @Override
  void columns(CodeBuilder code, int column, int columns) {
    int end = code.allocateLocal(TypeKind.INT);
    Label part = code.newLabel();
    Label top = code.newLabel();
    Label partEnd = code.newLabel();
    Label rowEnd = code.newLabel();
    code.iconst_0().istore(column);
    code.iload(columns).loadConstant(-length).iand().istore(end);
    code.labelBinding(part);
    code.labelBinding(top);
    code.iload(column).iload(end).if_icmpge(partEnd);
    emitColumn(code);
    code.iinc(column, length).goto_(top);
    code.labelBinding(partEnd);
    code.iload(column).iload(columns).if_icmpge(rowEnd);
    code.iload(columns).loadConstant(length).isub().loadConstant(Integer.MAX_VALUE).iand().istore(column);
    if (dag.size() <= SHORT_BODY) {
      emitColumn(code);
    } else {
      code.iload(columns).istore(end);
      code.goto_(part);
    }
    code.labelBinding(rowEnd);
  }

  @Override
  void operation(CodeBuilder code, LoopIr.Node n) {
    switch (n.code()) {
      case LOAD -> load(code, (int) n.payload());
      case LOAD_BITS -> loadBits(code, (int) n.payload());
      case SCALAR -> scalar(code, (int) n.payload());
      case CONSTANT -> {
        species(code, reals);
        if (f64) {
          code.loadConstant(number(n));
        } else {
          code.loadConstant((float) number(n));
        }
        broadcast(code, reals, real);
      }
      case INT_CONSTANT -> {
        species(code, integers);
        if (f64) {
          code.loadConstant(n.payload());
        } else {
          code.loadConstant((int) n.payload());
        }
        broadcast(code, integers, integer);
      }
      case ADD -> method(code, n, reals, "add");
      case SUB -> method(code, n, reals, "sub");
      case MUL -> method(code, n, reals, "mul");
      case DIV -> method(code, n, reals, "div");
      case NEG -> method(code, n, reals, "neg");
      case ABS -> method(code, n, reals, "abs");
      case SQRT -> method(code, n, reals, "sqrt");
      case FMA -> method(code, n, reals, "fma");
      case INT_ADD -> method(code, n, integers, "add");
      case INT_SUB -> method(code, n, integers, "sub");
      case INT_AND -> method(code, n, integers, "and");
      case INT_OR -> method(code, n, integers, "or");
      case BITS -> reinterpret(code, n, integers, f64 ? "reinterpretAsLongs" : "reinterpretAsInts");
      case REAL -> reinterpret(code, n, reals, f64 ? "reinterpretAsDoubles" : "reinterpretAsFloats");
      case SHL -> shift(code, n, "LSHL");
      case SHR -> shift(code, n, "LSHR");
      case LT -> compare(code, n, reals, "LT");
      case LE -> compare(code, n, reals, "LE");
      case EQ -> compare(code, n, reals, "EQ");
      case INT_LT -> compare(code, n, integers, "LT");
      case AND -> mask(code, n, "and");
      case OR -> mask(code, n, "or");
      case NOT -> mask(code, n, "not");
      case SELECT -> blend(code, n, reals);
      case INT_SELECT -> blend(code, n, integers);
      case LANES -> lanes(code, n, desc(Function.class), Lanes.function(n.payload()).name());
      case LANES2 -> lanes(code, n, desc(Operator.class), Lanes.operator(n.payload()).name());
    }
  }

  private static void species(CodeBuilder code, ClassDesc vector) {
    code.getstatic(vector, "SPECIES_PREFERRED", SPECIES);
  }

  private static void broadcast(CodeBuilder code, ClassDesc vector, ClassDesc element) {
    code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element));
  }

  private void load(CodeBuilder code, int operand) {
    species(code, reals);
    if (operands[operand].constant()) {
      address(code, operand);
      code.invokestatic(desc(Raw.class), f64 ? "getDouble" : "getFloat", MethodTypeDesc.of(real, CD_long));
      broadcast(code, reals, real);
    } else {
      fromMemory(code, operand, reals);
    }
  }

  private void loadBits(CodeBuilder code, int operand) {
    if (operands[operand].constant()) {
      species(code, integers);
      address(code, operand);
      code.invokestatic(desc(Raw.class), "getShort",
          MethodTypeDesc.of(java.lang.constant.ConstantDescs.CD_short, CD_long));
      code.loadConstant(0xffff).iand();
      broadcast(code, integers, integer);
    } else {
      code.getstatic(desc(VectorLoopWriter.class), "HALF", SPECIES);
      fromMemory(code, operand, SHORTS);
      convert(code, "ZERO_EXTEND_S2I", integers);
      code.checkcast(integers);
    }
  }

  private void fromMemory(CodeBuilder code, int operand, ClassDesc vector) {
    code.getstatic(desc(Raw.class), "ALL", SEGMENT);
    address(code, operand);
    code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
    code.invokestatic(vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
  }

  /** Between 16 and 32 bits; the vector on the stack becomes a Vector. */
  private static void convert(CodeBuilder code, String conversion, ClassDesc to) {
    code.getstatic(OPERATORS, conversion, CONVERSION);
    if (to.equals(SHORTS)) {
      code.getstatic(desc(VectorLoopWriter.class), "HALF", SPECIES);
    } else {
      species(code, to);
    }
    code.iconst_0();
    code.invokevirtual(VECTOR, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int));
  }

  private void scalar(CodeBuilder code, int index) {
    species(code, reals);
    code.aload(code.parameterSlot(4)).loadConstant(index).daload();
    if (!f64) {
      code.d2f();
    }
    broadcast(code, reals, real);
  }

  /** {@code a.name(b, c)} of one vector type. */
  private void method(CodeBuilder code, LoopIr.Node n, ClassDesc vector, String name) {
    push(code, n.a());
    MethodTypeDesc signature = MethodTypeDesc.of(vector);
    for (int argument : new int[] {n.b(), n.c()}) {
      if (argument != LoopIr.NONE) {
        push(code, argument);
        signature = signature.insertParameterTypes(0, VECTOR);
      }
    }
    code.invokevirtual(vector, name, signature);
  }

  private void reinterpret(CodeBuilder code, LoopIr.Node n, ClassDesc to, String name) {
    push(code, n.a());
    code.invokevirtual(VECTOR, name, MethodTypeDesc.of(to));
  }

  private void shift(CodeBuilder code, LoopIr.Node n, String operator) {
    push(code, n.a());
    code.getstatic(OPERATORS, operator, BINARY);
    if (f64) {
      code.loadConstant(n.payload());
    } else {
      code.loadConstant((int) n.payload());
    }
    code.invokevirtual(integers, "lanewise", MethodTypeDesc.of(integers, BINARY, integer));
  }

  private void compare(CodeBuilder code, LoopIr.Node n, ClassDesc vector, String relation) {
    push(code, n.a());
    code.getstatic(OPERATORS, relation, COMPARISON);
    push(code, n.b());
    code.invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
  }

  private void mask(CodeBuilder code, LoopIr.Node n, String name) {
    push(code, n.a());
    if (n.b() == LoopIr.NONE) {
      code.invokevirtual(MASK, name, MethodTypeDesc.of(MASK));
    } else {
      push(code, n.b());
      code.invokevirtual(MASK, name, MethodTypeDesc.of(MASK, MASK));
    }
  }

  private void blend(CodeBuilder code, LoopIr.Node n, ClassDesc vector) {
    push(code, n.c());
    push(code, n.b());
    push(code, n.a());
    code.invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
  }

  /** {@code a.intoArray(x, 0); b.intoArray(y, 0); Lanes.apply(f, x, y); fromArray(x, 0)}. */
  private void lanes(CodeBuilder code, LoopIr.Node n, ClassDesc type, String constant) {
    ClassDesc array = real.arrayType();
    MethodTypeDesc signature = MethodTypeDesc.of(CD_void, type, array);
    intoArray(code, n.a(), laneSlots[0]);
    if (n.b() != LoopIr.NONE) {
      intoArray(code, n.b(), laneSlots[1]);
      signature = signature.insertParameterTypes(2, array);
    }
    code.getstatic(type, constant, type).aload(laneSlots[0]);
    if (n.b() != LoopIr.NONE) {
      code.aload(laneSlots[1]);
    }
    code.invokestatic(desc(Lanes.class), "apply", signature);
    species(code, reals);
    code.aload(laneSlots[0]).iconst_0();
    code.invokestatic(reals, "fromArray", MethodTypeDesc.of(reals, SPECIES, array, CD_int));
  }

  private void intoArray(CodeBuilder code, int node, int array) {
    push(code, node);
    code.aload(array).iconst_0();
    code.invokevirtual(reals, "intoArray", MethodTypeDesc.of(CD_void, real.arrayType(), CD_int));
  }

  @Override
  void store(CodeBuilder code, LoopIr.Store s) {
    push(code, s.node());
    ClassDesc vector = reals;
    switch (operands[s.operand()].storage()) {
      case F32, F64 -> {
        // as it is
      }
      case F16, BF16 -> {
        convert(code, "I2S", SHORTS);
        code.checkcast(SHORTS);
        vector = SHORTS;
      }
    }
    code.getstatic(desc(Raw.class), "ALL", SEGMENT);
    address(code, s.operand());
    code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
    code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }
}
