package dev.orthant.cpu.move;

import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.memory.Elements;
import dev.orthant.cpu.memory.Raw;
import dev.orthant.cpu.memory.Split;
import dev.orthant.cpu.memory.WorkerPool;
import dev.orthant.op.Call;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Gather;
import dev.orthant.op.StridedWalk;
import java.util.List;

/** Ops that move elements without looking at them: bits of 1, 2, 4 or 8 bytes. */
public final class CopyRunner {
  private final WorkerPool pool;

  public CopyRunner(WorkerPool pool) {
    this.pool = pool;
  }

  public void copy(Call call, Copy op, long[] addresses) {
    TensorSpec out = call.output();
    int size = out.dtype().size();
    StridedWalk walk = StridedWalk.of(op, call.input(0).shape());
    if (!walk.isWhole()) {
      Elements.fill(pool, out.dtype(), op.fill(), addresses[1], out.bytes());
    }
    if (walk.isFill()) {
      return;
    }
    List<StridedWalk.Axis> axes = walk.axes();
    long[] to = new long[axes.size()];
    long target = addresses[1];
    long below = 1;
    for (int d = to.length - 1; d >= 0; d--) {
      StridedWalk.Axis a = axes.get(d);
      to[d] = a.period() * below;
      target += a.first() * below * size;
      below *= a.length();
    }
    new StridedCopy(size, axes.stream().mapToLong(StridedWalk.Axis::count).toArray(),
        axes.stream().mapToLong(StridedWalk.Axis::stride).toArray(), to)
        .move(pool, addresses[0] + walk.base() * size, target);
  }

  public void concat(Call call, Concat op, long[] addresses) {
    Shape out = call.output().shape();
    int size = call.output().dtype().size();
    long outer = out.slice(0, op.axis()).elements();
    long all = out.slice(op.axis(), out.rank()).elements();
    long target = addresses[call.inputs().size()];
    for (int i = 0; i < call.inputs().size(); i++) {
      long own = call.input(i).shape().slice(op.axis(), out.rank()).elements();
      if (own > 0) {
        new StridedCopy(size, new long[] {outer, own}, new long[] {own, 1}, new long[] {all, 1})
            .move(pool, addresses[i], target);
      }
      target += own * size;
    }
  }

  public void gather(Call call, Gather op, long[] addresses) {
    Shape data = call.input(0).shape();
    TensorSpec indices = call.input(1);
    int size = call.output().dtype().size();
    long extent = data.dim(op.axis());
    long inner = data.slice(op.axis() + 1, data.rank()).elements();
    long own = op.elementwise() ? indices.shape().dim(op.axis()) : indices.shape().elements();
    long rows = call.output().shape().elements() / inner;
    long line = inner * size;
    new Split(pool).run(rows, line, (first, last) -> {
      for (long row = first; row < last; row++) {
        long slices = addresses[0] + row / own * extent * line;
        long to = addresses[2] + row * line;
        if (op.elementwise()) {
          elements(indices, addresses[1], row * inner, inner, extent, size, slices, to);
        } else {
          long picked = Elements.index(indices.dtype(), addresses[1] + row % own * indices.dtype().size());
          slice(picked, extent, line, size, slices, to);
        }
      }
    });
  }

  private static void slice(long picked, long extent, long line, int size, long slices, long to) {
    if (picked < 0 || picked >= extent) {
      Raw.zero(to, line);
    } else if (line == size) {
      Elements.move(size, slices + picked * line, to);
    } else {
      Elements.moveRun(slices + picked * line, to, line);
    }
  }

  /** A line in which every element has an index of its own. */
  private static void elements(TensorSpec indices, long at, long first, long inner, long extent, int size, long slices,
      long to) {
    for (long k = 0; k < inner; k++) {
      long picked = Elements.index(indices.dtype(), at + (first + k) * indices.dtype().size());
      if (picked < 0 || picked >= extent) {
        Raw.zero(to + k * size, size);
      } else {
        Elements.move(size, slices + (picked * inner + k) * size, to + k * size);
      }
    }
  }
}
