package dev.orthant.optim;

import dev.orthant.core.InvalidInputException;

/**
 * A learning rate for each step: a pure function of the step's number, which counts from 0. Schedules nest:
 * {@code Schedule.cosine(1e-3, 1e-5, 10_000).warmUp(500)}.
 */
@FunctionalInterface
public interface Schedule {
  /** The learning rate of step {@code step} ≥ 0. */
  double at(long step);

  /** Always {@code rate}. */
  static Schedule constant(double rate) {
    Hyper.nonNegative("schedule", "rate", rate);
    return step -> rate;
  }

  /** rate · gamma^⌊step/every⌋: the rate drops every {@code every} steps. */
  static Schedule stepwise(double rate, long every, double gamma) {
    Hyper.nonNegative("schedule", "rate", rate);
    Hyper.positive("schedule", "every", (double) every);
    Hyper.nonNegative("schedule", "gamma", gamma);
    return step -> rate * Math.pow(gamma, (double) Math.floorDiv(step, every));
  }

  /** rate · gamma^step. */
  static Schedule exponential(double rate, double gamma) {
    Hyper.nonNegative("schedule", "rate", rate);
    Hyper.nonNegative("schedule", "gamma", gamma);
    return step -> rate * Math.pow(gamma, (double) step);
  }

  /**
   * Half a cosine from {@code rate} down to {@code least} at step {@code total}, and {@code least} from then on
   * (Loshchilov and Hutter 2017, without restarts): least + (rate − least)·(1 + cos(π·min(step, total)/total))/2.
   */
  static Schedule cosine(double rate, double least, long total) {
    checkFall(rate, least, total);
    return step -> least + (rate - least) * (1 + Math.cos(Math.PI * Math.min(step, total) / total)) / 2;
  }

  /** least + (rate − least)·(1 − min(step, total)/total)^power. */
  static Schedule polynomial(double rate, double least, long total, double power) {
    checkFall(rate, least, total);
    Hyper.positive("schedule", "power", power);
    return step -> least + (rate - least) * Math.pow(1 - (double) Math.min(step, total) / total, power);
  }

  /** A straight line from {@code rate} to {@code least} at step {@code total}, and {@code least} from then on. */
  static Schedule linear(double rate, double least, long total) {
    return polynomial(rate, least, total, 1);
  }

  /**
   * {@code steps} steps that grow in a straight line towards this schedule's first rate, then this schedule from its
   * beginning: at(0)·(step + 1)/steps for step &lt; steps, else at(step − steps).
   */
  default Schedule warmUp(long steps) {
    if (steps < 0) {
      throw new InvalidInputException("schedule: the steps of warm-up must be at least 0, got " + steps);
    }
    return step -> step < steps ? at(0) * (step + 1) / steps : at(step - steps);
  }

  private static void checkFall(double rate, double least, long total) {
    Hyper.nonNegative("schedule", "rate", rate);
    Hyper.positive("schedule", "total", (double) total);
    if (!(least >= 0 && least <= rate)) {
      throw new InvalidInputException("schedule: least must be from 0 to the rate " + rate + ", got " + least);
    }
  }
}
