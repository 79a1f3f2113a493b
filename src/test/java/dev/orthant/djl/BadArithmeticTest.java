package dev.orthant.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.ShapeException;
import java.nio.FloatBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A mistake in arithmetic, functions, reductions and sorting, made through DJL: what is thrown, and what its message
 * names.
 */
class BadArithmeticTest {
  private NDManager manager;
  private NDArray x;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "Orthant");
    x = manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static void refused(ThrowingCallable work, Class<? extends IllegalArgumentException> type, String... named) {
    assertThatThrownBy(work).isInstanceOf(type).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(named);
  }

  @Test
  void shapesThatDoNotBroadcast() {
    NDArray two = manager.create(new float[] {1, 2});
    refused(() -> x.add(two), ShapeException.class, "add", "(2, 3)", "(2,)", "cpu");
    refused(() -> x.mul(two), ShapeException.class, "mul", "(2, 3)", "cpu");
    refused(() -> x.gt(two), ShapeException.class, "gt", "(2, 3)", "cpu");
    refused(() -> x.logicalAnd(two), ShapeException.class, "logicalAnd", "(2, 3)", "cpu");
    refused(() -> x.addi(two), ShapeException.class, "add", "(2, 3)", "cpu");
    refused(() -> NDArrays.where(x.gt(0), x, two), ShapeException.class, "where", "(2, 3)", "cpu");
  }

  @Test
  void inPlaceOfASmallerOne() {
    NDArray row = manager.create(new float[] {1, 2, 3});
    refused(() -> row.addi(x), ShapeException.class, "(3)", "(2, 3)");
    assertThat(row.toFloatArray()).as("unchanged").containsExactly(1, 2, 3);
  }

  @Test
  void fractionsIntoWholeNumbers() {
    NDArray whole = manager.create(new int[] {1, 2, 3});
    refused(() -> whole.addi(0.5f), DTypeException.class, "addi", "float32", "i32", "(3,)", "cpu", "toType");
    refused(() -> whole.divi(2), DTypeException.class, "divi", "float32", "i32", "cpu");
    refused(() -> whole.muli(manager.create(2.0)), DTypeException.class, "muli", "float64", "i32");
    refused(() -> whole.gt(1).muli(3), DTypeException.class, "muli", "int32", "bool");
    assertThat(whole.toIntArray()).as("unchanged").containsExactly(1, 2, 3);
  }

  @Test
  void truthValues() {
    NDArray mask = x.gt(2);
    refused(() -> mask.sub(mask), DTypeException.class, "sub", "BOOLEAN", "logicalXor");
    refused(mask::neg, DTypeException.class, "neg", "boolean", "(2, 3)", "cpu", "toType");
    refused(mask::mean, DTypeException.class, "mean", "(2, 3) bool", "cpu", "toType");
    refused(() -> mask.softmax(0), DTypeException.class, "softmax", "(2, 3) bool", "cpu");
    refused(mask::floor, DTypeException.class, "floor", "boolean");
  }

  @Test
  void numbersOfOtherTypes() {
    refused(() -> x.add((short) 1), InvalidInputException.class, "java.lang.Short", "Integer");
    refused(() -> x.eq(java.math.BigDecimal.ONE), InvalidInputException.class, "BigDecimal");
  }

  @Test
  void axesThatAreNotThere() {
    refused(() -> x.sum(new int[] {2}), ShapeException.class, "sum", "[2]", "(2, 3) f32", "cpu");
    refused(() -> x.mean(new int[] {0, -2}), ShapeException.class, "mean", "[0, -2]", "cpu");
    refused(() -> x.max(new int[] {-3}), ShapeException.class, "max", "[-3]", "(2, 3)", "cpu");
    refused(() -> x.argMax(2), ShapeException.class, "argMax", "[2]", "(2, 3)", "cpu");
    refused(() -> x.softmax(2), ShapeException.class, "softmax", "[2]", "(2, 3)", "cpu");
    refused(() -> x.cumSum(5), ShapeException.class, "cumSum", "[5]", "(2, 3)", "cpu");
    refused(() -> x.median(new int[] {4}), ShapeException.class, "median", "[4]", "(2, 3)", "cpu");
    refused(() -> x.sort(3), ShapeException.class, "sort", "[3]", "(2, 3)", "cpu");
    refused(() -> x.topK(1, 2, true, true), ShapeException.class, "[2]", "(2, 3)", "cpu");
    refused(() -> x.norm(new int[] {0, 0}), ShapeException.class, "norm", "[0, 0]", "cpu");
  }

  @Test
  void nothingToChooseFrom() {
    NDArray none = manager.create(new Shape(0, 3));
    refused(none::max, ShapeException.class, "max", "(0, 3)", "cpu");
    refused(none::argMax, ShapeException.class, "argMax", "(0, 3)", "cpu");
    refused(() -> none.argMin(0), ShapeException.class, "argMin", "(0, 3)", "cpu");
    refused(() -> none.median(new int[] {0}), ShapeException.class, "median", "(0, 3)", "cpu");
    refused(() -> none.percentile(50, new int[] {0}), ShapeException.class, "percentile", "(0, 3)", "cpu");
  }

  @Test
  void limitsOfAnOperation() {
    refused(() -> x.topK(4, 1, true, true), ShapeException.class, "topK", "4", "(2, 3)", "cpu");
    refused(() -> x.percentile(101), InvalidInputException.class, "percentile", "101");
    refused(() -> manager.create(3f).unique(0, true, false, false), ShapeException.class, "unique", "cpu");
    refused(() -> manager.create(3f).xlogy(x), InvalidInputException.class, "xlogy", "(2, 3)");
  }

  @Test
  void complexNumbersHaveNoOrder() {
    NDArray complex = manager.create(FloatBuffer.wrap(new float[] {1, 2, 3, 4}), new Shape(2), DataType.COMPLEX64);
    refused(() -> complex.gt(complex), DTypeException.class, "gt", "COMPLEX64", "(2)", "cpu", "real()");
    refused(complex::floor, DTypeException.class, "floor", "COMPLEX64");
    refused(complex::sort, DTypeException.class, "sort", "COMPLEX64");
  }

  @Test
  void aParameterWrittenWhileGradientsAreCollected() {
    x.setRequiresGradient(true);
    try (GradientCollector collector = Engine.getEngine("Orthant").newGradientCollector()) {
      assertThatThrownBy(() -> x.addi(1)).isInstanceOf(EngineException.class)
          .hasMessageContainingAll("in place", "(2, 3)", "float32");
      collector.backward(x.sum());
    }
    assertThat(x.getGradient().toFloatArray()).containsOnly(1);
  }
}
