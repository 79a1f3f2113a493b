package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.training.ParameterServer;
import ai.djl.training.optimizer.Optimizer;
import dev.orthant.tensor.Tensor;

/**
 * Updates parameters that are copied to several devices: the gradients are summed on the first device, the parameter
 * there is updated, once, and its new value copied to the others. So the copies stay equal bit by bit, and the
 * optimizer's state is kept once. With one device nothing is copied at all.
 */
final class OrthantParameterServer implements ParameterServer {
  private final Optimizer optimizer;

  OrthantParameterServer(Optimizer optimizer) {
    this.optimizer = optimizer;
  }

  @Override
  public void init(String parameterId, NDArray[] value) {}

  @Override
  public void update(String parameterId, NDArray[] grads, NDArray[] params) {
    for (int i = 1; i < grads.length; i++) {
      try (NDArray moved = grads[i].toDevice(params[0].getDevice(), true)) {
        grads[0].addi(moved);
      }
    }
    optimizer.update(parameterId, params[0], grads[0]);
    Tensor updated = OrthantNDManager.own(params[0]).tensor();
    for (int i = 1; i < params.length; i++) {
      OrthantNDArray param = OrthantNDManager.own(params[i]);
      param.replace(() -> updated.to(param.tensor().device()));
      param.tensor().clearGradient();
    }
  }

  @Override
  public void close() {}
}
