package dev.orthant.djl.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;

/** Trains a network on an engine. */
final class Run {
  private Run() {}

  /** The loss of each step, before its update. */
  static double[] losses(Network network, String engine, Device device, int steps) {
    double[] losses = new double[steps];
    try (Model model = Model.newInstance(network.name(), device, engine)) {
      model.setBlock(network.block().get());
      var weights = Network.weights();
      var config = new DefaultTrainingConfig(network.loss().get()).optOptimizer(network.optimizer().get())
          .optDevices(new Device[] {device}).optInitializer(weights, Parameter.Type.WEIGHT)
          .optInitializer(weights, Parameter.Type.BIAS);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(network.inputs());
        for (int i = 0; i < steps; i++) {
          losses[i] = step(network, trainer, i);
        }
      }
    }
    return losses;
  }

  private static double step(Network network, Trainer trainer, int i) {
    try (NDManager manager = trainer.getManager().newSubManager()) {
      NDList data = network.data().of(manager, i);
      NDList labels = network.labels().of(manager, i);
      double loss;
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDList predictions = network.training() ? trainer.forward(data) : trainer.evaluate(data);
        NDArray value = trainer.getLoss().evaluate(labels, predictions);
        collector.backward(value);
        loss = value.toType(ai.djl.ndarray.types.DataType.FLOAT32, false).getFloat();
      }
      trainer.step();
      return loss;
    }
  }
}
