package dev.orthant.kernelbuild;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.core.TensorSpec;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.nn.Activate;
import dev.orthant.nn.BatchNorm;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Dropout;
import dev.orthant.nn.Flatten;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.nn.Pass;
import dev.orthant.nn.PoolLayer;
import dev.orthant.nn.Sequential;
import dev.orthant.nn.TransformerBlock;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Pointwise;
import dev.orthant.optim.Adam;
import dev.orthant.optim.Optimizer;
import dev.orthant.optim.Sgd;
import dev.orthant.optim.UpdateRule;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls whose kernels are compiled ahead of time: every activation of the catalogue alone and behind bias and products,
 * and what a few networks ask for in a training step. Numbers in shapes hardly matter: kernels take them as parameters,
 * only tiles and alignment depend on them.
 */
final class KernelSelection {
  private static final List<DType> TYPES = List.of(DType.F32, DType.BF16, DType.F16);
  /** Activations that users put behind products every day; the others are compiled there in one form only. */
  private static final List<Activation> COMMON = List.of(Activations.IDENTITY, Activations.RELU, Activations.GELU);
  /** Fills a large device with its largest tiles. */
  private static final long LARGE = 4096;
  /** A batch of a small network: small tiles. */
  private static final long BATCH = 64;

  private final Set<Call> calls = new LinkedHashSet<>();

  private KernelSelection() {}

  /** All of them. */
  static KernelSelection all() {
    return new KernelSelection().with(Activations.all());
  }

  /** The same, but few activations behind products. */
  static KernelSelection basic() {
    return new KernelSelection().with(COMMON);
  }

  private KernelSelection with(Collection<Activation> products) {
    for (Activation f : Activations.all()) {
      TYPES.forEach(t -> pointwise(f, t));
    }
    products.forEach(this::products);
    List.of(DType.F32, DType.BF16).forEach(this::gradients);
    steps();
    return this;
  }

  /** Each once. */
  Set<Call> calls() {
    return calls;
  }

  private void add(Op op, TensorSpec... inputs) {
    calls.add(Call.of("ahead", op, List.of(inputs)));
  }

  private void pointwise(Activation f, DType t) {
    add(Pointwise.of(f), TensorSpec.of(t, LARGE));
    if (t == DType.F32) {
      // An odd number of elements is taken one by one.
      add(Pointwise.of(f), TensorSpec.of(t, LARGE + 1));
    }
    Epilogue biased = Epilogue.NONE.plusOperand().activation(f);
    add(new Pointwise(List.of(biased.formula()), 2, biased.scalars()), TensorSpec.of(t, LARGE, LARGE),
        TensorSpec.of(t, LARGE));
  }

  /** Forward passes: matmul and convolution with bias and activation. */
  private void products(Activation f) {
    Epilogue e = Epilogue.NONE.plusOperand().activation(f);
    matmul(new MatMul(false, false, e), DType.F32, LARGE);
    if (COMMON.contains(f)) {
      matmul(new MatMul(false, false, e), DType.F32, BATCH);
      TYPES.forEach(t -> matmul(new MatMul(false, false, e), t, LARGE));
      for (DType t : List.of(DType.F32, DType.BF16)) {
        matmul(new MatMul(false, true, e), t, LARGE);
        add(Conv2d.stride(1).padding(1).layout(Layout.NHWC).withEpilogue(e), TensorSpec.of(t, 256, 56, 56, 64),
            TensorSpec.of(t, 64, 3, 3, 64), TensorSpec.of(t, 64));
      }
    }
  }

  private void matmul(MatMul op, DType t, long rows) {
    TensorSpec square = TensorSpec.of(t, LARGE, LARGE);
    add(op, TensorSpec.of(t, rows, LARGE), square, TensorSpec.of(t, LARGE));
  }

  /** Products without epilogue, and those of a backward pass. */
  private void gradients(DType t) {
    TensorSpec square = TensorSpec.of(t, LARGE, LARGE);
    for (MatMul op : List.of(MatMul.PLAIN, new MatMul(true, false, Epilogue.NONE),
        new MatMul(false, true, Epilogue.NONE))) {
      add(op, square, square);
    }
  }

  /** What networks ask for. */
  private void steps() {
    RecordingDevice device = new RecordingDevice();
    Parameters p = Parameters.on(device, 1);
    for (Activation f : List.of(Activations.RELU, Activations.GELU)) {
      train(device, Sequential.of(Linear.of(p, 784, 128), Activate.of(f), new Dropout(0.1), Linear.of(p, 128, 64),
          Activate.of(f), Linear.of(p, 64, 10)), Shape.of(BATCH, 784), Adam.DEFAULT);
    }
    Conv2d same = Conv2d.stride(1).padding(1);
    train(device,
        Sequential.of(Conv.of(p, 1, 8, 3, same), Activate.of(Activations.RELU), PoolLayer.max(2, 2, Layout.NCHW),
            Conv.of(p, 8, 16, 3, same), Activate.of(Activations.RELU), PoolLayer.max(2, 2, Layout.NCHW), new Flatten(),
            Linear.of(p, 784, 10)),
        Shape.of(BATCH, 1, 28, 28), Adam.DEFAULT);
    train(device, Sequential.of(Conv.plain(p, 3, 16, 3, same),
        BatchNorm.of(p, 16, Layout.NCHW).activation(Activations.RELU), PoolLayer.average(2, 2, Layout.NCHW),
        new Flatten(),
        Linear.of(p, 4096, 10)), Shape.of(BATCH, 3, 32, 32), Sgd.DEFAULT.momentum(0.9));
    train(device, Sequential.of(TransformerBlock.of(p, 64, 4, 256, Activations.GELU_TANH, true, 0.1), new Flatten(),
        Linear.of(p, 64 * 16, 10)), Shape.of(BATCH, 16, 64), Adam.W);
    calls.addAll(device.calls());
  }

  /** Two steps, for the first finds no gradients and no state, and an evaluation. */
  private static void train(RecordingDevice device, Layer network, Shape x, UpdateRule rule) {
    RandomStream random = new RandomStream(1);
    try (Layer net = network; Optimizer optimizer = rule.optimizer()) {
      for (int step = 0; step < 2; step++) {
        try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
          Tensor labels = Tensor.of(device, new TensorSpec(DType.I32, Shape.of(x.dim(0))),
              MemorySegment.ofArray(new int[(int) x.dim(0)]));
          Tensor logits = net.forward(input(device, x), Pass.training(random));
          Tensor loss = logits.crossEntropy(labels).evaluate();
          tape.backward(loss);
        }
        optimizer.step(net.parameters());
      }
      try (Scope _ = Scope.open()) {
        net.forward(input(device, x), Pass.inference()).evaluate();
      }
    }
  }

  private static Tensor input(RecordingDevice device, Shape x) {
    return Tensor.of(device, x, new float[(int) x.elements()]);
  }
}
