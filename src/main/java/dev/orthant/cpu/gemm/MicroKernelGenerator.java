package dev.orthant.cpu.gemm;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.orthant.cpu.codegen.VectorZero;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.Raw;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the micro-kernel that one would otherwise write by hand, as a hidden class: for each number of rows up to
 * {@link RegisterTile#mr()} a straight-line tile whose accumulators are local variables, so that C2 keeps them in
 * registers.
 *
 * <p>On x86 with 16 vector registers C2 would hoist all broadcasts of an unrolled step and spill accumulators, at half
 * the speed. {@link VarHandle#loadLoadFence()} compiles to no instruction there, yet keeps loads in order. It stands
 * right behind the load that is broadcast: put before it, C2 no longer folds the two into one instruction. On AArch64
 * it would be a real barrier, and with 32 registers it is not needed.
 */
final class MicroKernelGenerator {
  private static final ClassDesc SPECIES = desc(VectorSpecies.class);
  private static final ClassDesc SEGMENT = desc(MemorySegment.class);
  private static final ClassDesc ORDER = desc(ByteOrder.class);
  private static final ClassDesc SELF = ClassDesc.of(MicroKernelGenerator.class.getPackageName(), "GeneratedKernel");
  private static final MethodTypeDesc TILE =
      MethodTypeDesc.of(CD_void, CD_int, CD_long, CD_long, CD_long, CD_long);
  private static final MethodTypeDesc PANEL =
      MethodTypeDesc.of(CD_void, CD_int, CD_int, CD_long, CD_long, CD_long, CD_long);

  private final RegisterTile tile;
  private final int elementBytes;
  private final ClassDesc vector;
  private final ClassDesc primitive;
  private final ClassDesc layout;
  private final int vectorBytes;
  private final String layoutName;

  private MicroKernelGenerator(RegisterTile tile) {
    boolean f64 = tile.element() == ElementType.F64;
    this.tile = tile;
    this.elementBytes = tile.element().bytes();
    this.vector = f64 ? desc(DoubleVector.class) : desc(FloatVector.class);
    this.primitive = f64 ? ConstantDescs.CD_double : ConstantDescs.CD_float;
    this.layout = f64 ? desc(ValueLayout.OfDouble.class) : desc(ValueLayout.OfFloat.class);
    this.vectorBytes = tile.nr() / RegisterTile.VECTORS * elementBytes;
    this.layoutName = f64 ? "JAVA_DOUBLE_UNALIGNED" : "JAVA_FLOAT_UNALIGNED";
  }

  /**
   * A new micro-kernel for {@code tile}, whose columns must be {@link RegisterTile#VECTORS} vectors of preferred size.
   */
  static MicroKernel generate(RegisterTile tile) {
    byte[] bytes = new MicroKernelGenerator(tile).classBytes();
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      MethodHandles.Lookup hidden = lookup.defineHiddenClass(bytes, true);
      return (MicroKernel) hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new LinkageError("cannot define the micro-kernel for " + tile, e);
    }
  }

  private byte[] classBytes() {
    return ClassFile.of().build(SELF, type -> {
      type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
      type.withInterfaceSymbols(desc(MicroKernel.class));
      type.withMethodBody(ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void), 0, code -> code
          .aload(0).invokespecial(CD_Object, ConstantDescs.INIT_NAME, MethodTypeDesc.of(CD_void)).return_());
      type.withMethodBody("panel", PANEL, ClassFile.ACC_PUBLIC, this::panel);
      for (int rows = 1; rows <= tile.mr(); rows++) {
        int r = rows;
        type.withMethodBody("tile" + r, TILE, ClassFile.ACC_STATIC, code -> new TileCode(code, r).emit());
      }
    });
  }

  /** {@code for (; rows >= mr; rows -= mr) { tileMr(…); advance a, c }  switch (rows) { case r: tile_r(…) }}. */
  private void panel(CodeBuilder code) {
    int rows = code.parameterSlot(0);
    int k = code.parameterSlot(1);
    Label top = code.newLabel();
    Label rest = code.newLabel();
    code.labelBinding(top);
    code.iload(rows).loadConstant(tile.mr()).if_icmplt(rest);
    callTile(code, tile.mr());
    code.iinc(rows, -tile.mr());
    code.lload(code.parameterSlot(2)).iload(k).i2l().loadConstant((long) tile.mr() * elementBytes).lmul().ladd();
    code.lstore(code.parameterSlot(2));
    int c = code.parameterSlot(4);
    code.lload(c).lload(code.parameterSlot(5)).loadConstant((long) tile.mr()).lmul().ladd().lstore(c);
    code.goto_(top);
    code.labelBinding(rest);
    Label end = code.newLabel();
    List<SwitchCase> cases = new ArrayList<>();
    for (int r = 1; r < tile.mr(); r++) {
      cases.add(SwitchCase.of(r, code.newLabel()));
    }
    code.iload(rows).tableswitch(end, cases);
    for (SwitchCase each : cases) {
      code.labelBinding(each.target());
      callTile(code, each.caseValue());
      code.return_();
    }
    code.labelBinding(end).return_();
  }

  private static void callTile(CodeBuilder code, int rows) {
    code.iload(code.parameterSlot(1));
    for (int pointer = 2; pointer < 6; pointer++) {
      code.lload(code.parameterSlot(pointer));
    }
    code.invokestatic(SELF, "tile" + rows, TILE);
  }

  private void zero(CodeBuilder code) {
    code.getstatic(desc(VectorZero.class), tile.element().name(), vector);
  }

  private static void byteOrder(CodeBuilder code) {
    code.getstatic(ORDER, Raw.LITTLE_ENDIAN ? "LITTLE_ENDIAN" : "BIG_ENDIAN", ORDER);
  }

  /** The body of {@code static void tileR(int k, long a, long b, long c, long cStride)}. */
  private final class TileCode {
    private static final int K = 0;
    private static final int A = 1;
    private static final int B = 2;
    private static final int C = 3;
    private static final int C_STRIDE = 4;

    private final MethodTypeDesc fma = MethodTypeDesc.of(vector, desc(Vector.class), desc(Vector.class));

    /** Tiles of so few rows C1 compiles in all its tiers. */
    private static final int SMALL = 3;

    private final CodeBuilder code;
    private final int rows;
    private final int unroll;
    private final int[] sums;
    private final int[] columns = new int[RegisterTile.VECTORS];
    private int scalar;

    TileCode(CodeBuilder code, int rows) {
      this.code = code;
      this.rows = rows;
      this.unroll = rows > SMALL || rows == 1 ? RegisterTile.UNROLL : RegisterTile.UNROLL / 2;
      this.sums = new int[rows * RegisterTile.VECTORS];
    }

    void emit() {
      if (rows > SMALL) {
        declineC1();
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] = code.allocateLocal(TypeKind.REFERENCE);
        if (i == 0) {
          zero(code); // the constant itself would be merged as an object, and all sums boxed
          code.loadConstant(elementBytes == 8 ? (ConstantDesc) 0.0 : (ConstantDesc) 0f);
          code.invokevirtual(vector, "broadcast", MethodTypeDesc.of(vector, primitive));
        } else {
          code.aload(sums[0]);
        }
        code.astore(sums[i]);
      }
      for (int j = 0; j < columns.length; j++) {
        columns[j] = code.allocateLocal(TypeKind.REFERENCE);
      }
      scalar = code.allocateLocal(TypeKind.REFERENCE);
      loop();
      for (int i = 0; i < rows; i++) {
        store(i);
      }
      code.return_();
    }

    /**
     * A branch that is never taken, with an exception handler that covers itself: legal, compiled by C2, declined by
     * C1. C1 would inline every vector operation and run out of virtual registers, but only in its profiling tier. If
     * the method has by then been compiled in the tier without profile (which happens when C2 is busy), it stays there
     * for ever, boxing vectors at 0.2 GF/s. Declined in both, it is profiled by the interpreter and compiled by C2.
     */
    private void declineC1() {
      Label start = code.newLabel();
      Label handler = code.newLabel();
      Label end = code.newLabel();
      int k = code.parameterSlot(K);
      code.iload(k).ifge(end);
      code.labelBinding(start).iload(k).iload(k).idiv().pop().goto_(end);
      code.labelBinding(handler).pop().iload(k).iload(k).idiv().pop();
      code.labelBinding(end).exceptionCatchAll(start, end, handler);
    }

    /** {@code for (; k > 0; k -= unroll) { step(0); … step(unroll − 1); advance a, b }}. */
    private void loop() {
      Label top = code.newLabel();
      Label end = code.newLabel();
      int k = code.parameterSlot(K);
      code.labelBinding(top).iload(k).ifle(end);
      maskAddress(A);
      maskAddress(B);
      for (int u = 0; u < unroll; u++) {
        step(u);
      }
      advance(A, tile.mr());
      advance(B, tile.nr());
      code.iinc(k, -unroll).goto_(top).labelBinding(end);
    }

    /** Tells C2 that no offset from this address leaves memory; see {@link Raw#ADDRESS}. */
    private void maskAddress(int parameter) {
      int slot = code.parameterSlot(parameter);
      code.lload(slot).loadConstant(Raw.ADDRESS).land().lstore(slot);
    }

    private void advance(int parameter, int width) {
      int slot = code.parameterSlot(parameter);
      code.lload(slot).loadConstant((long) unroll * width * elementBytes).ladd().lstore(slot);
    }

    private void step(int u) {
      for (int j = 0; j < columns.length; j++) {
        long offset = ((long) u * RegisterTile.VECTORS + j) * vectorBytes;
        load(offset);
        code.astore(columns[j]);
      }
      for (int i = 0; i < rows; i++) {
        broadcast((long) (u * tile.mr() + i) * elementBytes);
        pin();
        code.astore(scalar);
        for (int j = 0; j < columns.length; j++) {
          int sum = sums[i * RegisterTile.VECTORS + j];
          code.aload(scalar).aload(columns[j]).aload(sum);
          code.invokevirtual(vector, "fma", fma);
          code.astore(sum);
        }
      }
    }

    private void load(long offset) {
      code.getstatic(vector, "SPECIES_PREFERRED", SPECIES).getstatic(desc(Raw.class), "ALL", SEGMENT);
      code.lload(code.parameterSlot(B)).loadConstant(offset).ladd();
      byteOrder(code);
      code.invokestatic(vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
    }

    /** Stores the sums of a row and moves on to the next. */
    private void store(int row) {
      maskAddress(C);
      int c = code.parameterSlot(C);
      for (int j = 0; j < columns.length; j++) {
        code.aload(sums[row * RegisterTile.VECTORS + j]).getstatic(desc(Raw.class), "ALL", SEGMENT);
        code.lload(c).loadConstant((long) j * vectorBytes).ladd();
        byteOrder(code);
        code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
      }
      code.lload(c).lload(code.parameterSlot(C_STRIDE)).ladd().lstore(c);
    }

    private void broadcast(long offset) {
      zero(code);
      code.getstatic(desc(Raw.class), "ALL", SEGMENT).getstatic(desc(ValueLayout.class), layoutName, layout);
      code.lload(code.parameterSlot(A)).loadConstant(offset).ladd();
      code.invokeinterface(SEGMENT, "get", MethodTypeDesc.of(primitive, layout, CD_long));
      code.invokevirtual(vector, "broadcast", MethodTypeDesc.of(vector, primitive));
    }

    private void pin() {
      if (tile.pinned()) {
        code.invokestatic(desc(VarHandle.class), "loadLoadFence", MethodTypeDesc.of(CD_void));
      }
    }
  }

  private static ClassDesc desc(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }
}
