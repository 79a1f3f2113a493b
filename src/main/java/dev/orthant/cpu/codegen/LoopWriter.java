package dev.orthant.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Writes a {@link LoopIr} as a hidden class that implements {@link Loop}. The loops stand inside the class, so that
 * those of different formulas never share a type profile. This part writes the walk; a subclass writes the operations.
 * Each operation's result is a local variable, set before the rows, at the start of a row or in the columns' loop, as
 * soon as all it needs is known:
 *
 * <pre>{@code
 * scalars
 * for (; rows > 0; rows--, p_j += rowStrides[j]) {
 *   constant operands
 *   columns' loop { loads, operations, stores }
 * }
 * }</pre>
 */
public abstract class LoopWriter {
  /**
   * How an operand is read or written.
   *
   * @param constant along the columns
   */
  public record Operand(ElementType storage, boolean constant) {}

  private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, CD_long, CD_int, CD_long.arrayType(),
      CD_long.arrayType(), CD_double.arrayType());
  private static final ClassDesc SELF = ClassDesc.of(LoopWriter.class.getPackageName(), "GeneratedLoop");

  final LoopIr dag;
  final Operand[] operands;
  final boolean f64;
  private final int[] levels;
  private final int[] slots;
  private final int[] pointers;
  private int column;

  LoopWriter(LoopIr dag, Operand[] operands, DType compute) {
    this.dag = dag;
    this.operands = operands;
    this.f64 = compute == DType.F64;
    this.levels = new int[dag.size()];
    this.slots = new int[dag.size()];
    this.pointers = new int[operands.length];
  }

  /** Defines the class and makes an instance; it may be used by several threads at once. */
  final Loop define() {
    byte[] bytes = ClassFile.of().build(SELF, type -> {
      type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
      type.withInterfaceSymbols(desc(Loop.class));
      type.withMethodBody(ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void), 0, code -> code
          .aload(0).invokespecial(CD_Object, ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void)).return_());
      type.withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::run);
    });
    try {
      MethodHandles.Lookup hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (Loop) hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new LinkageError("cannot define a loop of " + dag.size() + " operations", e);
    }
  }

  private void run(CodeBuilder code) {
    findLevels();
    for (int j = 0; j < operands.length; j++) {
      if (isUsed(j)) {
        pointers[j] = code.allocateLocal(TypeKind.LONG);
        code.aload(code.parameterSlot(2)).loadConstant(j).laload();
        storePointer(code, j);
      }
    }
    prologue(code);
    emitLevel(code, 0);
    column = code.allocateLocal(TypeKind.INT);
    int rows = code.parameterSlot(0);
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(top);
    code.lload(rows).lconst_0().lcmp().ifle(end);
    emitLevel(code, 1);
    columns(code, column, code.parameterSlot(1));
    for (int j = 0; j < operands.length; j++) {
      if (isUsed(j)) {
        code.lload(pointers[j]).aload(code.parameterSlot(3)).loadConstant(j).laload().ladd();
        storePointer(code, j);
      }
    }
    code.lload(rows).lconst_1().lsub().lstore(rows);
    code.goto_(top);
    code.labelBinding(end);
    code.return_();
  }

  /** Masked, see {@link Raw#ADDRESS}: a short row would spend more on range checks before its loop than in it. */
  private void storePointer(CodeBuilder code, int operand) {
    code.loadConstant(Raw.ADDRESS).land().lstore(pointers[operand]);
  }

  private boolean isUsed(int operand) {
    for (int i = 0; i < dag.size(); i++) {
      if (isLoad(dag.node(i)) && dag.node(i).payload() == operand) {
        return true;
      }
    }
    return dag.stores().stream().anyMatch(s -> s.operand() == operand);
  }

  private static boolean isLoad(LoopIr.Node n) {
    return n.code() == LoopIr.Code.LOAD || n.code() == LoopIr.Code.LOAD_BITS;
  }

  private void findLevels() {
    for (int i = 0; i < levels.length; i++) {
      LoopIr.Node n = dag.node(i);
      int own = switch (n.code()) {
        case LOAD, LOAD_BITS -> operands[(int) n.payload()].constant() ? 1 : 2;
        // Constants stay in the loop: C2 then reads them from memory as operands. Set before the loop they would fill
        // the registers and be spilled (GELU: 1.15 instead of 0.7 ns per element).
        case CONSTANT, INT_CONSTANT -> 2;
        default -> 0;
      };
      levels[i] = Math.max(own, Math.max(level(n.a()), Math.max(level(n.b()), level(n.c()))));
    }
  }

  private int level(int node) {
    return node == LoopIr.NONE ? 0 : levels[node];
  }

  private void emitLevel(CodeBuilder code, int level) {
    for (int i = 0; i < levels.length; i++) {
      if (levels[i] == level) {
        operation(code, dag.node(i));
        TypeKind kind = kind(dag.node(i).code().kind());
        slots[i] = code.allocateLocal(kind);
        code.storeLocal(kind, slots[i]);
      }
    }
  }

  /** The operations of the columns' loop, and the stores. */
  final void emitColumn(CodeBuilder code) {
    emitLevel(code, 2);
    for (LoopIr.Store s : dag.stores()) {
      store(code, s);
    }
  }

  /** Pushes the result of an operation. */
  final void push(CodeBuilder code, int node) {
    code.loadLocal(kind(dag.node(node).code().kind()), slots[node]);
  }

  /** Pushes the address of the operand's present element. */
  final void address(CodeBuilder code, int operand) {
    code.lload(pointers[operand]);
    if (!operands[operand].constant()) {
      int shift = Integer.numberOfTrailingZeros(operands[operand].storage().bytes());
      code.iload(column).i2l().loadConstant(shift).lshl().ladd();
    }
  }

  /** The constant {@code payload} of a CONSTANT. */
  static double number(LoopIr.Node n) {
    return Double.longBitsToDouble(n.payload());
  }

  static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /** What a local variable of that kind is. */
  abstract TypeKind kind(LoopIr.Kind kind);

  /** What is needed before anything else. */
  abstract void prologue(CodeBuilder code);

  /** The loop over the columns: {@code column} runs from 0 to {@code columns}, {@link #emitColumn} is its body. */
  abstract void columns(CodeBuilder code, int column, int columns);

  /** Pushes what {@code n} yields. */
  abstract void operation(CodeBuilder code, LoopIr.Node n);

  /** Stores at the present element. */
  abstract void store(CodeBuilder code, LoopIr.Store s);
}
