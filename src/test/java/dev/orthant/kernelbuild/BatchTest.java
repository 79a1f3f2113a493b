package dev.orthant.kernelbuild;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.gpu.driver.MatrixUnits;
import dev.orthant.gpu.plan.KernelTexts.Text;
import dev.orthant.op.Call;
import dev.orthant.op.Epilogue;
import dev.orthant.op.MatMul;
import dev.orthant.op.Pointwise;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is compiled ahead of time, and how the compiler's report is read. */
class BatchTest {
  @Test
  void everyActivationIsCompiledAloneAndBehindAProduct() {
    Set<Call> calls = KernelSelection.all().calls();
    for (Activation f : Activations.all()) {
      Pointwise alone = Pointwise.of(f);
      assertThat(calls).as(f.name()).anyMatch(c -> c.op().equals(alone));
      Epilogue behind = Epilogue.NONE.plusOperand().activation(f);
      assertThat(calls).as(f.name()).anyMatch(c -> c.op() instanceof MatMul m && m.epilogue().equals(behind));
    }
    // A training step of the networks: products of the backward pass, losses, updates.
    assertThat(calls.stream().map(c -> c.op().name()).distinct()).contains("matmul", "conv2d", "pointwise", "reduce",
        "pool2d", "pool2d_backward", "conv2d_backward_weights", "conv2d_backward_data", "random");
  }

  @Test
  void aBatchHoldsTextsOfOneKindUnderTheirOwnNames() {
    Text a = new Text("#define X 1\n  # define Y(v) v\nKERNEL(1) void gemm() {}\n", "gemm", MatrixUnits.NONE, "");
    Text b = new Text("#define X 2\nKERNEL(1) void gemm() {}\n", "gemm", MatrixUnits.NONE, "");
    Text mma = new Text("KERNEL(1) void gemm() {} // mma", "gemm", MatrixUnits.MMA_SYNC, "mma.sync");
    List<Batch> batches = Batch.of(List.of(mma, a, b));
    assertThat(batches).extracting(Batch::name).containsExactly("gemm-0", "mma_sync-gemm-0");
    assertThat(batches.getFirst().texts()).containsExactly(a, b);
    String source = batches.getFirst().source();
    assertThat(Batch.entry(a)).matches("k_[0-9a-f]{16}").isNotEqualTo(Batch.entry(b));
    assertThat(source).contains("#define gemm " + Batch.entry(a), "#undef X\n#undef Y\n}");
  }

  @Test
  void namesOfAllBatchesAndEntriesDiffer() {
    List<Batch> batches = Batch.of(KernelBuild.texts());
    assertThat(batches).extracting(Batch::name).doesNotHaveDuplicates();
    assertThat(batches.getFirst().needs()).isEqualTo(MatrixUnits.NONE);
    Set<String> entries = new HashSet<>();
    batches.stream().flatMap(b -> b.texts().stream()).forEach(t -> assertThat(entries.add(Batch.entry(t))).isTrue());
  }

  @Test
  void theAssemblersReportIsRead() {
    String log = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'k_1' for 'sm_90a'
        ptxas info    : Function properties for k_1
            16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads
        ptxas info    : Used 168 registers, used 1 barriers
        ptxas info    : Compiling entry function 'k_2' for 'sm_80'
            0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 32 registers
        ptxas info    : (C7510) Potential Performance Loss: wgmma.mma_async instructions are serialized
        """;
    assertThat(Ptxas.read(log)).containsExactly(new Ptxas("k_1", "sm_90a", 168, 20, 16),
        new Ptxas("k_2", "sm_80", 32, 0, 0));
    assertThat(Ptxas.warnings(log)).hasSize(1).first().asString().contains("serialized");
    assertThat(Stream.of(MatrixUnits.values()).map(Nvcc::options)).allMatch(o -> o.contains("-gencode"));
  }
}
