package dev.orthant.djl;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import java.nio.file.Path;

/** The example of docs/djl.md. */
public class CircleWithDjl {
  public static void main(String[] args) throws Exception {
    try (Model model = Model.newInstance("circle", "Orthant");
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray points = manager.randomNormal(new Shape(2000, 2));
      NDArray outside = points.square().sum(new int[] {1}).gt(1.4f).toType(DataType.INT64, false);
      var data = new ArrayDataset.Builder().setData(points).optLabels(outside).setSampling(50, true).build();

      model.setBlock(new SequentialBlock().add(Linear.builder().setUnits(32).build()).add(Activation::relu)
          .add(Linear.builder().setUnits(2).build()));
      var adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.01f)).build();
      var config = new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(adam)
          .addEvaluator(new Accuracy()).addTrainingListeners(TrainingListener.Defaults.basic())
          .addTrainingListeners(new MonitorListener(200, report -> report.lines().forEach(System.out::println)));
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(1, 2));
        EasyTrain.fit(trainer, 10, data, null);
        System.out.println(trainer.getTrainingResult().getEvaluations());
      }
      model.save(Path.of("target", "circle"), "circle");

      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
        NDList scores = predictor.predict(new NDList(manager.create(new float[] {0, 0, 2, 2}, new Shape(2, 2))));
        System.out.println("(0, 0) and (2, 2) outside? " + scores.head().argMax(1).eq(1));
      }
    }
  }
}
