package dev.orthant.cpu.conv;

import dev.orthant.core.DType;
import dev.orthant.cpu.gemm.Gemm;
import dev.orthant.cpu.gemm.GemmKernels;
import dev.orthant.cpu.memory.ElementType;
import dev.orthant.cpu.memory.WorkerPool;

/** The matrix engines of one device, one for each compute type. */
public final class MatrixEngines {
  private final GemmKernels f32;
  private final GemmKernels f64;
  private final Gemm gemm32;
  private final Gemm gemm64;
  private final Convolution convolution32;
  private final Convolution convolution64;
  private final FilterGradient filterGradient32;
  private final FilterGradient filterGradient64;

  public MatrixEngines(boolean vectors, WorkerPool pool) {
    this.f32 = vectors ? GemmKernels.best(ElementType.F32) : GemmKernels.scalar(ElementType.F32);
    this.f64 = vectors ? GemmKernels.best(ElementType.F64) : GemmKernels.scalar(ElementType.F64);
    this.gemm32 = new Gemm(f32, pool);
    this.gemm64 = new Gemm(f64, pool);
    this.convolution32 = new Convolution(f32, pool);
    this.convolution64 = new Convolution(f64, pool);
    this.filterGradient32 = new FilterGradient(f32, pool);
    this.filterGradient64 = new FilterGradient(f64, pool);
  }

  /** The kernels that compute in F32 or F64. */
  public GemmKernels kernels(DType compute) {
    return compute == DType.F64 ? f64 : f32;
  }

  public Gemm gemm(DType compute) {
    return compute == DType.F64 ? gemm64 : gemm32;
  }

  public Convolution convolution(DType compute) {
    return compute == DType.F64 ? convolution64 : convolution32;
  }

  public FilterGradient filterGradient(DType compute) {
    return compute == DType.F64 ? filterGradient64 : filterGradient32;
  }
}
