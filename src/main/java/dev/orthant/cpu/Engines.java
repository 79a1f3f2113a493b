package dev.orthant.cpu;

import dev.orthant.core.DType;

/** The matrix engines of one device, one for each compute type. */
final class Engines {
  private final Kernels f32;
  private final Kernels f64;
  private final Gemm gemm32;
  private final Gemm gemm64;
  private final Convolution convolution32;
  private final Convolution convolution64;
  private final FilterGradient filterGradient32;
  private final FilterGradient filterGradient64;

  Engines(boolean vectors, WorkerPool pool) {
    this.f32 = vectors ? Kernels.best(Storage.F32) : Kernels.scalar(Storage.F32);
    this.f64 = vectors ? Kernels.best(Storage.F64) : Kernels.scalar(Storage.F64);
    this.gemm32 = new Gemm(f32, pool);
    this.gemm64 = new Gemm(f64, pool);
    this.convolution32 = new Convolution(f32, pool);
    this.convolution64 = new Convolution(f64, pool);
    this.filterGradient32 = new FilterGradient(f32, pool);
    this.filterGradient64 = new FilterGradient(f64, pool);
  }

  /** @param compute F32 or F64 */
  Kernels kernels(DType compute) {
    return compute == DType.F64 ? f64 : f32;
  }

  Gemm gemm(DType compute) {
    return compute == DType.F64 ? gemm64 : gemm32;
  }

  Convolution convolution(DType compute) {
    return compute == DType.F64 ? convolution64 : convolution32;
  }

  FilterGradient filterGradient(DType compute) {
    return compute == DType.F64 ? filterGradient64 : filterGradient32;
  }
}
