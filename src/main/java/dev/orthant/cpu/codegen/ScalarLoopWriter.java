package dev.orthant.cpu.codegen;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes loops over single elements: float or double arithmetic, int or long bits, truth values as ints. Needs no
 * module; serves while the vector code is still cold, with the same bits.
 */
final class ScalarLoopWriter extends LoopWriter {
  private static final ClassDesc MATH = desc(Math.class);
  private static final ClassDesc RAW = desc(Raw.class);

  private final ClassDesc real;
  private final ClassDesc integer;
  private final TypeKind realKind;
  private final TypeKind integerKind;
  /** FADD and DADD, … are this far apart in {@link #arithmetic}. */
  private final int type;

  ScalarLoopWriter(LoopIr dag, Operand[] operands, DType compute) {
    super(dag, operands, compute);
    this.real = f64 ? CD_double : CD_float;
    this.integer = f64 ? CD_long : CD_int;
    this.realKind = f64 ? TypeKind.DOUBLE : TypeKind.FLOAT;
    this.integerKind = f64 ? TypeKind.LONG : TypeKind.INT;
    this.type = f64 ? 1 : 0;
  }

  @Override
  TypeKind kind(LoopIr.Kind kind) {
    return switch (kind) {
      case REAL -> realKind;
      case INT -> integerKind;
      case MASK -> TypeKind.INT;
    };
  }

  @Override
  void prologue(CodeBuilder code) {}

  @Override
  void columns(CodeBuilder code, int column, int columns) {
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.iconst_0().istore(column);
    code.labelBinding(top);
    code.iload(column).iload(columns).if_icmpge(end);
    emitColumn(code);
    code.iinc(column, 1).goto_(top);
    code.labelBinding(end);
  }

  @Override
  void operation(CodeBuilder code, LoopIr.Node n) {
    switch (n.code()) {
      case LOAD -> {
        address(code, (int) n.payload());
        code.invokestatic(RAW, f64 ? "getDouble" : "getFloat", MethodTypeDesc.of(real, CD_long));
      }
      case LOAD_BITS -> {
        address(code, (int) n.payload());
        code.invokestatic(RAW, "getShort", MethodTypeDesc.of(CD_short, CD_long)).loadConstant(0xffff).iand();
      }
      case SCALAR -> {
        code.aload(code.parameterSlot(4)).loadConstant((int) n.payload()).daload();
        if (!f64) {
          code.d2f();
        }
      }
      case CONSTANT -> constant(code, n);
      case INT_CONSTANT -> integerConstant(code, n.payload());
      case ADD -> arithmetic(code, n, Opcode.FADD, Opcode.DADD);
      case SUB -> arithmetic(code, n, Opcode.FSUB, Opcode.DSUB);
      case MUL -> arithmetic(code, n, Opcode.FMUL, Opcode.DMUL);
      case DIV -> arithmetic(code, n, Opcode.FDIV, Opcode.DDIV);
      case NEG -> arithmetic(code, n, Opcode.FNEG, Opcode.DNEG);
      case INT_ADD -> arithmetic(code, n, Opcode.IADD, Opcode.LADD);
      case INT_SUB -> arithmetic(code, n, Opcode.ISUB, Opcode.LSUB);
      case INT_AND -> arithmetic(code, n, Opcode.IAND, Opcode.LAND);
      case INT_OR -> arithmetic(code, n, Opcode.IOR, Opcode.LOR);
      case AND -> arithmetic(code, n, Opcode.IAND, Opcode.IAND);
      case OR -> arithmetic(code, n, Opcode.IOR, Opcode.IOR);
      case NOT -> {
        push(code, n.a());
        code.iconst_1().ixor();
      }
      case SHL -> shift(code, n, Opcode.ISHL, Opcode.LSHL);
      case SHR -> shift(code, n, Opcode.IUSHR, Opcode.LUSHR);
      case ABS -> call(code, n, MATH, "abs", MethodTypeDesc.of(real, real));
      case SQRT -> squareRoot(code, n);
      case FMA -> call(code, n, MATH, "fma", MethodTypeDesc.of(real, real, real, real));
      case BITS ->
          call(code, n, desc(f64 ? Double.class : Float.class), f64 ? "doubleToRawLongBits" : "floatToRawIntBits",
              MethodTypeDesc.of(integer, real));
      case REAL -> call(code, n, desc(f64 ? Double.class : Float.class), f64 ? "longBitsToDouble" : "intBitsToFloat",
          MethodTypeDesc.of(real, integer));
      case LT -> compare(code, n, Opcode.IFLT);
      case LE -> compare(code, n, Opcode.IFLE);
      case EQ -> compare(code, n, Opcode.IFEQ);
      case INT_LT -> {
        pushAll(code, n);
        if (f64) {
          code.lcmp();
          truth(code, Opcode.IFLT);
        } else {
          truth(code, Opcode.IF_ICMPLT);
        }
      }
      case SELECT, INT_SELECT -> {
        push(code, n.a());
        code.ifThenElse(Opcode.IFNE, c -> push(c, n.b()), c -> push(c, n.c()));
      }
      case LANES -> {
        code.getstatic(desc(Function.class), Lanes.function(n.payload()).name(), desc(Function.class));
        call(code, n, desc(Lanes.class), "apply", MethodTypeDesc.of(real, desc(Function.class), real));
      }
      case LANES2 -> {
        code.getstatic(desc(Operator.class), Lanes.operator(n.payload()).name(), desc(Operator.class));
        call(code, n, desc(Lanes.class), "apply", MethodTypeDesc.of(real, desc(Operator.class), real, real));
      }
    }
  }

