package dev.orthant.train;

import dev.orthant.plot.LineChart;
import java.util.List;
import java.util.stream.IntStream;

/** A run as a picture. */
public final class Curves {
  /** How fast the smooth loss follows: the weight of a step. */
  private static final double WEIGHT = 0.05;

  private Curves() {}

  /** Loss and accuracies over epochs, as SVG. */
  public static String svg(Settings s, History h) {
    double[] losses = smooth(h.steps());
    double[] at = IntStream.rangeClosed(1, losses.length).mapToDouble(i -> (double) i / s.stepsPerEpoch()).toArray();
    List<EpochResult> epochs = h.epochs();
    double[] ends = epochs.stream().mapToDouble(EpochResult::number).toArray();
    return LineChart.titled(Settings.name(s.data()) + ", " + Settings.name(s.net()) + ", " + s.activation().name())
        .x("epoch").y("loss, accuracy")
        .add("loss (smoothed)", at, losses)
        .add("accuracy, training", ends, epochs.stream().mapToDouble(EpochResult::trained).toArray())
        .add("accuracy, held out", ends, epochs.stream().mapToDouble(EpochResult::heldOut).toArray())
        .svg();
  }

  /** An average that forgets, without a bias to its beginning (as Adam's). */
  private static double[] smooth(List<History.Step> steps) {
    double[] result = new double[steps.size()];
    double sum = 0;
    double weights = 0;
    for (int i = 0; i < result.length; i++) {
      sum += WEIGHT * (steps.get(i).loss() - sum);
      weights += WEIGHT * (1 - weights);
      result[i] = sum / weights;
    }
    return result;
  }
}
