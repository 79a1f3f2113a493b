package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.device.ReferenceDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tape records, keeps and refuses. */
final class TapeTest {
  private final ReferenceDevice device = ReferenceDevice.named("cpu");

  @AfterEach
  void nothingIsLeft() {
    assertThat(device.stats().liveBuffers()).as("buffers left open").isZero();
  }

  private Tensor tensor(double... values) {
    return Tensor.of(device, DType.F64, Shape.of(values.length), values);
  }

  @Test
  void gradientsAddUpUntilTheyAreCleared() {
    try (Scope _ = Scope.open()) {
      Tensor w = tensor(2, 3).requireGradient();
      assertThat(w.hasGradient()).isFalse();
      for (int round = 1; round <= 2; round++) {
        try (Tape tape = Tape.open()) {
          tape.backward(w.square().sum());
        }
        assertThat(w.gradient().toDoubleArray()).containsExactly(4 * round, 6 * round);
      }
      w.clearGradient();
      assertThat(w.hasGradient()).isFalse();
      assertThatThrownBy(w::gradient).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no backward pass");
    }
  }

  @Test
  void aTargetNeedNotBeAScalar() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(2, 3).requireGradient();
      Tensor y = w.square();
      tape.backward(y);
      assertThat(w.gradient().toDoubleArray()).containsExactly(4, 6);
      tape.backward(y, tensor(10, 100));
      assertThat(w.gradient().toDoubleArray()).as("a second pass adds to the first").containsExactly(44, 606);
      assertThatThrownBy(() -> tape.backward(y, tensor(1, 2, 3))).hasMessageContaining("seed (3,) f64");
    }
  }

  @Test
  void closedTensorsAreDifferentiatedThrough() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(0.5, -1).requireGradient();
      Tensor x = tensor(3, 4);
      Tensor y;
      try (Tensor a = w.mul(x); Tensor b = a.tanh()) {
        b.evaluate();
        y = b.mul(b);
      }
      x.close();
      tape.backward(y);
      double[] expected = {2 * Math.tanh(1.5) * (1 - Math.pow(Math.tanh(1.5), 2)) * 3,
          2 * Math.tanh(-4) * (1 - Math.pow(Math.tanh(-4), 2)) * 4};
      assertThat(w.gradient().toDoubleArray()).containsExactly(expected, org.assertj.core.api.Assertions.within(1e-12));
    }
  }

  @Test
  void writingOverWhatAGradientNeedsIsRefused() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      Tensor x = tensor(3, 4);
      Tensor y = w.mul(x).evaluate();
      x.copyFrom(java.lang.foreign.MemorySegment.ofArray(new double[] {9, 9}));
      assertThatThrownBy(() -> tape.backward(y)).isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("backward of mul", "(2,) f64 on cpu", "overwritten in place");
      assertThat(w.hasGradient()).as("nothing half done").isFalse();
    }
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      Tensor x = tensor(3, 4);
      Tensor y = w.add(x).evaluate();
      x.copyFrom(java.lang.foreign.MemorySegment.ofArray(new double[] {9, 9}));
      tape.backward(y);
      assertThat(w.gradient().toDoubleArray()).as("a sum needs nothing of its terms").containsExactly(1, 1);
    }
  }

  @Test
  void writingThroughAViewIsSeen() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      Tensor x = tensor(3, 4);
      Tensor view = x.reshape(2, 1);
      Tensor y = w.mul(x).evaluate();
      view.copyFrom(java.lang.foreign.MemorySegment.ofArray(new double[] {9, 9}));
      assertThatThrownBy(() -> tape.backward(y)).hasMessageContaining("overwritten in place");
    }
  }

  @Test
  void assigningIsNoWriteInPlace() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      Tensor y = w.square();
      w.assign(tensor(7, 7));
      tape.backward(y);
      assertThat(w.gradient().toDoubleArray()).as("of the value that was used").containsExactly(2, 4);
      assertThat(w.toDoubleArray()).containsExactly(7, 7);
      assertThat(w.requiresGradient()).isTrue();
      assertThatThrownBy(() -> w.assign(tensor(1))).hasMessageContaining("assign: (2,) f64 cannot hold (1,) f64");
    }
  }

  @Test
  void whatIsNotAskedForIsNotRecorded() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor x = tensor(1, 2);
      assertThatThrownBy(() -> tape.backward(x.square())).isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("requireGradient()");
      Tensor w = tensor(1, 2).requireGradient();
      Tensor y = w.mul(w.detach());
      tape.backward(y);
      assertThat(w.gradient().toDoubleArray()).as("one factor is constant").containsExactly(1, 2);
      assertThatThrownBy(() -> Tensor.of(device, DType.I32, Shape.of(1), 3).requireGradient())
          .isInstanceOf(DTypeException.class);
    }
  }

  @Test
  void aTapeOnlyKnowsWhatWasComputedWhileItWasOpen() {
    try (Scope _ = Scope.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      Tensor before = w.square();
      Tape closed;
      try (Tape tape = Tape.open()) {
        closed = tape;
        assertThatThrownBy(() -> tape.backward(before)).hasMessageContaining("does not depend");
      }
      assertThatThrownBy(() -> closed.backward(before)).isInstanceOf(ClosedException.class);
    }
  }

  @Test
  void tapesNestAndCloseInOrder() {
    try (Scope _ = Scope.open(); Tape outer = Tape.open()) {
      Tensor w = tensor(3).requireGradient();
      Tensor y = w.square();
      try (Tape inner = Tape.open()) {
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.backward(w.mul(5));
      }
      outer.backward(y);
      assertThat(w.gradient().toDoubleArray()).containsExactly(11);
    }
  }

  /** Of a ReLU layer the output is kept, and the operands of the product; not what is between. */
  @Test
  void theLeastIsKept() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(4, 3), 1);
      Tensor w = Tensor.full(device, DType.F32, Shape.of(3, 5), 1).requireGradient();
      Tensor b = Tensor.full(device, DType.F32, Shape.of(5), 1).requireGradient();
      for (boolean relu : new boolean[] {true, false}) {
        long before = device.stats().liveBytes();
        try (Tape tape = Tape.open(); Scope _ = Scope.open()) {
          Tensor z = x.matMul(w).add(b);
          Tensor y = relu ? z.relu() : z.gelu();
          y.evaluate();
          assertThat(device.stats().liveBytes() - before).as("output, or pre-activation and output")
              .isEqualTo((relu ? 1 : 2) * 4L * 5 * Float.BYTES);
          tape.backward(y);
        }
        assertThat(device.stats().liveBytes() - before).as("gradients of w and b")
            .isEqualTo((3 * 5 + 5L) * Float.BYTES);
        w.clearGradient();
        b.clearGradient();
      }
    }
  }

  @Test
  void whatIsCheapIsComputedAgainInsteadOfKept() {
    try (Scope _ = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = Tensor.full(device, DType.F32, Shape.of(100), 0.3).requireGradient();
      long before = device.stats().liveBytes();
      Tensor y;
      try (Tensor z = w.mul(3); Tensor g = z.gelu()) {
        y = g.mul(2).evaluate();
      }
      assertThat(device.stats().liveBytes() - before).isEqualTo(100 * Float.BYTES);
      long launches = device.stats().launches();
      tape.backward(y);
      assertThat(device.stats().launches() - launches).as("one launch back").isEqualTo(1);
    }
  }

  @Test
  void leftOpenTensorsAreSeen() {
    long before = device.stats().liveBuffers();
    Tensor leak;
    try (Scope scope = Scope.open(); Tape tape = Tape.open()) {
      Tensor w = tensor(1, 2).requireGradient();
      leak = scope.keep(w.square().evaluate());
      tape.backward(leak);
    }
    assertThat(device.stats().liveBuffers() - before).as("a forgotten close shows in the count").isEqualTo(1);
    leak.close();
    assertThat(device.stats().liveBuffers() - before).isZero();
  }

  @Test
  void indicesAreCheckedBeforeTheyAreUsed() {
    try (Scope _ = Scope.open()) {
      Tensor logits = Tensor.full(device, DType.F32, Shape.of(2, 3), 0);
      Tensor labels = Tensor.of(device, DType.I64, Shape.of(2), 0, 3);
      assertThatThrownBy(() -> logits.crossEntropy(labels)).isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("crossEntropy: labels (2,) i64 must be from 0 to 2, but hold 3", "on cpu");
      assertThatThrownBy(() -> logits.gather(1, Tensor.of(device, DType.I32, Shape.of(1), -1)))
          .hasMessageContaining("must be from 0 to 2, but hold -1");
      Tensor computed = labels.cast(DType.I32);
      assertThatThrownBy(() -> logits.crossEntropy(computed)).as("also those that the device made")
          .hasMessageContaining("hold 3");
      labels.copyFrom(java.lang.foreign.MemorySegment.ofArray(new long[] {2, 1}));
      assertThat(logits.crossEntropy(labels).toFloatArray()[0]).as("the range is that of the new values")
          .isEqualTo((float) Math.log(3));
    }
  }

  @Test
  void mistakesAreNamed() {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.full(device, DType.F32, Shape.of(2, 3), 0);
      List<Runnable> mistakes =
          List.of(() -> x.sum(2), () -> x.sum(0, 0), () -> x.transpose(0, 0), () -> x.slice(1, 2, 4),
              () -> x.slice(1, 0, 3, 0), () -> x.select(0, 2), () -> x.pad(0, -3, 0, 0), () -> x.tile(2),
              () -> x.expandDims(4),
              () -> x.squeeze(0), () -> x.broadcastTo(Shape.of(2, 4)), () -> x.maxout(1, 2),
              () -> x.groupNorm(2, null, null),
              () -> x.norm(0.5, 0), () -> x.topK(1, 4), () -> x.cumSum(2), () -> x.maxPool2d(2, 2),
              () -> x.dropout(1.5, new dev.orthant.op.Philox(1, 1)),
              () -> Tensor.concat(0, List.of(x, x.reshape(3, 2))), () -> Tensor.concat(0, List.of()),
              () -> x.crossEntropy(x), () -> x.crossEntropyWith(x.reshape(3, 2)), () -> x.gather(0, x),
              () -> x.assign(x.reshape(6)));
      long launches = device.stats().launches();
      for (int i = 0; i < mistakes.size(); i++) {
        assertThatThrownBy(mistakes.get(i)::run).as("mistake %d", i).isInstanceOf(InvalidInputException.class)
            .hasMessageMatching("(?s)[a-zA-Z0-9]+: .*");
      }
      assertThat(device.stats().launches() - launches).as("nothing was launched").isZero();
    }
  }

  /**
   * Eight threads with a weight of their own and one in common, over many rounds: every term of every gradient arrives.
   */
  @Test
  void aTapeForAllRecordsEveryThread() throws Exception {
    int threads = 8;
    int rounds = 50;
    try (Scope _ = Scope.open(); ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      Tensor common = tensor(2, 3).requireGradient();
      for (int round = 1; round <= rounds; round++) {
        try (Tape _ = Tape.openForAll()) {
          assertThatThrownBy(Tape::openForAll).isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("already");
          List<Callable<double[]>> work = new ArrayList<>();
          for (int t = 0; t < threads; t++) {
            double x = t + 1;
            work.add(() -> ownGradient(common, x));
          }
          List<Future<double[]>> results = pool.invokeAll(work);
          for (int t = 0; t < threads; t++) {
            // ∂/∂own of Σ x·own·common is x·common.
            assertThat(results.get(t).get()).containsExactly(2 * (t + 1), 3 * (t + 1));
          }
        }
        // ∂/∂common is Σ x·own = 36·(5, 7) a round.
        assertThat(common.gradient().toDoubleArray()).as("round %d", round).containsExactly(180.0 * round,
            252.0 * round);
      }
      assertThat(Tape.isOpen()).isFalse();
    }
  }

  private double[] ownGradient(Tensor common, double x) {
    try (Scope _ = Scope.open()) {
      Tensor own = tensor(5, 7).requireGradient();
      Objects.requireNonNull(Tape.current()).backward(own.mul(common).mul(x).sum());
      return own.gradient().toDoubleArray();
    }
  }
}
