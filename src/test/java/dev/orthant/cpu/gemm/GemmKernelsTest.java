package dev.orthant.cpu.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cpu.memory.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmKernelsTest {
  @ParameterizedTest
  @EnumSource(value = ElementType.class, names = {"F32", "F64"})
  void warmUpComesBack(ElementType element) {
    long start = System.nanoTime();
    GemmKernels.best(element).warmUp();
    GemmKernels.scalar(element).warmUp();
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "aarch64"})
  void tilesFitTheRegisters(String arch) {
    for (ElementType element : new ElementType[] {ElementType.F32, ElementType.F64}) {
      for (int bits : new int[] {128, 256, 512}) {
        RegisterTile tile = RegisterTile.of(element, bits, arch);
        int registers = bits == 512 || arch.equals("aarch64") ? 32 : 16;
        int lanes = bits / 8 / element.bytes();
        assertThat(tile.mr() * tile.nr() / lanes + RegisterTile.VECTORS + 1).as("%s", tile)
            .isLessThanOrEqualTo(registers);
        assertThat(tile.mc() % tile.mr()).isZero();
        assertThat(tile.nc() % tile.nr()).isZero();
        assertThat(tile.pinned()).isEqualTo(registers == 16);
      }
    }
  }

  /** Every half there is, through the packer's conversion: subnormals, infinities and NaN payloads too. */
  @ParameterizedTest
  @EnumSource(value = ElementType.class, names = {"F16", "BF16"})
  void halvesWidenExactly(ElementType storage) {
    PanelWriter writer = GemmKernels.best(ElementType.F32).writer();
    int width = 64;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment halves = arena.allocate(2 << 16, 64);
      MemorySegment floats = arena.allocate(4 << 16, 64);
      for (int i = 0; i < 1 << 16; i++) {
        halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
      }
      writer.copyRuns(storage, halves.address(), 2L * width, (1 << 16) / width, width, width, floats.address());
      for (int i = 0; i < 1 << 16; i++) {
        float expected = storage == ElementType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
        float got = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        if (Float.isNaN(expected)) {
          assertThat(got).as("half %04x", i).isNaN();
        } else {
          assertThat(Float.floatToRawIntBits(got)).as("half %04x", i).isEqualTo(Float.floatToRawIntBits(expected));
        }
      }
    }
  }

  /** The generated kernel and the scalar one do the same steps in the same order. */
  @Test
  void generatedKernelGivesTheBitsOfTheScalarOne() {
    for (ElementType element : new ElementType[] {ElementType.F32, ElementType.F64}) {
      GemmKernels best = GemmKernels.best(element);
      RegisterTile tile = best.tile();
      MicroKernel scalar = new ScalarMicroKernel(tile);
      int k = 20;
      try (Arena arena = Arena.ofConfined()) {
        Operand a = Operand.random(arena, element, 3 * tile.mr() * k, new java.util.Random(1));
        Operand b = Operand.random(arena, element, tile.nr() * k, new java.util.Random(2));
        long stride = (long) tile.nr() * element.bytes();
        IntStream.rangeClosed(0, 3 * tile.mr()).forEach(rows -> {
          MemorySegment c1 = Operand.poisoned(arena, element, 3L * tile.mr() * tile.nr());
          MemorySegment c2 = Operand.poisoned(arena, element, 3L * tile.mr() * tile.nr());
          best.micro().panel(rows, k, a.address(), b.address(), c1.address(), stride);
          scalar.panel(rows, k, a.address(), b.address(), c2.address(), stride);
          assertThat(c1.mismatch(c2)).as("%s, %d rows", tile, rows).isEqualTo(-1);
        });
      }
    }
  }
}
