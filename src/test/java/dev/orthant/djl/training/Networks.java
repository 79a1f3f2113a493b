package dev.orthant.djl.training;

import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.AlexNet;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV1;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.basicmodelzoo.cv.classification.SqueezeNet;
import ai.djl.basicmodelzoo.cv.classification.VGG;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.transformer.BertBlock;
import ai.djl.nn.transformer.TransformerEncoderBlock;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;

/** DJL's networks, small: of its model zoo and of its blocks. */
final class Networks {
  private Networks() {}

  static List<Network> all() {
    return List.of(
        Network.classifier("mlp", () -> new Mlp(20, 4, new int[] {32, 16}), () -> sgd(0.05f), 4, 8, 20),
        Network.classifier("lenet", () -> LeNet.builder().build(), () -> adam(1e-3f), 10, 4, 1, 28, 28),
        Network.classifier("alexnet", Networks::alexNet, () -> sgd(0.01f), 10, 4, 3, 96, 96),
        Network.classifier("vgg", Networks::vgg, () -> sgd(0.01f), 10, 4, 3, 16, 16),
        Network.classifier("resnet", Networks::resNet, () -> sgd(0.01f), 10, 4, 3, 16, 16),
        Network.classifier("mobilenet", Networks::mobileNet, () -> sgd(0.005f), 10, 4, 3, 16, 16),
        Network.classifier("squeezenet", Networks::squeezeNet, () -> sgd(0.0005f), 10, 2, 3, 32, 32),
        Network.classifier("lstm", Networks::lstm, () -> adam(1e-3f), 5, 3, 6, 7),
        Network.classifier("gru", Networks::gru, () -> adam(1e-3f), 5, 3, 6, 7),
        transformer(),
        bert());
  }

  static Optimizer sgd(float rate) {
    return Optimizer.sgd().setLearningRateTracker(Tracker.fixed(rate)).optMomentum(0.9f).build();
  }

  static Optimizer adam(float rate) {
    return Optimizer.adam().optLearningRateTracker(Tracker.fixed(rate)).build();
  }

  private static Block alexNet() {
    return AlexNet.builder().setDropOutRate(0).setNumChannels(new int[] {4, 8, 8, 8, 8, 16, 16}).build();
  }

  /** The zoo's convolutions; its two layers of 4096 units are left out for time's sake. */
  private static Block vgg() {
    var whole = (SequentialBlock) VGG.builder().setNumLayers(6).setConvArch(new int[][] {{1, 8}, {2, 16}}).build();
    return new SequentialBlock().add(whole.getChildren().valueAt(0)).add(whole.getChildren().valueAt(1))
        .add(Blocks.batchFlattenBlock()).add(Linear.builder().setUnits(10).build());
  }

  private static Block resNet() {
    return ResNetV1.builder().setImageShape(new Shape(3, 16, 16)).setNumLayers(8).setOutSize(10).build();
  }

  /**
   * The zoo's separable convolutions, four of its thirteen: through all of them PyTorch's own gradients in F32 and F64
   * differ by a thousandth, so that losses could not agree.
   */
  private static Block mobileNet() {
    var zoo = MobileNetV1.builder();
    return new SequentialBlock()
        .add(MobileNetV1.depthSeparableConv2d(3, 8, 1, zoo)).add(MobileNetV1.depthSeparableConv2d(8, 16, 2, zoo))
        .add(MobileNetV1.depthSeparableConv2d(16, 16, 1, zoo)).add(MobileNetV1.depthSeparableConv2d(16, 32, 2, zoo))
        .add(Pool.globalAvgPool2dBlock()).add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(10).build());
  }

  /** The zoo's, but for its dropout. */
  private static Block squeezeNet() {
    var without = new SequentialBlock();
    ((SequentialBlock) SqueezeNet.squeezenet(10)).getChildren().values().stream()
        .filter(b -> !(b instanceof Dropout)).forEach(without::add);
    return without;
  }

  private static Block lstm() {
    return new SequentialBlock().add(LSTM.builder().setStateSize(8).setNumLayers(2).optBatchFirst(true).build())
        .add(Networks::lastStep).add(Linear.builder().setUnits(5).build());
  }

  private static Block gru() {
    return new SequentialBlock().add(GRU.builder().setStateSize(8).setNumLayers(2).optBatchFirst(true).build())
        .add(Networks::lastStep).add(Linear.builder().setUnits(5).build());
  }

  private static NDList lastStep(NDList list) {
    return new NDList(list.head().get(":, -1"));
  }

  private static Network transformer() {
    long[] in = {3, 5, 8};
    return new Network("transformer", () -> new TransformerEncoderBlock(8, 2, 16, 0, Activation::gelu),
        new Shape[] {new Shape(in)}, (m, i) -> new NDList(Network.normal(m, 100 + i, in)),
        (m, i) -> new NDList(Network.normal(m, 200 + i, in)), Loss::l2Loss, () -> adam(1e-2f), true);
  }

  /** Its dropout is written into DJL's block, so its layers are not told that they train. */
  private static Network bert() {
    Shape tokens = new Shape(2, 6);
    return new Network("bert",
        () -> BertBlock.builder().setTokenDictionarySize(30).optTypeDictionarySize(3).optEmbeddingSize(8)
            .optTransformerBlockCount(2).optAttentionHeadCount(2).optHiddenSize(16).optMaxSequenceLength(6).build(),
        new Shape[] {tokens, tokens, tokens},
        (m, i) -> new NDList(Network.whole(m, 100 + i, 30, 2, 6), Network.whole(m, 200 + i, 2, 2, 6),
            Network.whole(m, 300 + i, 2, 2, 6)),
        (m, i) -> new NDList(Network.normal(m, 400 + i, 2, 8)), Networks::pooledLoss, () -> adam(1e-2f), true).still();
  }

  /** Compares the pooled output, BERT's second. */
  private static Loss pooledLoss() {
    return new Loss("pooled") {
      @Override
      public ai.djl.ndarray.NDArray evaluate(NDList labels, NDList predictions) {
        return predictions.get(1).sub(labels.head()).square().mean();
      }
    };
  }
}
