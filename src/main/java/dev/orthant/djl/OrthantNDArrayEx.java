package dev.orthant.djl;

/**
 * DJL's further operations: layers, activations, optimizers' updates, images, boxes. By theme in the interfaces that
 * this implements.
 */
public final class OrthantNDArrayEx extends ExCore
    implements ExArithmetic, ExActivations, ExPooling, ExUpdates, ExLayers, ExRecurrent, ExImages, ExBoxes {
  OrthantNDArrayEx(OrthantNDArray array) {
    super(array);
  }
}
