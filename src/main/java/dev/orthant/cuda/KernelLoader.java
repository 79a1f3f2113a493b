package dev.orthant.cuda;

import dev.orthant.core.Setting;
import dev.orthant.cuda.compile.Compilers;
import dev.orthant.cuda.compile.Fatbin;
import dev.orthant.cuda.compile.KernelCache;
import dev.orthant.cuda.compile.Nvrtc;
import dev.orthant.cuda.compile.NvrtcTarget;
import dev.orthant.cuda.compile.SourceKey;
import dev.orthant.gpu.driver.DriverException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jcuda.Pointer;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * Makes kernels of texts: from the jar when it has that text compiled and the driver takes it, else from the cache on
 * disk, else by NVRTC.
 */
final class KernelLoader {
  /** The driver does not take this code, and may take other code of the same text. */
  private static final Set<Integer> REJECTED = Set.of(CUresult.CUDA_ERROR_INVALID_IMAGE,
      CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, CUresult.CUDA_ERROR_INVALID_PTX,
      CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND,
      CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, CUresult.CUDA_ERROR_JIT_COMPILATION_DISABLED,
      CUresult.CUDA_ERROR_INVALID_SOURCE);

  private static final int IMAGE_ALIGNMENT = 64;
  static final String CURE =
      "update NVIDIA's driver to 580 or newer, or install NVRTC (the package cuda-nvrtc of a CUDA"
          + " that this driver knows) where the dynamic linker finds it, or name it by " + Setting.NVRTC.flag()
          + "=FILE";

  private final CudaContext context;
  private final int capability;
  private final Compilers compilers;
  /** Modules of the jar, by file; each has many kernels. */
  private final Map<String, CUmodule> modules = new HashMap<>();
  /** Why the jar's kernels are not used, or null. */
  private final @Nullable String jarFault;
  /** Files of the jar that the driver does not take, and why: one may hold kernels that only newer GPUs can run. */
  private final Map<String, String> rejected = new HashMap<>();

  /** Tries whether the driver takes what is in the jar. */
  KernelLoader(CudaContext context, int capability, Compilers compilers) {
    this.context = context;
    this.capability = capability;
    this.compilers = compilers;
    Fatbin.Entry first = compilers.fatbin().first();
    if (first == null) {
      String fault = compilers.fatbinFault();
      this.jarFault = fault == null ? "none were compiled with this jar" : fault;
    } else {
      this.jarFault = fromJar(first) == null ? rejected.get(first.file()) : null;
    }
  }

  /** Why nothing can be compiled or loaded, or null when something can. */
  @Nullable
  String fault() {
    return jarFault == null || compilers.nvrtc().nvrtc() != null ? null
        : "kernels compiled with this jar: " + jarFault + "; NVRTC: " + compilers.nvrtc().fault();
  }

  /** Where kernels come from, in a few words. */
  String ways() {
    Nvrtc nvrtc = jarFault == null ? null : compilers.nvrtc().nvrtc();
    return jarFault == null ? "compiled with this jar, others by NVRTC"
        : nvrtc == null ? "none" : "NVRTC " + nvrtc.version();
  }

  /** What a user should know of it. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (jarFault == null && !compilers.mayHaveNvrtc()) {
      notes.add(
          "no NVRTC was found: activations of your own, and shapes that need a kernel of their own, cannot be "
              + "compiled; "
              + CURE);
    }
    compilers.cache().fault().ifPresent(notes::add);
    return notes;
  }

  /**
   * A kernel of that name in that text.
   *
   * @throws DriverException with the compiler's log, or with what was tried and the cure
   */
  CudaKernel load(String source, String name) {
    Fatbin.Entry entry = jarFault == null ? compilers.fatbin().find(source) : null;
    CUmodule shared = entry == null ? null : fromJar(entry);
    if (entry != null && shared != null) {
      return new CudaKernel(function(shared, entry.name()), null);
    }
    Nvrtc nvrtc = compilers.nvrtc().nvrtc();
    if (nvrtc == null) {
      throw new DriverException("kernel " + name + " cannot be compiled: "
          + (jarFault != null ? "kernels compiled with this jar: " + jarFault
              : entry == null ? "it is not among those of this jar"
                  : "its file in this jar: " + rejected.get(entry.file()))
          + "; NVRTC: " + compilers.nvrtc().fault() + "; cure: " + CURE, false);
    }
    return compiled(nvrtc, source, name);
  }

  private CudaKernel compiled(Nvrtc nvrtc, String source, String name) {
    NvrtcTarget target = nvrtc.target(capability);
    List<String> what = new ArrayList<>(List.of(source, nvrtc.identity()));
    what.addAll(Nvrtc.options(target));
    String key = SourceKey.of(what);
    KernelCache cache = compilers.cache();
    CUmodule module = new CUmodule();
    byte[] kept = cache.read(key);
    int code = kept == null ? CUresult.CUDA_ERROR_INVALID_IMAGE : load(module, kept);
    if (REJECTED.contains(code)) {
      byte[] image = nvrtc.compile(source, name, target);
      code = load(module, image);
      if (code == CUresult.CUDA_SUCCESS) {
        cache.write(key, image);
      } else if (REJECTED.contains(code)) {
        cache.remove(key);
        throw Cuda.failure("kernel " + name + ": the driver takes neither what was compiled with this jar ("
            + (jarFault == null ? "where it is not" : jarFault) + ") nor what NVRTC " + nvrtc.version() + " makes for "
            + target.architecture() + "; cure: " + CURE + "; cuModuleLoadDataEx", code);
      }
    }
    Cuda.check("cuModuleLoadDataEx of kernel " + name, code);
    try {
      return new CudaKernel(function(module, name), module);
    } catch (DriverException e) {
      unload(module);
      throw e;
    }
  }

  private static Handles.Function function(CUmodule module, String name) {
    Handles.Function function = new Handles.Function();
    Cuda.check("cuModuleGetFunction " + name, JCudaDriver.cuModuleGetFunction(function, module, name));
    return function;
  }

  /**
   * The module of a kernel of the jar; null when the driver does not take it, and then that file is not tried again.
   */
  private @Nullable CUmodule fromJar(Fatbin.Entry entry) {
    CUmodule known = modules.get(entry.file());
    if (known != null || rejected.containsKey(entry.file())) {
      return known;
    }
    try {
      CUmodule module = new CUmodule();
      int code = load(module, compilers.fatbin().read(entry.file()));
      if (REJECTED.contains(code)) {
        rejected.put(entry.file(), "this driver does not take them (" + Cuda.name(code) + ")");
        return null;
      }
      Cuda.check("cuModuleLoadDataEx of " + entry.file(), code);
      context.own("cuModuleUnload", () -> JCudaDriver.cuModuleUnload(module));
      modules.put(entry.file(), module);
      return module;
    } catch (IOException e) {
      rejected.put(entry.file(), e.toString());
      return null;
    }
  }

  private static int load(CUmodule module, byte[] image) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(image.length, IMAGE_ALIGNMENT).copyFrom(MemorySegment.ofArray(image));
      return JCudaDriver.cuModuleLoadDataEx(module, Pointer.to(copy.asByteBuffer()), 0, new int[0],
          Pointer.to(new int[0]));
    }
  }

  void release(CudaKernel kernel) {
    CUmodule module = kernel.module();
    if (module != null) {
      unload(module);
    }
  }

  private void unload(CUmodule module) {
    context.release("cuModuleUnload", () -> JCudaDriver.cuModuleUnload(module));
  }
}
