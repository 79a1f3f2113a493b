package dev.orthant.cpu.move;

import dev.orthant.core.DType;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Elements from one type to another, in pieces that stay in the cache: loaded into an array of a type that holds them
 * exactly, from which they are rounded once. The loops are over arrays, which the just-in-time compiler turns into
 * vector code.
 */
public final class CastRunner {
  private static final int PIECE = 4096;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final WorkerPool pool;

  public CastRunner(WorkerPool pool) {
    this.pool = pool;
  }

  public void run(Call call, long[] addresses) {
    DType from = call.input(0).dtype();
    DType to = call.output().dtype();
    long count = call.output().shape().elements();
    long pieces = (count + PIECE - 1) / PIECE;
    new Split(pool).run(pieces, PIECE * (long) (from.size() + to.size()), (first, last) -> {
      for (long i = first; i < last; i++) {
        long at = i * PIECE;
        int n = (int) Math.min(PIECE, count - at);
        MemorySegment x = Raw.ALL.asSlice(addresses[0] + at * from.size(), (long) n * from.size());
        MemorySegment y = Raw.ALL.asSlice(addresses[1] + at * to.size(), (long) n * to.size());
        piece(from, to, x, y);
      }
    });
  }

  private static void piece(DType from, DType to, MemorySegment x, MemorySegment y) {
    boolean small = from == DType.I8 || from == DType.U8 || from == DType.BOOL;
    if (from == to || (small && (to == DType.I8 || to == DType.U8))) {
      y.copyFrom(x);
      return;
    }
    switch (from) {
      case F64 -> CastStores.store(x.toArray(DOUBLE), to, y);
      case I64 -> CastStores.store(x.toArray(LONG), to, y);
      case I32 -> CastStores.store(longs(x.toArray(INT)), to, y);
      case F32 -> CastStores.store(x.toArray(FLOAT), to, y);
      case F16 -> CastStores.store(fromF16(x.toArray(SHORT)), to, y);
      case BF16 -> CastStores.store(fromBF16(x.toArray(SHORT)), to, y);
      case I8 -> CastStores.store(signed(x.toArray(ValueLayout.JAVA_BYTE)), to, y);
      case U8, BOOL -> CastStores.store(unsigned(x.toArray(ValueLayout.JAVA_BYTE)), to, y);
    }
  }

  private static long[] longs(int[] x) {
    long[] v = new long[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = x[i];
    }
    return v;
  }

  private static float[] fromF16(short[] x) {
    float[] v = new float[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = Float.float16ToFloat(x[i]);
    }
    return v;
  }

  private static float[] fromBF16(short[] x) {
    float[] v = new float[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = Float.intBitsToFloat(x[i] << 16);
    }
    return v;
  }

  private static float[] signed(byte[] x) {
    float[] v = new float[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = x[i];
    }
    return v;
  }

  private static float[] unsigned(byte[] x) {
    float[] v = new float[x.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = x[i] & 0xff;
    }
    return v;
  }
}
