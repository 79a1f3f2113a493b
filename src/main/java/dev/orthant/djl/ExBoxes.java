package dev.orthant.djl;

import ai.djl.ndarray.NDList;
import java.util.List;

/** The part of {@link OrthantNDArrayEx}: boxes of object detection. */
abstract class ExBoxes extends ExImages {
  ExBoxes(OrthantNDArray array) {
    super(array);
  }

  @Override
  public NDList multiBoxTarget(NDList inputs, float iouThreshold, float ignoreLabel, float negativeMiningRatio,
      float negativeMiningThreshold, int minNegativeSamples) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList multiBoxPrior(List<Float> sizes, List<Float> ratios, List<Float> steps, List<Float> offsets,
      boolean clip) {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public NDList multiBoxDetection(NDList inputs, boolean clip, float threshold, int backgroundId, float nmsThreshold,
      boolean forceSuppress, int nmsTopK) {
    throw new UnsupportedOperationException("not yet");
  }
}
