package dev.orthant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.orthant.core.ClosedException;
import dev.orthant.core.DType;
import dev.orthant.core.DTypeException;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.OutOfDeviceMemoryException;
import dev.orthant.core.Shape;
import dev.orthant.core.ShapeException;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.Buffer;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceStats;
import dev.orthant.device.Devices;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.nn.Conv;
import dev.orthant.nn.Linear;
import dev.orthant.nn.Parameters;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Conv2dBackwardData;
import dev.orthant.op.Conv2dBackwardWeights;
import dev.orthant.op.Copy;
import dev.orthant.op.CumSum;
import dev.orthant.op.Epilogue;
import dev.orthant.op.Layout;
import dev.orthant.op.MatMul;
import dev.orthant.op.Op;
import dev.orthant.op.Philox;
import dev.orthant.op.Pointwise;
import dev.orthant.op.Pool2d;
import dev.orthant.op.Reduce;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Window;
import dev.orthant.optim.Clipping;
import dev.orthant.optim.Sgd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile arguments: each call ends with the error named beside it, before any work, and leaves nothing behind. */
final class ApiMisuseTest {
  private static final long MAX = Long.MAX_VALUE;
  private static final long MIN = Long.MIN_VALUE;
  private static final int INT = Integer.MAX_VALUE;
  private static final Class<ShapeException> SHAPE = ShapeException.class;
  private static final Class<DTypeException> TYPE = DTypeException.class;
  private static final Class<InvalidInputException> INPUT = InvalidInputException.class;
  private static final Class<ClosedException> CLOSED = ClosedException.class;
  private static final Class<OutOfDeviceMemoryException> MEMORY = OutOfDeviceMemoryException.class;
  private static final Class<NullPointerException> NULL = NullPointerException.class;

  /** A call and the error it ends with. */
  private record Misuse(String what, Class<? extends Throwable> error, ThrowingCallable call) {}

  private final List<Misuse> table = new ArrayList<>();

  private void wrong(String what, Class<? extends Throwable> error, ThrowingCallable call) {
    table.add(new Misuse(what, error, call));
  }

