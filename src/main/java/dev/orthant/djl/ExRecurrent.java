package dev.orthant.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.recurrent.RNN;

/** The part of {@link OrthantNDArrayEx}: recurrent networks. */
abstract class ExRecurrent extends ExLayers {
  ExRecurrent(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDList rnn(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers,
      RNN.Activation activation, double dropRate, boolean training, boolean bidirectional, boolean batchFirst) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList gru(NDArray input, NDArray state, NDList params, boolean hasBiases, int numLayers, double dropRate,
      boolean training, boolean bidirectional, boolean batchFirst) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList lstm(NDArray input, NDList states, NDList params, boolean hasBiases, int numLayers, double dropRate,
      boolean training, boolean bidirectional, boolean batchFirst) {
    throw new UnsupportedOperationException("not yet");
  }
}
