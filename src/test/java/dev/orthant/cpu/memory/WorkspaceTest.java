package dev.orthant.cpu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.cpu.codegen.Formulas;
import dev.orthant.cpu.codegen.Loop;
import dev.orthant.cpu.codegen.LoopDriver;
import dev.orthant.cpu.codegen.LoopIr;
import dev.orthant.cpu.codegen.LoopSplitter;
import dev.orthant.cpu.codegen.LoopWriter;
import dev.orthant.cpu.codegen.Lowering;
import dev.orthant.cpu.codegen.VectorCompiler;
import dev.orthant.expr.Activations;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkspaceTest {
  private static final int COLUMNS = 2048;

  /** Nobody but the run of a kernel holds this workspace, and the kernel's loops know only addresses. */
  @Test
  void temporariesLiveAsLongAsTheLoopsThatUseThem() {
    boolean[] lived = new boolean[1];
    LoopDriver stepper = twoLoops((rows, columns, addresses, strides, scalars) -> {
      MemorySegment temporary = Raw.ALL.asSlice(addresses[2], 4096);
      temporary.fill((byte) 0x5A);
      collect();
      // What is freed is soon given to the next who asks for as much.
      try (Arena arena = Arena.ofConfined()) {
        for (int i = 0; i < 64; i++) {
          arena.allocate(4096L << i % 6, 64).fill((byte) 0x11);
        }
      }
      byte[] now = temporary.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      lived[0] = true;
      for (byte b : now) {
        lived[0] &= b == 0x5A;
      }
    });
    try (Arena arena = Arena.ofConfined()) {
      long x = arena.allocate(4L * COLUMNS, 64).address();
      long y = arena.allocate(4L * COLUMNS, 64).address();
      stepper.run(1, COLUMNS, new long[] {x, y}, new long[2], new double[0], Workspace::new);
    }
    assertThat(lived[0]).isTrue();
  }

  @Test
  void memoryGrowsAndIsAligned() {
    Workspace workspace = new Workspace();
    for (long bytes : new long[] {0, 1, 100, 64, 5000}) {
      workspace.lend(bytes, address -> {
        assertThat(address % 64).isZero();
        Raw.ALL.asSlice(address, bytes).fill((byte) 1);
      });
    }
  }

  /** A formula long enough to need temporaries, whose loops are replaced: {@code first}, then one that does nothing. */
  private static LoopDriver twoLoops(Loop first) {
    VectorCompiler.Key key = Formulas.key(Activations.MISH.slope(), DType.F32, 1);
    List<LoopWriter.Operand> operands =
        List.of(key.inputs().getFirst(), new LoopWriter.Operand(key.outputs().getFirst(), false));
    LoopIr dag = Lowering.lower(key.formulas(), key.compute(), List.of(ElementType.F32), key.outputs());
    LoopSplitter stages = new LoopSplitter(dag, operands, ElementType.F32, 16);
    assertThat(stages.operands()).hasSizeGreaterThan(operands.size());
    Loop nothing = (rows, columns, addresses, strides, scalars) -> {};
    return new LoopDriver(List.of(first, nothing), stages, operands.size(), 1, 1, DType.F32);
  }

  /** Until the collector and the Cleaner of segments have surely had their turn. */
  private static void collect() {
    WeakReference<Object> other = new WeakReference<>(new Object());
    for (int i = 0; i < 50 && (other.get() != null || i < 5); i++) {
      System.gc();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    assertThat(other.get()).as("collector did not run").isNull();
  }
}
