package dev.orthant.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a run has come through, resumed runs from their first step on. */
public final class History {
  private final List<Step> steps = new ArrayList<>();
  private final List<EpochResult> epochs = new ArrayList<>();

  /**
   * A step before its update.
   *
   * @param loss the mean over the batch
   * @param right how many of it were told right
   */
  public record Step(double loss, int right) {}

  void add(Step step) {
    steps.add(step);
  }

  void add(EpochResult epoch) {
    epochs.add(epoch);
  }

  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }

  public List<EpochResult> epochs() {
    return Collections.unmodifiableList(epochs);
  }

  void replaceBy(History other) {
    steps.clear();
    epochs.clear();
    steps.addAll(other.steps);
    epochs.addAll(other.epochs);
  }
}
