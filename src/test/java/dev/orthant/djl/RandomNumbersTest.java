package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random numbers have the shapes, types, ranges and moments asked for, and come again with the seed. */
class RandomNumbersTest {
  private static final int SEED = 4711;
  private static final Shape MANY = new Shape(40, 50);

  /** What a distribution gives, and the mean, deviation and range of what it should. */
  record Draw(String name, Function<NDManager, NDArray> from, Shape shape, DataType type, double mean, double deviation,
      double low,
      double high) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Draw> draws() {
    double infinity = Double.POSITIVE_INFINITY;
    return Stream.of(
        new Draw("uniform", m -> m.randomUniform(-1, 3, MANY), MANY, DataType.FLOAT32, 1, 4 / Math.sqrt(12), -1, 3),
        new Draw("uniform f64", m -> m.randomUniform(0, 1, MANY, DataType.FLOAT64), MANY, DataType.FLOAT64, 0.5,
            1 / Math.sqrt(12), 0, 1),
        new Draw("normal", m -> m.randomNormal(2, 3, MANY, DataType.FLOAT32), MANY, DataType.FLOAT32, 2, 3, -infinity,
            infinity),
        new Draw("normal f16", m -> m.randomNormal(0, 1, MANY, DataType.FLOAT16), MANY, DataType.FLOAT16, 0, 1,
            -infinity, infinity),
        new Draw("normal bf16", m -> m.randomNormal(0, 1, MANY, DataType.BFLOAT16), MANY, DataType.BFLOAT16, 0, 1,
            -infinity, infinity),
        new Draw("truncated", m -> m.truncatedNormal(1, 2, MANY, DataType.FLOAT32), MANY, DataType.FLOAT32, 1,
            2 * 0.8796, -3, 5),
        new Draw("integer", m -> m.randomInteger(-2, 5, MANY, DataType.INT32), MANY, DataType.INT32, 1, 2, -2, 4),
        new Draw("integer as float", m -> m.randomInteger(0, 3, MANY, DataType.FLOAT32), MANY, DataType.FLOAT32, 1,
            Math.sqrt(2 / 3.0), 0, 2),
        new Draw("large integer", m -> m.randomInteger(0, 1L << 62, MANY, DataType.INT64), MANY, DataType.INT64, 0x1p61,
            0x1p62 / Math.sqrt(12), 0,
            0x1p62),
        new Draw("permutation", m -> m.randomPermutation(2000), new Shape(2000), DataType.INT64, 999.5,
            2000 / Math.sqrt(12), 0, 1999),
        new Draw("sampleNormal",
            m -> m.sampleNormal(m.create(new float[] {1, 1}), m.create(new float[] {2, 2}), new Shape(1000)),
            new Shape(2, 1000),
            DataType.FLOAT32, 1, 2, -infinity, infinity),
        new Draw("poisson", m -> m.samplePoisson(m.create(new float[] {4, 4}), new Shape(20, 50)), new Shape(2, 20, 50),
            DataType.FLOAT32, 4, 2, 0,
            infinity),
        new Draw("poisson of a large rate", m -> m.samplePoisson(m.create(new double[] {400}), new Shape(2000)),
            new Shape(1, 2000), DataType.FLOAT32,
            400, 20, 0, infinity),
        new Draw("gamma",
            m -> m.sampleGamma(m.create(new float[] {4, 4}), m.create(new float[] {0.5f, 0.5f}), new Shape(1000)),
            new Shape(2, 1000),
            DataType.FLOAT32, 2, 1, 0, infinity),
        new Draw("gamma of a small shape",
            m -> m.sampleGamma(m.create(new float[] {0.25f}), m.create(new float[] {2}), new Shape(4000)),
            new Shape(1, 4000), DataType.FLOAT32, 0.5, 1, 0, infinity),
        new Draw("multinomial", m -> m.randomMultinomial(10, m.create(new float[] {0.5f, 0.5f}), new Shape(1000)),
            new Shape(1000, 2), DataType.INT64, 5,
            Math.sqrt(2.5), 0, 10));
  }

  static Stream<Map.Entry<Draw, ai.djl.Device>> everywhere() {
    return draws().flatMap(d -> dev.orthant.device.Devices.all().stream().map(x -> x.name().split(":", -1))
        .map(n -> Map.entry(d, ai.djl.Device.of(n[0], n.length == 1 ? -1 : Integer.parseInt(n[1])))));
  }

  private static NDManager seeded(ai.djl.Device device) {
    Engine.getEngine("Orthant").setRandomSeed(SEED);
    return Engine.getEngine("Orthant").newBaseManager(device);
  }

