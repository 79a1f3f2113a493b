package dev.orthant.gpu.plan;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.source.KernelParameters;
import dev.orthant.gpu.source.KernelSource;
import dev.orthant.op.Call;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Window;
import java.util.List;

/** Pooling as one launch of {@code pool2d.cl}, its gradient as one of {@code pool2d_backward.cl}. */
final class PoolPlan {
  private static final int ITEMS = 256;

  private final Planner planner;
  private final Call call;
  private final Pool2d pool;
  private final DType type;
  private final boolean wide;
  private final KernelParameters parameters;
  private final KernelSource source;

  private PoolPlan(Planner planner, Call call, Pool2d pool, TensorSpec images) {
    this.planner = planner;
    this.call = call;
    this.pool = pool;
    this.type = images.dtype();
    Pool2d.Extents e = pool.extents(images);
    Window w = pool.window();
    double rows = (double) e.h() + w.padTop() + w.padBottom() + (double) pool.height() * w.dilationH();
    double columns = (double) e.w() + w.padLeft() + w.padRight() + (double) pool.width() * w.dilationW();
    this.wide = Planner.isWide(call, Math.max(rows, columns));
    this.parameters = new KernelParameters(wide, type.compute());
    this.source = planner.source();
    geometry(e);
  }

  static Launch of(Planner planner, Call call, Pool2d op) {
    PoolPlan plan = new PoolPlan(planner, call, op, call.input(0));
    plan.parameters.input("x0", plan.type, 0);
    if (op.kind() == Pool2d.Kind.LP && op.p() < Double.POSITIVE_INFINITY) {
      plan.parameters.real("power", op.p());
      plan.parameters.real("root", 1 / op.p());
    }
    return plan.launch("pool2d");
  }

  static Launch of(Planner planner, Call call, Pool2dBackward op) {
    Pool2d pool = op.pool();
    PoolPlan plan = new PoolPlan(planner, call, pool, call.output());
    plan.parameters.input("dy", plan.type, 0);
    if (pool.kind() != Pool2d.Kind.AVERAGE) {
      plan.parameters.input("x0", plan.type, 1);
    }
    if (pool.kind() == Pool2d.Kind.LP) {
      plan.parameters.input("y", plan.type, 2);
      if (pool.p() < Double.POSITIVE_INFINITY) {
        plan.parameters.real("powerLess", pool.p() - 1);
      }
    }
    return plan.launch("pool2d_backward");
  }

  private void geometry(Pool2d.Extents e) {
    Window w = pool.window();
    boolean nhwc = pool.layout() == Layout.NHWC;
    source.define("NHWC", nhwc);
    source.define("KIND", switch (pool.kind()) {
      case MAX -> 0;
      case AVERAGE -> 1;
      case LP -> pool.p() == Double.POSITIVE_INFINITY ? 3 : 2;
    });
    source.define("ELEMENT(n, c, y, x, h, w)", nhwc ? "((((n) * (h) + (y)) * (w) + (x)) * channels + (c))"
        : "((((n) * channels + (c)) * (h) + (y)) * (w) + (x))");
    source.define("LOAD_X", "LOAD_" + type.shortName());
    source.define("STORE_Y", "STORE_" + type.shortName());
    parameters.index("channels", e.c());
    parameters.index("height", e.h());
    parameters.index("width", e.w());
    parameters.index("outHeight", e.p());
    parameters.index("outWidth", e.q());
    parameters.index("windowH", pool.height());
    parameters.index("windowW", pool.width());
    parameters.index("strideH", w.strideH());
    parameters.index("strideW", w.strideW());
    parameters.index("dilationH", w.dilationH());
    parameters.index("dilationW", w.dilationW());
    parameters.index("padTop", w.padTop());
    parameters.index("padLeft", w.padLeft());
    if (pool.kind() == Pool2d.Kind.AVERAGE) {
      boolean pads = pool.countPadding();
      parameters.index("wholeWindow", pads && !pool.ceil() ? (long) pool.height() * pool.width() : 0);
      parameters.index("firstRow", pads ? -w.padTop() : 0);
      parameters.index("endRow", pads ? e.h() + w.padBottom() : e.h());
      parameters.index("firstColumn", pads ? -w.padLeft() : 0);
      parameters.index("endColumn", pads ? e.w() + w.padRight() : e.w());
    }
  }

  private Launch launch(String kernel) {
    long count = call.output().shape().elements();
    int items = Math.min(ITEMS, planner.limits().groupItems());
    parameters.output("y0", type, call.inputs().size());
    parameters.index("count", count);
    source.define("ITEMS", items);
    return planner.launch(source, kernel, (count + items - 1) / items, items, parameters, wide, type.compute(),
        List.of("sums.h", "pool2d_count.h", kernel + ".cl"));
  }
}
