package dev.orthant.cpu.reduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.TensorSpec;
import dev.orthant.cpu.CpuDevice;
import dev.orthant.cpu.CpuSettings;
import dev.orthant.device.Buffer;
import dev.orthant.op.Call;
import dev.orthant.parity.Case;
import dev.orthant.parity.Catalogue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reductions on the CPU give the same bits however they are computed; that they are right the parity run proves. */
class ReduceTest {
  private static final long MEMORY = 1L << 30;
  private static final int SEED = 11;
  /** Elements of a case that is run eight times. */
  private static final long MOST = 1 << 20;
  private static final List<Case> CASES =
      Catalogue.all().stream().filter(c -> c.group().startsWith("reduce"))
          .filter(c -> c.inputs().getFirst().shape().elements() <= MOST).toList();

  /** The second device has no vectors and one thread; the first has warm vector code by the end of its rounds. */
  @Test
  void bitsDependOnNeitherThreadsNorVectors() {
    try (CpuDevice several = new CpuDevice(new CpuSettings(3, MEMORY, true));
        CpuDevice one = new CpuDevice(new CpuSettings(1, MEMORY, false))) {
      for (int round = 0; round < 2; round++) {
        for (Case c : CASES) {
          assertThat(run(several, c)).as("%s, seed %d", c.id(), SEED).isEqualTo(run(one, c));
        }
      }
    }
  }

  private static List<ByteBuffer> run(CpuDevice on, Case c) {
    Call call = Call.of(on.name(), c.op(), c.inputs());
    Random random = new Random(SEED);
    try (Arena arena = Arena.ofConfined()) {
      List<Buffer> in = new ArrayList<>();
      for (TensorSpec s : c.inputs()) {
        MemorySegment m = arena.allocate(Math.max(1, s.bytes()), 64).asSlice(0, s.bytes());
        for (long i = 0; i < s.shape().elements(); i++) {
          s.dtype().set(m, i, random.nextInt(5000) == 0 ? Double.NaN : 2 * random.nextGaussian());
        }
        in.add(on.allocate(s.bytes()));
        on.write(in.getLast(), 0, m);
      }
      List<Buffer> out = call.outputs().stream().map(s -> on.allocate(s.bytes())).toList();
      on.execute(call, in, out);
      List<ByteBuffer> results = new ArrayList<>();
      for (int i = 0; i < out.size(); i++) {
        MemorySegment m = arena.allocate(call.outputs().get(i).bytes());
        on.read(out.get(i), 0, m);
        results.add(ByteBuffer.wrap(m.toArray(ValueLayout.JAVA_BYTE)));
      }
      in.forEach(Buffer::close);
      out.forEach(Buffer::close);
      return results;
    }
  }
}
