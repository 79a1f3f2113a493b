package dev.orthant.train;

import dev.orthant.core.Shape;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Parameter;
import dev.orthant.nn.Activate;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Initializer;
import dev.orthant.nn.Layer;
import dev.orthant.nn.LearnedActivation;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.PoolLayer;
import dev.orthant.nn.Sequential;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Builds networks layer by layer. */
final class Networks {
  private static final int FILTER = 3;
  private static final int[] FILTERS = {8, 16};
  /** Widths of the hidden layers: of points, of images. */
  private static final int[] NARROW = {64, 64};
  private static final int[] WIDE = {128, 64};

  private final Settings settings;
  private final Initializer initializer;
  private final Parameters parameters;
  private final List<String> names = new ArrayList<>();
  private final List<Layer> layers = new ArrayList<>();

  private Networks(Settings settings, Parameters parameters) {
    this.settings = settings;
    this.initializer = settings.initializer();
    this.parameters = parameters;
  }

  /** A network from examples of this shape to the logits of {@code classes}. The caller closes it. */
  static Sequential build(Settings settings, Shape example, int classes, Parameters parameters) {
    var n = new Networks(settings, parameters);
    try {
      long features = settings.net() == Net.CNN ? n.convolutions(example) : n.hidden(example);
      n.linear("out", features, classes, Initializer.lecun());
      return new Sequential(n.names, n.layers);
    } catch (RuntimeException | Error e) {
      n.layers.forEach(Layer::close);
      throw e;
    }
  }

  /** Gives the features that come out. */
  private long convolutions(Shape image) {
    long channels = image.dim(0);
    long height = image.dim(1);
    long width = image.dim(2);
    for (int i = 0; i < FILTERS.length; i++) {
      int number = i + 1;
      Conv2d how = Conv2d.stride(1).padding(FILTER / 2);
      add("conv" + number,
          Conv.of(parameters, channels, FILTERS[i], FILTER, FILTER, how, initializer));
      activation(number, FILTERS[i]);
      add("pool" + number, PoolLayer.max(2, 2, Layout.NCHW));
      channels = FILTERS[i];
      height /= 2;
      width /= 2;
    }
    add("flatten", new Flatten());
    return channels * height * width;
  }

  private long hidden(Shape example) {
    long features = example.elements();
    if (example.rank() > 1) {
      add("flatten", new Flatten());
    }
    int[] widths = settings.data() == Data.DIGITS ? WIDE : NARROW;
    for (int i = 0; i < widths.length; i++) {
      linear("linear" + (i + 1), features, widths[i], initializer);
      activation(i + 1, widths[i]);
      features = widths[i];
    }
    return features;
  }

  private void linear(String name, long in, long out, Initializer initializer) {
    add(name, Linear.of(parameters, in, out, initializer));
  }

  /** Learned where its parameters can be, one for each channel. */
  private void activation(int number, long channels) {
    Activation f = settings.activation();
    String name = f.name() + number;
    boolean learned = !f.parameters().isEmpty()
        && f.parameters().stream().allMatch(p -> p.placement() != Parameter.Placement.FIXED);
    add(name, learned ? LearnedActivation.of(parameters, f, channels, Layout.NCHW).named(name)
        : Activate.of(f).named(name));
  }

  private void add(String name, Layer layer) {
    names.add(name);
    layers.add(layer);
  }

  /** The layers for a person to read; nothing is computed for it but shapes. */
  static List<LayerSummary> summary(Sequential network, Tensor example) {
    List<LayerSummary> result = new ArrayList<>();
    try (Scope _ = Scope.open()) {
      Tensor h = example;
      for (int i = 0; i < network.layers().size(); i++) {
        Layer layer = network.layers().get(i);
        h = layer.forward(h, Pass.inference());
        long count = layer.parameters().stream().mapToLong(p -> p.shape().elements()).sum();
        result.add(new LayerSummary(network.names().get(i), h.shape().slice(1, h.shape().rank()), count));
      }
    }
    return result;
  }
}
