package dev.orthant.cpu.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.LoopWriter.Operand;
import dev.orthant.cpu.memory.ElementTypes;
import dev.orthant.cpu.memory.Workspace;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.expr.Operator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorCompilerTest {
  private static final int MANY = 1000;
  private static final Expr X = Expr.input(0);

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void everyFunctionStaysWithinItsBound(DType type) {
    for (Function f : Function.values()) {
      Formulas.check(f.name(), X.apply(f), type, 1, MANY, 11);
      Formulas.check(f.name() + "'", X.apply(f).derivative(0), type, 1, MANY, 12);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void everyOperatorStaysWithinItsBound(DType type) {
    for (Operator o : Operator.values()) {
      Formulas.check(o.name(), new Expr.Binary(o, X, Expr.input(1)), type, 2, 4 * MANY, 21);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void everyActivationAndItsDerivativesStayWithinTheirBounds(DType type) {
    for (Activation a : Activations.all()) {
      int inputs = 1 + a.parameters().size();
      Formulas.check(a.name(), a.value(), type, inputs, MANY, 31);
      Formulas.check(a.name() + "'", a.slope(), type, inputs, MANY, 32);
      for (int p = 0; p < a.parameters().size(); p++) {
        Formulas.check(a.name() + "'" + p, a.slopeByParameter(p), type, inputs, MANY, 33);
      }
      a.slopeByOutput().ifPresent(s -> Formulas.check(a.name() + "'(y)", s, type, inputs, MANY, 34));
    }
  }

  /** The whole range of floats, by steps that miss no binade. */
  @Test
  void ownFunctionsAreRightEverywhere() {
    for (Function f : List.of(Function.EXP, Function.EXPM1, Function.LOG, Function.LOG1P, Function.TANH, Function.ERF,
        Function.FLOOR, Function.CEIL, Function.RINT, Function.TRUNC, Function.SQRT)) {
      VectorCompiler.Key key = Formulas.key(X.apply(f), DType.F32, 1);
      int step = 4001;
      int count = (int) ((1L << 32) / step);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment x = arena.allocate(4L * count, 64);
        for (int i = 0; i < count; i++) {
          x.setAtIndex(ValueLayout.JAVA_INT, i, i * step);
        }
        MemorySegment y = Formulas.run(VectorCompiler.scalar(key), DType.F32, new MemorySegment[] {x}, count, arena);
        for (int i = 0; i < count; i++) {
          float at = x.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          double truth = f.applyAsDouble(at);
          float got = y.getAtIndex(ValueLayout.JAVA_FLOAT, i);
          double bound = f.ulps() * Math.ulp((float) truth);
          boolean ok = Double.isNaN(truth) ? Float.isNaN(got)
              : got == (float) truth || Math.abs(got - truth) <= bound;
          if (!ok) {
            fail(f + "(" + at + ") = " + got + ", expected " + truth);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void bitsDependNeitherOnTheLengthNorOnThePosition(DType type) {
    long seed = 41;
    for (Expr f : List.of(Activations.GELU.value(), Activations.MISH.slope(), X.relu())) {
      VectorCompiler.Key key = Formulas.key(f, type, 1);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment x = Formulas.numbers(type, MANY, 0, new Random(seed), arena);
        for (LoopDriver code : List.of(VectorCompiler.scalar(key), VectorCompiler.vector(key))) {
          MemorySegment whole = Formulas.run(code, type, new MemorySegment[] {x}, MANY, arena);
          for (int n = 1; n <= 67; n++) {
            for (int from : new int[] {0, 1, 3, 200 + n}) {
              long bytes = (long) n * type.size();
              MemorySegment part = x.asSlice((long) from * type.size(), bytes);
              MemorySegment y = Formulas.run(code, type, new MemorySegment[] {part}, n, arena);
              assertThat(y.asSlice(0, bytes).mismatch(whole.asSlice((long) from * type.size(), bytes)))
                  .as("%s, %d elements from %d, seed %d", type, n, from, seed).isEqualTo(-1);
            }
          }
        }
      }
    }
  }

  /** y = x·row + column + number with every pattern of strides, over rows longer than the data. */
  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void operandsMayBeConstantAlongRowsAndColumns(DType type) {
    Expr f = X.times(Expr.input(1)).plus(Expr.input(2)).plus(Expr.scalar(0));
    Operand along = new Operand(ElementTypes.of(type), false);
    Operand constant = new Operand(ElementTypes.of(type), true);
    VectorCompiler.Key key =
        new VectorCompiler.Key(List.of(f, f.neg()), type.compute(), List.of(along, along, constant),
            List.of(along.storage(), along.storage()));
    int rows = 70;
    for (int columns : new int[] {1, 3, 7, 8, 9, 31, 64, 67}) {
      try (Arena arena = Arena.ofConfined()) {
        Random random = new Random(51);
        int pad = 5;
        long stride = (long) (columns + pad) * type.size();
        MemorySegment x = arena.allocate(stride * rows, 64);
        for (long i = 0; i < (long) rows * (columns + pad); i++) {
          type.set(x, i, random.nextGaussian());
        }
        MemorySegment row = Formulas.numbers(type, columns, 1, random, arena);
        MemorySegment column = Formulas.numbers(type, rows, 2, random, arena);
        List<byte[]> results = new ArrayList<>();
        for (LoopDriver code : List.of(VectorCompiler.scalar(key), VectorCompiler.vector(key))) {
          MemorySegment y = arena.allocate(stride * rows, 64);
          MemorySegment z = arena.allocate(stride * rows, 64);
          code.run(rows, columns,
              new long[] {x.address(), row.address(), column.address(), y.address(), z.address()},
              new long[] {stride, 0, type.size(), stride, stride}, new double[] {0.75}, Workspace::new);
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              long at = (long) i * (columns + pad) + j;
              double[] in = {type.get(x, at), type.get(row, j), type.get(column, i)};
              double want = f.evaluate(in, new double[] {0.75});
              double bound = 4 * type.unitRoundoff() * (Math.abs(in[0] * in[1]) + Math.abs(in[2]) + 1);
              if (!(Math.abs(type.get(y, at) - want) <= bound)) {
                fail("%s: got %s, expected %s", type, type.get(y, at), want);
              }
              assertThat(type.get(z, at)).isEqualTo(-type.get(y, at));
            }
            for (long at = (long) i * (columns + pad) + columns; at < (long) (i + 1) * (columns + pad); at++) {
              assertThat(type.get(y, at)).as("between the rows").isZero();
            }
          }
          results.add(y.toArray(ValueLayout.JAVA_BYTE));
        }
        assertThat(Arrays.equals(results.get(0), results.get(1))).as("%s, %d columns", type, columns).isTrue();
      }
    }
  }

  /** A formula of hundreds of operations is cut into stages, which must not show. */
  @Test
  void longFormulasGiveTheSameBits() {
    Expr f = X;
    for (int i = 1; i <= 12; i++) {
      f = f.abs().log1p().minus(Expr.input(1).times(0.1 * i).tanh()).plus(X.sin());
    }
    Formulas.check("long", f, DType.F32, 2, 2500, 61);
    Formulas.check("long", f, DType.F64, 2, 2500, 62);
  }

  @Test
  void equalRequestsShareAKernelAndVectorCodeTakesOver() {
    try (VectorCompiler compiler = new VectorCompiler(true)) {
      Kernel kernel = compiler.kernel(Formulas.key(X.sigmoid(), DType.F32, 1));
      assertThat(compiler.kernel(Formulas.key(Expr.input(0).sigmoid(), DType.F32, 1))).isSameAs(kernel);
      assertThat(kernel.usesVectors()).isFalse();
      assertThat(compiler.warmUpNow(kernel)).isTrue();
      assertThat(kernel.usesVectors()).isTrue();
    }
  }
}
