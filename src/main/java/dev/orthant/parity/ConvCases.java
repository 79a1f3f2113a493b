package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/** Convolutions: strides, asymmetric padding, dilation, groups, depthwise, one-dimensional, both layouts. */
final class ConvCases {
  private record Geometry(String name, Conv2d op, int n, int c, int h, int w, int k, int r, int s) {}

  private static final List<Geometry> GEOMETRIES = List.of(
      new Geometry("1x1", Conv2d.PLAIN, 2, 5, 7, 9, 11, 1, 1),
      new Geometry("3x3-same", Conv2d.PLAIN.padding(1), 2, 3, 13, 17, 19, 3, 3),
      new Geometry("7x7-stride2", Conv2d.stride(2).padding(3), 1, 3, 23, 21, 8, 7, 7),
      new Geometry("3x3-stride3-wider-than-filter", Conv2d.stride(3), 1, 4, 14, 14, 6, 2, 2),
      new Geometry("asymmetric", Conv2d.PLAIN.strides(1, 2).padding(2, 0, 1, 3), 1, 2, 9, 12, 5, 3, 5),
      new Geometry("dilated", Conv2d.PLAIN.padding(2).dilation(2, 3), 1, 3, 15, 16, 4, 3, 3),
      new Geometry("groups", Conv2d.PLAIN.padding(1).groups(3), 2, 6, 8, 10, 9, 3, 3),
      new Geometry("depthwise", Conv2d.PLAIN.padding(1).groups(7), 2, 7, 11, 18, 7, 3, 3),
      new Geometry("depthwise-stride2-multiplier2", Conv2d.stride(2).padding(1).groups(5), 1, 5, 12, 13, 10, 3, 3),
      new Geometry("one-dimensional", Conv2d.PLAIN.padding(0, 2, 0, 2), 2, 4, 1, 50, 6, 1, 5),
      new Geometry("whole-image", Conv2d.PLAIN, 3, 4, 6, 5, 7, 6, 5),
      new Geometry("only-padding", Conv2d.PLAIN.padding(3), 1, 1, 1, 1, 2, 3, 3),
      new Geometry("no-images", Conv2d.PLAIN, 0, 3, 5, 5, 2, 3, 3),
      new Geometry("eights", Conv2d.PLAIN.padding(1), 2, 8, 9, 11, 16, 3, 3),
      new Geometry("eights-1x1", Conv2d.PLAIN, 2, 64, 13, 11, 72, 1, 1),
      new Geometry("eights-strided", Conv2d.PLAIN.strides(2, 1).padding(2, 0, 1, 3), 2, 72, 9, 12, 24, 3, 2),
      new Geometry("eights-dilated", Conv2d.PLAIN.padding(2).dilation(2, 3), 1, 16, 15, 16, 3, 3, 3));

  /** From here on channels are multiples of 8, which is what matrix units take. */
  private static final int EIGHTS = 13;

  private ConvCases() {}

  static Case activation(Activation f, DType type) {
    Geometry g = GEOMETRIES.get(1);
    Conv2d op = g.op.withEpilogue(Catalogue.biased(f));
    return new Case("conv2d/bias+" + f.name() + "/" + type, "conv2d " + f.name(), op,
        List.of(image(g, type, Layout.NCHW), filter(g, type, op), spec(type, g.k, 1, 1)), Data.NORMAL);
  }

  static List<Case> shapes(DType type) {
    List<Case> cases = new ArrayList<>();
    for (Geometry g : GEOMETRIES) {
      for (Layout layout : Layout.values()) {
        cases.add(geometry(g, layout, type, Data.NORMAL));
      }
    }
    for (Layout layout : Layout.values()) {
      cases.add(geometry(GEOMETRIES.get(1), layout, type, Data.PLANTED));
      cases.add(geometry(GEOMETRIES.get(7), layout, type, Data.PLANTED));
      cases.add(geometry(GEOMETRIES.get(EIGHTS), layout, type, Data.PLANTED));
      cases.add(residual(layout, type));
    }
    return cases;
  }

  private static Case geometry(Geometry g, Layout layout, DType type, Data data) {
    Conv2d op = g.op.layout(layout);
    return new Case("conv2d/" + g.name + "/" + layout + "/" + type + "/" + data, "conv2d " + layout, op,
        List.of(image(g, type, layout), filter(g, type, op)), data);
  }

  /** The tail of a residual block: relu(conv + bias + skip). */
  private static Case residual(Layout layout, DType type) {
    Geometry g = GEOMETRIES.get(1);
    Conv2d op = g.op.layout(layout);
    TensorSpec x = image(g, type, layout);
    TensorSpec w = filter(g, type, op);
    TensorSpec bias = layout == Layout.NCHW ? spec(type, g.k, 1, 1) : spec(type, g.k);
    Epilogue e = Epilogue.NONE.plusOperand().plusOperand().activation(Activations.RELU);
    return new Case("conv2d/bias+residual+relu/" + layout + "/" + type, "conv2d epilogues", op.withEpilogue(e),
        List.of(x, w, bias, op.product(x, w)), Data.NORMAL);
  }

  private static TensorSpec image(Geometry g, DType type, Layout layout) {
    return layout == Layout.NCHW ? spec(type, g.n, g.c, g.h, g.w) : spec(type, g.n, g.h, g.w, g.c);
  }

  private static TensorSpec filter(Geometry g, DType type, Conv2d op) {
    int perGroup = g.c / op.groups();
    return op.layout() == Layout.NCHW ? spec(type, g.k, perGroup, g.r, g.s) : spec(type, g.k, g.r, g.s, perGroup);
  }
}
