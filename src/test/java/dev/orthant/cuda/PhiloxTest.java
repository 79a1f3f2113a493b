package dev.orthant.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.cuda.compile.Compilers;
import dev.orthant.gpu.PhiloxWords;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;

/** The random generator's words as CUDA's compiler makes them. On the emulated driver. */
class PhiloxTest {
  private static final int CUDA = 13000;

  @Test
  void givesThePublishedWords() {
    Emulator.need();
    assertThat(Cuda.fault()).isNull();
    Cuda.check("cuInit", JCudaDriver.cuInit(0));
    try (CudaDriver driver = new CudaDriver(CudaInfo.read(0), "CUDA", Compilers.installed(CUDA))) {
      PhiloxWords.check(driver);
    }
  }
}
