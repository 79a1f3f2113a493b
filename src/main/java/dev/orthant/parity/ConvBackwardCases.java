package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activations;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/** Gradients of convolutions by images and by filters, over the geometries that break them. */
final class ConvBackwardCases {
  private record Geometry(String name, Conv2d op, int n, int c, int h, int w, int k, int r, int s) {}

  private static final Geometry SAME = new Geometry("3x3-same", Conv2d.PLAIN.padding(1), 2, 9, 13, 17, 19, 3, 3);
  private static final Geometry STRIDED =
      new Geometry("3x3-stride2-uneven", Conv2d.stride(2).padding(1, 0, 1, 2), 2, 3, 14, 12, 7, 3, 3);

  private static final Geometry POINTWISE = new Geometry("1x1", Conv2d.PLAIN, 2, 5, 7, 9, 11, 1, 1);
  private static final Geometry EVEN_POINTWISE = new Geometry("1x1-even", Conv2d.PLAIN, 2, 21, 8, 9, 10, 1, 1);

  private static final List<Geometry> GEOMETRIES = List.of(SAME, STRIDED,
      POINTWISE,
      EVEN_POINTWISE,
      new Geometry("1x1-stride2-gaps", Conv2d.stride(2), 2, 17, 7, 8, 6, 1, 1),
      new Geometry("2x2-stride3-gaps", Conv2d.stride(3), 1, 4, 15, 14, 6, 2, 2),
      new Geometry("5x4-stride-3x2", Conv2d.PLAIN.strides(3, 2).padding(2, 3, 1, 0), 1, 3, 17, 16, 5, 5, 4),
      new Geometry("dilated", Conv2d.PLAIN.padding(2).dilation(2, 3), 1, 3, 15, 16, 4, 3, 3),
      new Geometry("dilated-strided", Conv2d.PLAIN.strides(2, 3).padding(3, 1, 0, 2).dilation(3, 2), 2, 18, 15, 16, 4,
          3, 3),
      new Geometry("padding-beyond-filter", Conv2d.PLAIN.padding(4, 3, 3, 5), 1, 2, 5, 6, 3, 2, 3),
      new Geometry("groups", Conv2d.PLAIN.padding(1).groups(3), 2, 6, 8, 10, 27, 3, 3),
      new Geometry("groups-strided", Conv2d.stride(2).padding(1).groups(2), 1, 6, 9, 10, 4, 3, 3),
      new Geometry("depthwise", Conv2d.PLAIN.padding(1).groups(7), 2, 7, 11, 18, 7, 3, 3),
      new Geometry("depthwise-stride2-multiplier2", Conv2d.stride(2).padding(1).groups(5), 1, 5, 12, 13, 10, 3, 3),
      new Geometry("one-filter-to-a-group", Conv2d.PLAIN.groups(3), 1, 6, 7, 8, 3, 3, 3),
      new Geometry("whole-image", Conv2d.PLAIN, 3, 4, 6, 5, 7, 6, 5),
      new Geometry("few-filters-many-pixels", Conv2d.PLAIN.padding(1), 2, 2, 40, 39, 4, 3, 3),
      new Geometry("no-images", Conv2d.PLAIN, 0, 3, 5, 5, 2, 3, 3));

  private ConvBackwardCases() {}

  static List<Case> shapes(DType type) {
    List<Case> cases = new ArrayList<>();
    for (Geometry g : GEOMETRIES) {
      for (Layout layout : Layout.values()) {
        cases.addAll(both(g, layout, type, Data.NORMAL));
      }
    }
    for (Layout layout : Layout.values()) {
      cases.addAll(both(SAME, layout, type, Data.PLANTED));
      cases.addAll(both(STRIDED, layout, type, Data.PLANTED));
      cases.addAll(both(POINTWISE, layout, type, Data.PLANTED));
      cases.addAll(both(EVEN_POINTWISE, layout, type, Data.PLANTED));
      cases.addAll(epilogues(SAME, layout, type));
      cases.addAll(epilogues(STRIDED, layout, type));
    }
    return cases;
  }

  private static List<Case> both(Geometry g, Layout layout, DType type, Data data) {
    String end = "/" + g.name + "/" + layout + "/" + type + "/" + data;
    if (g.n == 0) {
      return List.of(noImages(g, layout, type));
    }
    return List.of(
        new Case("conv2d_backward_data" + end, "conv2d_backward_data " + layout, data(g, layout, Epilogue.NONE),
            List.of(output(g, layout, type), filter(g, layout, type)), data),
        new Case("conv2d_backward_weights" + end, "conv2d_backward_weights " + layout,
            weights(g, layout, Epilogue.NONE), List.of(image(g, layout, type), output(g, layout, type)), data));
  }

  /** Sums of nothing are zero, and go through the epilogue all the same. */
  private static Case noImages(Geometry g, Layout layout, DType type) {
    return new Case("conv2d_backward_weights/" + g.name + "/" + layout + "/" + type,
        "conv2d_backward_weights " + layout,
        weights(g, layout, Epilogue.NONE.plusOperand()),
        List.of(image(g, layout, type), output(g, layout, type), filter(g, layout, type)), Data.NORMAL);
  }

  /** A transposed convolution as a layer, and a gradient that is added to another. */
  private static List<Case> epilogues(Geometry g, Layout layout, DType type) {
    String end = "/" + g.name + "/" + layout + "/" + type;
    TensorSpec bias = layout == Layout.NCHW ? spec(type, g.c, 1, 1) : spec(type, g.c);
    Epilogue layer = Epilogue.NONE.plusOperand().plusOperand().activation(Activations.RELU);
    Epilogue sum = Epilogue.NONE.scale(0.5).plusOperand();
    return List.of(
        new Case("conv2d_backward_data/bias+residual+relu" + end, "conv2d_backward_data epilogues",
            data(g, layout, layer),
            List.of(output(g, layout, type), filter(g, layout, type), bias, image(g, layout, type)), Data.NORMAL),
        new Case("conv2d_backward_weights/scaled+residual" + end, "conv2d_backward_weights epilogues",
            weights(g, layout, sum),
            List.of(image(g, layout, type), output(g, layout, type), filter(g, layout, type)), Data.NORMAL));
  }

  private static Conv2dBackwardData data(Geometry g, Layout layout, Epilogue epilogue) {
    return new Conv2dBackwardData(g.op.layout(layout), g.h, g.w, epilogue);
  }

  private static Conv2dBackwardWeights weights(Geometry g, Layout layout, Epilogue epilogue) {
    return new Conv2dBackwardWeights(g.op.layout(layout), g.r, g.s, epilogue);
  }

  private static TensorSpec output(Geometry g, Layout layout, DType type) {
    return g.op.layout(layout).product(image(g, layout, type), filter(g, layout, type));
  }

  private static TensorSpec image(Geometry g, Layout layout, DType type) {
    return layout == Layout.NCHW ? spec(type, g.n, g.c, g.h, g.w) : spec(type, g.n, g.h, g.w, g.c);
  }

  private static TensorSpec filter(Geometry g, Layout layout, DType type) {
    int perGroup = g.c / g.op.groups();
    return layout == Layout.NCHW ? spec(type, g.k, perGroup, g.r, g.s) : spec(type, g.k, g.r, g.s, perGroup);
  }
}
