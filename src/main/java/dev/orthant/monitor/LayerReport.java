package dev.orthant.monitor;

/**
 * A layer's outputs over a pass.
 *
 * @param name of the layer
 * @param units features or channels
 * @param dead units that were dead all the time: see {@link Dead}
 * @param sparsity the share of outputs that were 0
 * @param mean of all outputs
 * @param variance of all outputs around that mean, by their number
 * @param outputs how many there were
 */
public record LayerReport(String name, long units, long dead, double sparsity, double mean, double variance,
    long outputs) {
  /** The share of units that were dead. */
  public double deadShare() {
    return (double) dead / units;
  }
}