  @Override
  void store(CodeBuilder code, LoopIr.Store s) {
    address(code, s.operand());
    push(code, s.node());
    switch (operands[s.operand()].storage()) {
      case F32 -> code.invokestatic(RAW, "putFloat", MethodTypeDesc.of(CD_void, CD_long, CD_float));
      case F64 -> code.invokestatic(RAW, "putDouble", MethodTypeDesc.of(CD_void, CD_long, CD_double));
      case F16, BF16 ->
          code.i2s().invokestatic(desc(ElementTypes.class), "putShort", MethodTypeDesc.of(CD_void, CD_long, CD_short));
    }
  }

  private void constant(CodeBuilder code, LoopIr.Node n) {
    if (f64) {
      code.loadConstant(number(n));
    } else {
      code.loadConstant((float) number(n));
    }
  }

  private void integerConstant(CodeBuilder code, long v) {
    if (f64) {
      code.loadConstant(v);
    } else {
      code.loadConstant((int) v);
    }
  }

  private void pushAll(CodeBuilder code, LoopIr.Node n) {
    for (int argument : new int[] {n.a(), n.b(), n.c()}) {
      if (argument != LoopIr.NONE) {
        push(code, argument);
      }
    }
  }

  private void arithmetic(CodeBuilder code, LoopIr.Node n, Opcode narrow, Opcode wide) {
    pushAll(code, n);
    code.with(java.lang.classfile.instruction.OperatorInstruction.of(type == 0 ? narrow : wide));
  }

  private void shift(CodeBuilder code, LoopIr.Node n, Opcode narrow, Opcode wide) {
    push(code, n.a());
    code.loadConstant((int) n.payload());
    code.with(java.lang.classfile.instruction.OperatorInstruction.of(type == 0 ? narrow : wide));
  }

  private void call(CodeBuilder code, LoopIr.Node n, ClassDesc owner, String name, MethodTypeDesc signature) {
    pushAll(code, n);
    code.invokestatic(owner, name, signature);
  }

  /** The double square root of a float, rounded to float, is the float square root. */
  private void squareRoot(CodeBuilder code, LoopIr.Node n) {
    push(code, n.a());
    if (!f64) {
      code.f2d();
    }
    code.invokestatic(MATH, "sqrt", MethodTypeDesc.of(CD_double, CD_double));
    if (!f64) {
      code.d2f();
    }
  }

  /** False when an operand is NaN: the comparison then yields 1. */
  private void compare(CodeBuilder code, LoopIr.Node n, Opcode test) {
    pushAll(code, n);
    if (f64) {
      code.dcmpg();
    } else {
      code.fcmpg();
    }
    truth(code, test);
  }

  private static void truth(CodeBuilder code, Opcode test) {
    code.ifThenElse(test, CodeBuilder::iconst_1, CodeBuilder::iconst_0);
  }
}
