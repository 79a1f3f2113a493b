package dev.orthant.cuda;

import dev.orthant.cuda.compile.Compilers;
import dev.orthant.cuda.kernels.FastPaths;
import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider;
import dev.orthant.gpu.GpuDevice;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.NativeFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** Finds the devices of NVIDIA's driver: {@code cuda:0}, {@code cuda:1}, … in the order that the driver gives them. */
public final class CudaProvider implements DeviceProvider {
  private static final String KIND = "cuda";
  /** Before OpenCL, whose kernels for the same device have no matrix units. */
  private static final int PREFERENCE = 300;
  private static final int EMULATED_PREFERENCE = 40;

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public int preference(Device device) {
    return device.info().emulated() ? EMULATED_PREFERENCE : PREFERENCE;
  }

  @Override
  public Discovery discover() {
    List<Device> devices = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    NativeFault fault = Cuda.fault();
    if (fault != null) {
      problems.add(fault.cure().isEmpty() ? PciDevices.here().notLoaded(fault.reason())
          : new Problem(KIND, fault.reason(), fault.cure()));
      return new Discovery(devices, problems);
    }
    try {
      int count = count(problems);
      int version = cudaVersion();
      Compilers compilers = Compilers.installed(version);
      for (int i = 0; i < count; i++) {
        open(i, describe(version), compilers, devices, problems);
      }
    } catch (DriverException e) {
      problems.add(new Problem(KIND, String.valueOf(e.getMessage()), "restart the machine; update NVIDIA's driver"));
    }
    return new Discovery(devices, problems);
  }

  private static int count(List<Problem> problems) {
    int code = JCudaDriver.cuInit(0);
    int[] count = new int[1];
    if (code == CUresult.CUDA_SUCCESS) {
      code = JCudaDriver.cuDeviceGetCount(count);
    }
    if (code == CUresult.CUDA_SUCCESS && count[0] > 0) {
      return count[0];
    }
    int reason = code == CUresult.CUDA_SUCCESS ? CUresult.CUDA_ERROR_NO_DEVICE : code;
    problems.add(new Problem(KIND, reason == CUresult.CUDA_ERROR_NO_DEVICE
        ? "NVIDIA's driver is here, but no device (CUDA_ERROR_NO_DEVICE)"
        : "NVIDIA's driver does not start: " + Cuda.name(reason), cure(reason)));
    return 0;
  }

  /** What helps against a driver that does not start. */
  static String cure(int code) {
    return switch (code) {
      case CUresult.CUDA_ERROR_NO_DEVICE ->
          "check that `nvidia-smi` lists the device and that CUDA_VISIBLE_DEVICES does not"
              + " hide it; a container must be started with it (docker run --gpus all; NVIDIA_VISIBLE_DEVICES)";
      case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH -> "restart the machine: libcuda and the loaded kernel driver are"
          + " of different versions, as after an update";
      case CUresult.CUDA_ERROR_SYSTEM_NOT_READY ->
          "start NVIDIA's fabric manager (systemctl start nvidia-fabricmanager)";
      case CUresult.CUDA_ERROR_STUB_LIBRARY -> "take the CUDA toolkit's folder `stubs` out of LD_LIBRARY_PATH:"
          + " its libcuda is only for linking";
      case CUresult.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE -> "take the folder `compat` out of LD_LIBRARY_PATH:"
          + " forward compatibility is not for this device; or update NVIDIA's driver";
      default ->
          "run `nvidia-smi`; load the driver's modules (modprobe nvidia-uvm); restart the machine; update the driver";
    };
  }

  private static int cudaVersion() {
    int[] version = new int[1];
    Cuda.check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
    return version[0];
  }

  private static String describe(int version) {
    Optional<String> driver = CudaInfo.kernelDriver();
    return "CUDA " + version / 1000 + "." + version % 1000 / 10 + driver.map(d -> ", driver " + d).orElse("");
  }

  /** One device; whatever is wrong with it does not hide the others. */
  private static void open(int ordinal, String version, Compilers compilers, List<Device> devices,
      List<Problem> problems) {
    String subject = KIND + " device " + ordinal;
    try {
      CudaInfo found = CudaInfo.read(ordinal);
      subject = KIND + ": " + found.name();
      Optional<String> unfit = found.fault();
      if (unfit.isPresent()) {
        problems.add(new Problem(subject, unfit.get(), found.prohibited()
            ? "as its administrator, allow it: nvidia-smi -c 0"
            : "use it through OpenCL, which NVIDIA's driver brings along"));
        return;
      }
      CudaDriver driver = new CudaDriver(found, version, compilers);
      @Nullable String fault = driver.compilerFault();
      if (fault == null) {
        devices.add(new GpuDevice(KIND + ":" + devices.size(), driver, FastPaths.of(driver.limits())));
      } else {
        driver.close();
        problems.add(new Problem(subject, "there is nothing that it could run: " + fault, KernelLoader.CURE));
      }
    } catch (DriverException e) {
      problems.add(new Problem(subject, "it cannot be opened: " + e.getMessage(),
          "check with `nvidia-smi` that nobody holds it alone (compute mode) and that it has memory left; update its "
              + "driver"));
    }
  }
}
