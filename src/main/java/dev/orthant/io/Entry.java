package dev.orthant.io;

/** What a {@link Checkpoint} keeps under one name. */
sealed interface Entry {
  /** As messages call it. */
  String what();

  /** A count, a seed: kept exactly. */
  record Whole(long value) implements Entry {
    @Override
    public String what() {
      return "a whole number";
    }
  }

  /** A rate, a loss; any double, NaN and infinities too. */
  record Real(double value) implements Entry {
    @Override
    public String what() {
      return "a real number";
    }
  }

  /** A name, a description. */
  record Text(String value) implements Entry {
    @Override
    public String what() {
      return "text";
    }
  }

  /** Weights, moments. */
  record Values(HostTensor value) implements Entry {
    @Override
    public String what() {
      return "a tensor " + value.spec();
    }
  }
}