  static Stream<Device> devices() {
    return Devices.all().stream();
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void everyMisuseIsToldBeforeAnyWork(Device device) {
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.of(device, Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
      Tensor image = Tensor.full(device, DType.F32, Shape.of(1, 4, 5, 5), 1);
      Tensor whole = Tensor.of(device, DType.I32, Shape.of(2), 0, 5);
      Tensor closed = Tensor.full(device, DType.F32, Shape.of(2, 3), 1);
      closed.close();
      making(device);
      memory(device, x);
      moving(x, x.select(1, 0), whole);
      computing(x, x.slice(0, 0, 0), image, closed);
      training(device, x, x.reshape(3, 2), closed);
      DeviceStats before = device.stats();
      int size = scope.size();
      List<String> others = new ArrayList<>();
      for (Misuse m : table) {
        Throwable seen = catchThrowable(m.call);
        if (!m.error.isInstance(seen)) {
          others.add(m.what + ": expected " + m.error.getSimpleName() + ", got " + seen);
        }
      }
      assertThat(others).isEmpty();
      assertThat(device.stats().launches()).isEqualTo(before.launches());
      assertThat(device.stats().liveBytes()).isLessThanOrEqualTo(before.liveBytes());
      assertThat(scope.size()).as("tensors of the scope").isEqualTo(size);
      System.out.println(device.name() + ": " + table.size() + " misuses");
    }
  }

  private void making(Device device) {
    wrong("negative extent", SHAPE, () -> Shape.of(2, -1));
    wrong("too many elements", SHAPE, () -> Shape.of(1L << 32, 1L << 32));
    wrong("axis", SHAPE, () -> Shape.of(2).dim(INT));
    wrong("count", SHAPE, () -> Tensor.of(device, Shape.of(3), 1, 2));
    wrong("full of 2^56 elements", MEMORY, () -> Tensor.full(device, DType.F32, Shape.of(1L << 56), 0));
    wrong("full of 2^60 elements", MEMORY, () -> Tensor.full(device, DType.F32, Shape.of(1L << 59), 0));
    wrong("no such type", INPUT, () -> DType.named("f31"));
    wrong("no such device", INPUT, () -> Devices.named("tpu:0"));
    wrong("negative buffer", INPUT, () -> device.allocate(-1));
    wrong("buffer of all memory", MEMORY, () -> device.allocate(MAX));
    wrong("random of 2^58", MEMORY,
        () -> new RandomStream(1).uniform(device, DType.F32, Shape.of(1L << 58), 0, 1));
    wrong("random integers", TYPE, () -> new RandomStream(1).uniform(device, DType.I32, Shape.of(2), 0, 1));
    wrong("negative count", INPUT, () -> new RandomStream(1).take(-1));
    wrong("count of all", INPUT, () -> new RandomStream(1).take(MAX));
    wrong("null shape", NULL, () -> Tensor.full(device, DType.F32, none(), 0));
    wrong("null values", NULL, () -> Tensor.of(device, Shape.of(2), (float[]) none()));
  }

  private void memory(Device device, Tensor x) {
    Arena arena = Arena.ofConfined();
    MemorySegment gone = arena.allocate(24);
    arena.close();
    wrong("read into closed", CLOSED, () -> x.read(gone));
    wrong("read into small", SHAPE, () -> x.read(MemorySegment.ofArray(new byte[23])));
    wrong("read into large", SHAPE, () -> x.read(MemorySegment.ofArray(new byte[25])));
    wrong("read into read-only", INPUT, () -> x.read(MemorySegment.ofArray(new byte[24]).asReadOnly()));
    wrong("write from closed", CLOSED, () -> x.copyFrom(gone));
    wrong("write from small", SHAPE, () -> x.copyFrom(MemorySegment.ofArray(new byte[23])));
    wrong("make of closed", CLOSED, () -> Tensor.of(device, x.spec(), gone));
    wrong("make of small", SHAPE, () -> Tensor.of(device, x.spec(), MemorySegment.ofArray(new byte[8])));
    Buffer buffer = device.allocate(24);
    buffer.close();
    wrong("closed buffer", CLOSED, () -> device.read(buffer, 0, MemorySegment.ofArray(new byte[24])));
    wrong("offset overflows", INPUT, () -> device.write(own(device), MAX, MemorySegment.ofArray(new byte[8])));
    wrong("offset below", INPUT, () -> device.read(own(device), MIN, MemorySegment.ofArray(new byte[8])));
  }

  private static Buffer own(Device device) {
    Buffer b = device.allocate(64);
    b.close(); // what is refused first is the place
    try (Buffer open = device.allocate(64)) {
      return open.isClosed() ? b : open;
    }
  }

  private void moving(Tensor x, Tensor column, Tensor whole) {
    long[] zero = {0, 0};
    wrong("slice by 2^60", SHAPE, () -> x.slice(zero, new long[] {2, 3}, new long[] {1L << 60, 1}));
    wrong("slice by 2^62, 5 times", SHAPE, () -> x.slice(zero, new long[] {2, 5}, new long[] {1, 1L << 62}));
    wrong("slice by MIN", SHAPE, () -> x.slice(new long[] {1, 0}, new long[] {2, 1}, new long[] {MIN, 1}));
    wrong("slice count MAX", SHAPE, () -> x.slice(zero, new long[] {MAX, 1}, new long[] {1, 1}));
    wrong("slice count MAX by 2", SHAPE, () -> x.slice(zero, new long[] {MAX, 1}, new long[] {2, 1}));
    wrong("slice from MIN", SHAPE, () -> x.slice(new long[] {MIN, 0}, new long[] {1, 1}, new long[] {1, 1}));
    wrong("slice of other rank", SHAPE, () -> x.slice(new long[] {0}, new long[] {1}, new long[] {1}));
    wrong("slice to MAX", SHAPE, () -> x.slice(0, 0, MAX));
    wrong("slice MIN to MAX", SHAPE, () -> x.slice(0, MIN, MAX, 1));
    wrong("slice by 0", SHAPE, () -> x.slice(0, 0, 1, 0));
    wrong("select MAX", SHAPE, () -> x.select(0, MAX));
    wrong("select axis", SHAPE, () -> x.select(INT, 0));
    wrong("pad MAX MAX", SHAPE, () -> x.pad(0, MAX, MAX, 0));
    wrong("pad MIN MAX", SHAPE, () -> x.pad(0, MIN, MAX, 0));
    wrong("pad MAX/2", SHAPE, () -> x.pad(0, MAX / 2, MAX / 2 - 4, 0));
    wrong("pad MIN MIN", SHAPE, () -> x.pad(0, MIN, MIN, 0));
    wrong("pad of 2^56", MEMORY, () -> x.pad(1, 1L << 56, 0, 0));
    wrong("tile MAX", SHAPE, () -> x.tile(MAX, MAX));
    wrong("tile -1", SHAPE, () -> x.tile(-1, 1));
    wrong("split that wraps around", SHAPE, () -> x.split(1, MAX, MAX, 5));
    wrong("split negative", SHAPE, () -> x.split(1, -1, 4));
    wrong("flip twice the same", SHAPE, () -> x.flip(0, -2));
    wrong("transpose twice the same", SHAPE, () -> x.transpose(0, 0));
    wrong("reshape", SHAPE, () -> x.reshape(MAX, MAX));
    wrong("reshape -1", SHAPE, () -> x.reshape(-1, 6));
    wrong("expandDims", SHAPE, () -> x.expandDims(Integer.MIN_VALUE));
    wrong("squeeze", SHAPE, () -> x.squeeze(0));
    wrong("concat of none", INPUT, () -> Tensor.concat(0, List.of()));
    wrong("stack of none", INPUT, () -> Tensor.stack(0, List.of()));
    wrong("concat of types", TYPE, () -> Tensor.concat(0, List.of(whole, column)));
    wrong("gather out of range", INPUT, () -> x.gather(0, whole));
    wrong("gather by floats", TYPE, () -> x.gather(0, x));
    wrong("scatterAdd below", INPUT, () -> x.scatterAdd(0, -1, whole));
    wrong("scatterAdd axis", INPUT, () -> x.scatterAdd(INT, 9, whole));
    wrong("topK", SHAPE, () -> x.topK(0, MAX));
    wrong("cumSum axis", SHAPE, () -> x.cumSum(2));
    wrong("broadcast", SHAPE, () -> x.broadcastTo(Shape.of(3, 3)));
    wrong("null axis list", NULL, () -> x.flip((int[]) none()));
    wrong("null tensor", NULL, () -> Tensor.concat(0, Arrays.asList(x, none())));
  }

  private void computing(Tensor x, Tensor empty, Tensor image, Tensor closed) {
    Tensor filters = Tensor.full(x.device(), DType.F32, Shape.of(4, 4, 3, 3), 1);
    for (Misuse m : List.of(
        new Misuse("add", CLOSED, () -> closed.add(1)), new Misuse("add to", CLOSED, () -> x.add(closed)),
        new Misuse("sum", CLOSED, closed::sum), new Misuse("matMul", CLOSED, () -> x.matMul(closed)),
        new Misuse("reshape", CLOSED, () -> closed.reshape(6)), new Misuse("copy", CLOSED, closed::transpose),
        new Misuse("read", CLOSED, closed::toFloatArray), new Misuse("shape", CLOSED, closed::shape),
        new Misuse("assign", CLOSED, () -> x.assign(closed)), new Misuse("detach", CLOSED, closed::detach))) {
      wrong("closed: " + m.what, m.error, m.call);
    }
    wrong("add null", NULL, () -> x.add((Tensor) none()));
    wrong("other shape", SHAPE, () -> x.add(image));
    wrong("inner extents", SHAPE, () -> x.matMul(x));
    Tensor mask = x.gt(0);
    wrong("product of two masks", TYPE, () -> mask.matMul(mask, MatMul.PLAIN.rhsTransposed()));
    wrong("dropout NaN", INPUT, () -> x.dropout(Double.NaN, new Philox(1, 0)));
    wrong("input 7", INPUT, () -> x.apply("mine", Expr.input(7), List.of()));
    wrong("input -1", INPUT, () -> x.apply("mine", Expr.input(-1), List.of()));
    wrong("scalar 3 of 1", INPUT, () -> x.apply("mine", Expr.input(0).times(Expr.scalar(3)), List.of(), 1));
    wrong("parameters of an activation", INPUT, () -> x.activate(Activations.ELU, 1, 2, 3));
    wrong("applyAll without formulas", INPUT, () -> Tensor.applyAll("mine", List.of(), List.of(), List.of(x)));
    wrong("applyAll of input 2", INPUT,
        () -> Tensor.applyAll("mine", List.of(Expr.input(2)), List.of(DType.F32), List.of(x)));
    wrong("a stage that reads itself", INPUT, () -> Tensor.reduceAll("mine", new Reduce(List.of(0),
        List.of(new Reduce.Stage(Reduce.Kind.SUM, Reduce.stage(1, 0))),
        List.of(new Reduce.Result(Reduce.stage(1, 0), true, DType.F32)), 1, List.of()), List.of(x)));
    wrong("epilogue that reads too much", INPUT,
        () -> Call.of("cpu", MatMul.PLAIN.withEpilogue(new Epilogue(Expr.input(1), 0, List.of())),
            List.of(x.spec(), TensorSpec.of(DType.F32, 3, 2))));
    wrong("formula 20,000 deep", INPUT, () -> {
      Expr e = Expr.input(0);
      for (int i = 0; i < 20_000; i++) {
        e = e.sin();
      }
    });
    wrong("formula doubled 30 times", INPUT, () -> {
      Expr e = Expr.input(0);
      for (int i = 0; i < 30; i++) {
        e = e.plus(e);
      }
    });
    wrong("condition doubled 30 times", INPUT, () -> {
      var c = Expr.input(0).lt(1);
      for (int i = 0; i < 30; i++) {
        c = c.and(c).not();
      }
    });
    wrong("activation doubled 30 times", INPUT, () -> Activation.define("mine", v -> {
      Expr e = v;
      for (int i = 0; i < 30; i++) {
        e = e.times(e);
      }
      return e;
    }));
    wrong("sum axes", SHAPE, () -> x.sum(0, 0));
    wrong("sum axis", SHAPE, () -> x.sum(INT));
    wrong("norm 0", INPUT, () -> x.norm(0, 0));
    wrong("norm NaN", INPUT, () -> x.norm(Double.NaN, 0));
    wrong("softmax axis", SHAPE, () -> x.softmax(5));
    wrong("max of none", SHAPE, () -> empty.max(0));
    wrong("groups 0", SHAPE, () -> image.groupNorm(0, null, null));
    wrong("maxout 0", SHAPE, () -> x.maxout(1, 0));
    wrong("window 0", SHAPE, () -> image.maxPool2d(0, 1));
    wrong("stride 0", SHAPE, () -> image.maxPool2d(2, 0));
    wrong("window MAX", SHAPE, () -> image.maxPool2d(INT, 1));
    wrong("pool padded by MAX", SHAPE, () -> image.pool2d(new Pool2d(Pool2d.Kind.MAX, 2, 2,
        Window.UNIT.padding(INT, INT, INT, INT), Layout.NCHW, false, 0)));
    wrong("pool of MAX dilated by MAX", SHAPE, () -> image.pool2d(new Pool2d(Pool2d.Kind.MAX, INT, INT,
        Window.UNIT.padding(INT, INT, INT, INT).dilation(INT, INT), Layout.NCHW, false, 0)));
    wrong("conv of other rank", SHAPE, () -> image.conv2d(x, Conv2d.PLAIN));
    wrong("conv padded by MAX", INPUT,
        () -> image.conv2d(filters, Conv2d.stride(1).padding(INT)));
    wrong("conv negative padding", SHAPE, () -> image.conv2d(filters, Conv2d.stride(1).padding(-1)));
    wrong("conv groups 0", SHAPE, () -> image.conv2d(filters, Conv2d.PLAIN.groups(0)));
    wrong("conv groups MIN", SHAPE, () -> image.conv2d(filters, Conv2d.PLAIN.groups(Integer.MIN_VALUE)));
    wrong("transposed by stride MAX", INPUT, () -> image.convTranspose2d(filters, Conv2d.stride(INT), 0));
    wrong("transposed, dilation MIN", INPUT, () -> image.convTranspose2d(filters,
        Conv2d.PLAIN.dilation(Integer.MIN_VALUE, 1), 0));
    wrong("transposed, extra -1", SHAPE, () -> image.convTranspose2d(filters, Conv2d.PLAIN, -1));
  }

  private void training(Device device, Tensor x, Tensor turned, Tensor closed) {
    wrong("gradient of none", INPUT, x::gradient);
    wrong("backward of what is not recorded", INPUT, () -> {
      try (Tape tape = Tape.open()) {
        tape.backward(x);
      }
    });
    wrong("backward of a closed tape", CLOSED, () -> {
      Tape tape = Tape.open();
      tape.close();
      tape.backward(x);
    });
    wrong("backward of a closed tensor", CLOSED, () -> {
      try (Tape tape = Tape.open()) {
        tape.backward(closed);
      }
    });
    wrong("assign other shape", INPUT, () -> x.assign(turned));
    wrong("learning rate NaN", INPUT, () -> Sgd.DEFAULT.rate(Double.NaN).optimizer().step(List.of(x)));
    wrong("clipping below 0", INPUT, () -> Clipping.byGlobalNorm(List.of(x), -1));
    wrong("linear of 0", INPUT, () -> Linear.of(Parameters.on(device, 1), -1, 3));
    wrong("linear of MAX", INPUT, () -> Linear.of(Parameters.on(device, 1), MAX, MAX));
    wrong("conv of groups", INPUT, () -> Conv.of(Parameters.on(device, 1), 3, 4, 3, Conv2d.PLAIN.groups(2)));
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what is handed over is meant to be wrong
  private static <T> T none() {
    return null;
  }

  /** infer is the only validator: none of these may wrap around. */
  @Test
  void inferIsExact() {
    TensorSpec x = TensorSpec.of(DType.F32, 4, 4);
    TensorSpec none = TensorSpec.of(DType.F32, 0, 1L << 59);
    TensorSpec image = TensorSpec.of(DType.F32, 1, 2, 4, 4);
    TensorSpec thin = TensorSpec.of(DType.F32, 0, 2, MAX, MAX);
    refused(new Copy(List.of(new Copy.Axis(4, 0, 0, 1L << 61, 1), Copy.Axis.all(4, 1)), 0), x);
    refused(new Copy(List.of(new Copy.Axis(4, 0, MIN, 1, 1), Copy.Axis.all(4, 1)), 0), x);
    refused(new Copy(List.of(new Copy.Axis(4, 0, 0, 1, MAX), Copy.Axis.all(4, 1)), 0), x);
    refused(new Copy(List.of(new Copy.Axis(MAX, 0, 0, 1, 1), Copy.Axis.all(4, 1)), 0), x);
    refused(new dev.orthant.op.Concat(1), TensorSpec.of(DType.F32, 0, MAX), TensorSpec.of(DType.F32, 0, MAX));
    refused(new Pool2d(Pool2d.Kind.MAX, 2, 2, Window.UNIT, Layout.NCHW, false, 0), thin);
    refused(new Pool2d(Pool2d.Kind.MAX, 2, 2, Window.UNIT.padding(INT, INT, INT, INT), Layout.NCHW, false, 0), image);
    refused(new Pool2d(Pool2d.Kind.MAX, INT, INT, Window.UNIT.dilation(INT, INT), Layout.NCHW, false, 0), image);
    refused(Conv2d.PLAIN, thin, TensorSpec.of(DType.F32, 1, 2, 1, 1));
    refused(Conv2d.PLAIN, image, TensorSpec.of(DType.F32, 0, 2, MAX, MAX));
    refused(Conv2d.PLAIN.groups(INT), image, TensorSpec.of(DType.F32, 2, 2, 1, 1));
    refused(new Conv2dBackwardData(Conv2d.PLAIN.groups(INT), 4, 4, Epilogue.NONE), image,
        TensorSpec.of(DType.F32, 0, MAX / 2, 1, 1));
    refused(new Conv2dBackwardData(Conv2d.PLAIN, MAX, MAX, Epilogue.NONE), image,
        TensorSpec.of(DType.F32, 2, 2, 1, 1));
    refused(new Conv2dBackwardWeights(Conv2d.PLAIN, MAX, MAX, Epilogue.NONE), image, image);
    refused(new ScatterAdd(0, false, MAX), x, TensorSpec.of(DType.I32, 4));
    refused(new CumSum(INT, false, false), x);
    refused(new Reduce(List.of(0, 0), List.of(), List.of(), 1, List.of()), x);
    refused(MatMul.PLAIN, TensorSpec.of(DType.F32, 1L << 59, 0), none);
    refused(Pointwise.of(Expr.input(0), 1, 1), x, x);
  }

  private static void refused(Op op, TensorSpec... inputs) {
    assertThatThrownBy(() -> Call.of("cpu", op, List.of(inputs))).as(op + " of " + Arrays.toString(inputs))
        .isInstanceOf(InvalidInputException.class);
  }

  /** What is asked of every window is asked of each, one by one. */
  @Test
  void aWindowInThePaddingIsFound() {
    for (int extent = 1; extent < 6; extent++) {
      for (int size = 1; size < 4; size++) {
        for (int stride = 1; stride < 4; stride++) {
          for (int dilation = 1; dilation < 5; dilation++) {
            for (int pad = 0; pad < 6; pad++) {
              TensorSpec x = TensorSpec.of(DType.F32, 1, 1, extent, 1);
              Pool2d op = new Pool2d(Pool2d.Kind.MAX, size, 1,
                  Window.UNIT.stride(stride, 1).padding(pad, 0, 2, 0).dilation(dilation, 1), Layout.NCHW, false, 0);
              long outputs = op.window().outputHeight(extent, size);
              boolean fits = outputs >= 1;
              for (long o = 0; fits && o < outputs; o++) {
                long[] touched = new long[1];
                op.elements(x, o, i -> touched[0]++);
                fits = touched[0] > 0;
              }
              if (fits) {
                assertThat(op.infer(List.of(x))).hasSize(1);
              } else {
                refused(op, x);
              }
            }
          }
        }
      }
    }
  }

  /** The largest formulas that are allowed are computed. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("devices")
  void largeFormulasAreComputed(Device device) {
    try (Scope _ = Scope.open()) {
      Tensor x = Tensor.of(device, Shape.of(3), 1, 2, 3);
      Expr deep = Expr.input(0);
      for (int i = 0; i < 200; i++) {
        deep = deep.plus(Expr.scalar(0));
      }
      assertThat(x.apply("deep", deep, List.of(), 1).toFloatArray()).containsExactly(201, 202, 203);
      Expr wide = Expr.input(0);
      for (int i = 0; i < 10; i++) {
        wide = wide.plus(wide);
      }
      assertThat(x.apply("wide", wide, List.of()).toFloatArray()).containsExactly(1024, 2048, 3072);
    }
  }
}
