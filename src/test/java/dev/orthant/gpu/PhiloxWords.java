package dev.orthant.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.Grid;
import dev.orthant.gpu.source.KernelSource;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * {@code kernels/philox.h} as a driver's compiler makes it, on the vectors that come with Random123: kat_vectors,
 * philox4x32 10.
 */
public final class PhiloxWords {
  /** Counter of four words, key of two, and the four words of the answer. */
  private static final int[][] KNOWN = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {-1, -1, -1, -1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
          0x24126ea1}};
  private static final String KERNEL = """
      KERNEL(1) void words(GLOBAL const u32* RESTRICT in, GLOBAL u32* RESTRICT out) {
        u32 c0 = in[0], c1 = in[1], c2 = in[2], c3 = in[3];
        const i64 seed = (i64)((u64)in[5] << 32 | in[4]);
        PHILOX(seed, c0, c1, c2, c3)
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
      }
      """;

  private PhiloxWords() {}

  /** Fails unless the published words come out. */
  public static void check(GpuDriver driver) {
    String source =
        new KernelSource(new KernelSource.Files()).compose(List.of(), driver.dialect(), List.of("philox.h")) + KERNEL;
    GpuDriver.Kernel kernel = driver.build(source, "words");
    GpuDriver.Memory in = java.util.Objects.requireNonNull(driver.allocate(6 * Integer.BYTES));
    GpuDriver.Memory out = java.util.Objects.requireNonNull(driver.allocate(4 * Integer.BYTES));
    try (Arena arena = Arena.ofConfined()) {
      for (int[] known : KNOWN) {
        driver.write(in, 0, arena.allocateFrom(ValueLayout.JAVA_INT, java.util.Arrays.copyOf(known, 6)));
        driver.launch(kernel, Grid.of(1, 1),
            List.of(new GpuDriver.Argument.Pointer(in), new GpuDriver.Argument.Pointer(out)));
        MemorySegment words = arena.allocate(4 * Integer.BYTES, Integer.BYTES);
        driver.read(out, 0, words);
        assertThat(words.toArray(ValueLayout.JAVA_INT)).as(driver.info().description())
            .containsExactly(java.util.Arrays.copyOfRange(known, 6, 10));
      }
    } finally {
      driver.free(in);
      driver.free(out);
      driver.release(kernel);
    }
  }
}
