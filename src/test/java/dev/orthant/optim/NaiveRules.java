package dev.orthant.optim;

/** The update rules for one number, step by step in double, as the papers and PyTorch's documentation write them. */
final class NaiveRules {
  private NaiveRules() {}

  static double[] sgd(Schedule rate, double mu, boolean nesterov, double decay, double start, double[] gradients) {
    double p = start;
    double b = 0;
    double[] all = new double[gradients.length];
    for (int t = 0; t < all.length; t++) {
      double g = gradients[t] + decay * p;
      b = t == 0 ? g : mu * b + g;
      p -= rate.at(t) * (mu == 0 ? g : nesterov ? g + mu * b : b);
      all[t] = p;
    }
    return all;
  }

  static double[] rmsProp(double alpha, double mu, boolean centered, double decay, double start, double[] gradients) {
    double p = start;
    double v = 0;
    double a = 0;
    double b = 0;
    double[] all = new double[gradients.length];
    for (int t = 0; t < all.length; t++) {
      double g = gradients[t] + decay * p;
      v = alpha * v + (1 - alpha) * g * g;
      a = alpha * a + (1 - alpha) * g;
      double change = g / (Math.sqrt(centered ? v - a * a : v) + 1e-8);
      b = mu * b + change;
      p -= 0.01 * b;
      all[t] = p;
    }
    return all;
  }

  static double[] adagrad(double rateDecay, double initial, double decay, double start, double[] gradients) {
    double p = start;
    double sum = initial;
    double[] all = new double[gradients.length];
    for (int t = 0; t < all.length; t++) {
      double g = gradients[t] + decay * p;
      sum += g * g;
      p -= 0.01 / (1 + t * rateDecay) * g / (Math.sqrt(sum) + 1e-10);
      all[t] = p;
    }
    return all;
  }

  static double[] adadelta(double decay, double start, double[] gradients) {
    double p = start;
    double v = 0;
    double u = 0;
    double[] all = new double[gradients.length];
    for (int t = 0; t < all.length; t++) {
      double g = gradients[t] + decay * p;
      v = 0.9 * v + 0.1 * g * g;
      double delta = Math.sqrt(u + 1e-6) / Math.sqrt(v + 1e-6) * g;
      u = 0.9 * u + 0.1 * delta * delta;
      p -= delta;
      all[t] = p;
    }
    return all;
  }

  static double[] adam(Schedule rate, boolean amsgrad, boolean decoupled, double decay, double start,
      double[] gradients) {
    double p = start;
    double m = 0;
    double v = 0;
    double largest = 0;
    double[] all = new double[gradients.length];
    for (int t = 0; t < all.length; t++) {
      double g = gradients[t];
      if (decoupled) {
        p -= rate.at(t) * decay * p;
      } else {
        g += decay * p;
      }
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      largest = Math.max(largest, v);
      double mHat = m / (1 - Math.pow(0.9, t + 1));
      double vHat = (amsgrad ? largest : v) / (1 - Math.pow(0.999, t + 1));
      p -= rate.at(t) * mHat / (Math.sqrt(vHat) + 1e-8);
      all[t] = p;
    }
    return all;
  }
}
