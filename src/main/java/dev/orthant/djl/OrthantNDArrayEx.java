package dev.orthant.djl;

/**
 * DJL's further operations: layers, activations, optimizers' updates, images, boxes. By theme in the classes that this
 * extends.
 */
public final class OrthantNDArrayEx extends ExBoxes {
  OrthantNDArrayEx(OrthantNDArray array) {
    super(array);
  }
}
