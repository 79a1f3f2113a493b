package dev.orthant.parity;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Layout;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Pool2dBackward;
import dev.orthant.op.Window;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/**
 * Pooling and its gradient: overlapping windows and windows with gaps, padding, dilation, whole images, each kind in
 * both layouts.
 */
final class PoolCases {
  private record Geometry(String name, int r, int s, Window window, int n, int c, int h, int w, boolean ceil) {
    Geometry(String name, int r, int s, Window window, int n, int c, int h, int w) {
      this(name, r, s, window, n, c, h, w, false);
    }
  }

  private static final Geometry THREE =
      new Geometry("3x3-stride2-padded", 3, 3, Window.UNIT.stride(2, 2).padding(1, 1, 1, 1), 2, 3, 9, 12);

  private static final List<Geometry> GEOMETRIES = List.of(THREE,
      new Geometry("2x2", 2, 2, Window.UNIT.stride(2, 2), 2, 5, 8, 11),
      new Geometry("3x2-stride1-asymmetric", 3, 2, Window.UNIT.padding(2, 0, 1, 1), 1, 35, 6, 7),
      new Geometry("2x2-stride3-gaps", 2, 2, Window.UNIT.stride(3, 3), 1, 4, 10, 9),
      new Geometry("dilated", 2, 3, Window.UNIT.stride(1, 2).padding(1, 2, 0, 1).dilation(3, 2), 1, 2, 9, 10),
      new Geometry("whole-image", 3, 4, Window.UNIT, 3, 6, 3, 4),
      new Geometry("no-images", 2, 2, Window.UNIT, 0, 3, 4, 4),
      // Hanging over along both axes, over padding as well; a window more that would begin behind the image; dilated.
      new Geometry("3x2-stride2-ceil", 3, 2, Window.UNIT.stride(2, 2), 2, 3, 8, 9, true),
      new Geometry("3x3-stride3-padded-ceil", 3, 3, Window.UNIT.stride(3, 3).padding(1, 1, 1, 1), 1, 35, 6, 8, true),
      new Geometry("2x2-stride3-ceil", 2, 2, Window.UNIT.stride(3, 3).padding(1, 0, 1, 1), 1, 4, 8, 9, true),
      new Geometry("dilated-ceil", 2, 3, Window.UNIT.stride(2, 2).padding(1, 2, 0, 1).dilation(3, 2), 1, 3, 8, 7,
          true));

  private PoolCases() {}

  static List<Case> shapes(DType type) {
    List<Case> cases = new ArrayList<>();
    for (Layout layout : Layout.values()) {
      for (Pool2d.Kind kind : Pool2d.Kind.values()) {
        GEOMETRIES.forEach(g -> cases.addAll(both(g, kind, layout, true, 2, type, Data.NORMAL)));
        cases.addAll(both(THREE, kind, layout, true, 2, type, Data.PLANTED));
      }
      GEOMETRIES.forEach(g -> cases.addAll(both(g, Pool2d.Kind.AVERAGE, layout, false, 2, type, Data.NORMAL)));
      for (double p : new double[] {1, 3, 200, Double.POSITIVE_INFINITY}) {
        cases.addAll(both(THREE, Pool2d.Kind.LP, layout, true, p, type, Data.NORMAL));
      }
      cases.addAll(both(THREE, Pool2d.Kind.LP, layout, true, Double.POSITIVE_INFINITY, type, Data.PLANTED));
    }
    return cases;
  }

  private static List<Case> both(Geometry g, Pool2d.Kind kind, Layout layout, boolean countPadding, double p,
      DType type,
      Data data) {
    Pool2d pool = new Pool2d(kind, g.r, g.s, g.window, layout, countPadding, p, g.ceil);
    TensorSpec x = layout == Layout.NCHW ? TensorSpec.of(type, g.n, g.c, g.h, g.w)
        : TensorSpec.of(type, g.n, g.h, g.w, g.c);
    TensorSpec y = pool.infer(List.of(x)).getFirst();
    String what = kind == Pool2d.Kind.LP ? "LP" + (Double.isInfinite(p) ? "inf" : (int) p)
        : kind + (countPadding ? "" : "-inside");
    String end = "/" + what + "/" + g.name + "/" + layout + "/" + type + "/" + data;
    Pool2dBackward backward = new Pool2dBackward(pool, x.shape());
    return List.of(new Case("pool2d" + end, "pool2d " + kind, pool, List.of(x), data),
        new Case("pool2d_backward" + end, "pool2d_backward " + kind, backward,
            backward.operands() == 1 ? List.of(y) : List.of(y, x, y), data));
  }
}