  private static double[] numbers(NDArray a) {
    return ((OrthantNDArray) a).tensor().toDoubleArray();
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void hasItsMoments(Map.Entry<Draw, ai.djl.Device> at) {
    Draw d = at.getKey();
    try (NDManager m = seeded(at.getValue())) {
      NDArray a = d.from.apply(m);
      assertThat(a.getShape()).isEqualTo(d.shape);
      assertThat(a.getDataType()).isEqualTo(d.type);
      double[] x = numbers(a);
      double mean = Arrays.stream(x).average().orElseThrow();
      double deviation = Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
      // Five standard errors, at seed 4711.
      assertThat(mean).isCloseTo(d.mean, within(5 * d.deviation / Math.sqrt(x.length)));
      assertThat(deviation).isCloseTo(d.deviation, within(0.15 * d.deviation));
      assertThat(Arrays.stream(x)).allMatch(v -> v >= d.low && v <= d.high);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void comesAgainWithTheSeedAndOnEveryDevice(Map.Entry<Draw, ai.djl.Device> at) {
    Draw d = at.getKey();
    try (NDManager m = seeded(at.getValue())) {
      double[] first = numbers(d.from.apply(m));
      double[] next = numbers(d.from.apply(m));
      assertThat(next).isNotEqualTo(first);
      try (NDManager again = seeded(ai.djl.Device.cpu())) {
        assertThat(numbers(d.from.apply(again))).isEqualTo(first);
        assertThat(numbers(d.from.apply(again))).isEqualTo(next);
      }
    }
  }

  @Test
  void countsOfAMultinomialAddUp() {
    try (NDManager m = seeded(ai.djl.Device.cpu())) {
      NDArray counts = m.randomMultinomial(20, m.create(new float[] {0.2f, 0.5f, 0.3f}), new Shape(5, 2));
      assertThat(counts.getShape()).isEqualTo(new Shape(5, 2, 3));
      double[] c = numbers(counts);
      for (int i = 0; i < c.length; i += 3) {
        assertThat(c[i] + c[i + 1] + c[i + 2]).isEqualTo(20);
      }
      assertThat(m.randomMultinomial(7, m.create(new float[] {1})).toLongArray()).containsExactly(7);
      assertThat(m.randomMultinomial(7, m.create(new float[] {1, 0})).toLongArray()).containsExactly(7, 0);
      assertThat(m.randomMultinomial(7, m.create(new float[] {0.5f, 0.9f})).getShape()).isEqualTo(new Shape(2));
    }
  }

  @Test
  void aPermutationHasEachNumberOnce() {
    try (NDManager m = seeded(ai.djl.Device.cpu())) {
      assertThat(Arrays.stream(m.randomPermutation(100).toLongArray()).sorted().toArray())
          .isEqualTo(java.util.stream.LongStream.range(0, 100).toArray());
      assertThat(m.randomPermutation(0).getShape()).isEqualTo(new Shape(0));
    }
  }

  @Test
  void parametersDifferPerDistribution() {
    try (NDManager m = seeded(ai.djl.Device.cpu())) {
      float[] p = m.samplePoisson(m.create(new float[] {0, 1000})).toFloatArray();
      assertThat(p[0]).isZero();
      assertThat(p[1]).isBetween(800f, 1200f);
      assertThat(m.sampleNormal(m.create(new float[] {5, -5}), m.zeros(new Shape(2))).toFloatArray()).containsExactly(5,
          -5);
    }
  }

  @Test
  void drawsAreOfFloat32WhateverTheParametersAre() {
    try (NDManager m = seeded(ai.djl.Device.cpu())) {
      NDArray rates = m.create(new int[] {0, 50});
      NDArray wide = m.create(new double[] {0, 50});
      for (NDArray draw : List.of(m.samplePoisson(rates), m.samplePoisson(wide), m.sampleNormal(rates, rates),
          m.sampleNormal(wide, wide), m.sampleGamma(rates, m.ones(new Shape(2), DataType.INT32)),
          m.sampleGamma(wide, m.ones(new Shape(2), DataType.FLOAT64)))) {
        assertThat(draw.getDataType()).isEqualTo(DataType.FLOAT32);
        assertThat(draw.getFloat(0)).isZero();
        assertThat(draw.getFloat(1)).isNotZero();
      }
    }
  }

  @Test
  void refusesWhatThereIsNot() {
    try (NDManager m = seeded(ai.djl.Device.cpu())) {
      for (Runnable wrong : List.<Runnable>of(
          () -> m.randomUniform(2, 1, MANY),
          () -> m.randomUniform(0, 1, MANY, DataType.INT32),
          () -> m.randomUniform(Float.NaN, 1, MANY),
          () -> m.randomUniform(0, Float.POSITIVE_INFINITY, MANY),
          () -> m.randomUniform(0, 1e5f, MANY, DataType.FLOAT16),
          () -> m.randomNormal(Float.POSITIVE_INFINITY, 1, MANY, DataType.FLOAT32),
          () -> m.sampleNormal(m.create(new float[] {0}), m.create(new float[] {-1})),
          () -> m.sampleNormal(m.create(new float[] {0}), m.create(new float[] {Float.NaN})),
          () -> m.randomNormal(0, -1, MANY, DataType.FLOAT32),
          () -> m.truncatedNormal(0, Float.NaN, MANY, DataType.FLOAT32),
          () -> m.randomInteger(3, 3, MANY, DataType.INT32),
          () -> m.randomPermutation(-1),
          () -> m.samplePoisson(m.create(new float[] {-1})),
          () -> m.samplePoisson(m.create(new float[] {1}).toType(DataType.COMPLEX64, false)),
          () -> m.sampleGamma(m.create(new float[] {-1}), m.create(new float[] {1})),
          () -> m.sampleGamma(m.create(new float[] {1}), m.create(new float[] {0})),
          () -> m.sampleGamma(m.create(new float[] {1, 2}), m.create(new float[] {1})),
          () -> m.randomMultinomial(3, m.create(new float[] {0.9f, 0.9f, 0.1f})))) {
        assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }
}
