package dev.orthant.opencl;

import dev.orthant.device.Device;
import dev.orthant.device.DeviceProvider;
import dev.orthant.gpu.GpuDevice;
import dev.orthant.gpu.driver.DriverException;
import dev.orthant.gpu.driver.NativeFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * Finds the devices of all OpenCL platforms: {@code opencl:0}, {@code opencl:1}, … in the order in which the ICD loader
 * has them.
 */
public final class OpenClProvider implements DeviceProvider {
  private static final String KIND = "opencl";
  private static final String INSTALL = "install the GPU maker's OpenCL driver, or PoCL for the CPU"
      + " (Debian and Ubuntu: apt-get install pocl-opencl-icd); `clinfo -l` then lists it";

  private final KernelChoice choice;

  /** For the service loader. */
  public OpenClProvider() {
    this(KernelChoice.fromSetting());
  }

  OpenClProvider(KernelChoice choice) {
    this.choice = choice;
  }

  @Override
  public String kind() {
    return KIND;
  }

  /** An OpenCL device that is the CPU is slower than our own. */
  @Override
  public int preference(Device device) {
    return device instanceof GpuDevice g && (g.limits().cpuLike() || g.info().emulated()) ? 50 : 200;
  }

  @Override
  public Discovery discover() {
    List<Device> devices = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    NativeFault fault = OpenCl.fault();
    if (fault != null) {
      problems.add(new Problem(KIND, fault.reason(), fault.cure().isEmpty()
          ? "install an ICD loader (Debian and Ubuntu: apt-get install ocl-icd-libopencl1) and " + INSTALL
          : fault.cure()));
      return new Discovery(devices, problems);
    }
    try {
      for (cl_platform_id platform : platforms()) {
        discover(platform, devices, problems);
      }
    } catch (CLException e) {
      problems.add(new Problem(KIND, e.getStatus() == OpenCl.NO_PLATFORM
          ? "there is an ICD loader but no platform (CL_PLATFORM_NOT_FOUND_KHR)"
          : "clGetPlatformIDs: " + OpenCl.name(e.getStatus()), INSTALL));
    }
    return new Discovery(devices, problems);
  }

  private static cl_platform_id[] platforms() {
    int[] count = new int[1];
    CL.clGetPlatformIDs(0, null, count);
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    if (platforms.length > 0) {
      CL.clGetPlatformIDs(platforms.length, platforms, null);
    }
    return platforms;
  }

  /** One platform's devices; whatever is wrong with it or with one of them does not hide the others. */
  private void discover(cl_platform_id platform, List<Device> devices, List<Problem> problems) {
    String name = "an OpenCL platform";
    try {
      name = ClInfo.text(platform, CL.CL_PLATFORM_NAME);
      Optional<String> signals = Pocl.signalNote(name);
      signals.ifPresent(note -> problems.add(new Problem(KIND, note, Pocl.CURE)));
      for (cl_device_id id : devices(platform)) {
        open(platform, name, id, devices, problems);
      }
    } catch (CLException e) {
      problems.add(new Problem(KIND, "platform " + name + ": " + (e.getStatus() == CL.CL_DEVICE_NOT_FOUND
          ? "has no device"
          : OpenCl.name(e.getStatus())),
          "check that the device is there and that this user may use it (groups render and video), and the driver's "
              + "version"));
    }
  }

  private static cl_device_id[] devices(cl_platform_id platform) {
    int[] count = new int[1];
    CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
    cl_device_id[] ids = new cl_device_id[count[0]];
    CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null);
    return ids;
  }

  private void open(cl_platform_id platform, String platformName, cl_device_id id, List<Device> devices,
      List<Problem> problems) {
    String subject = platformName;
    try {
      subject = ClInfo.text(id, CL.CL_DEVICE_NAME) + " (" + platformName + ")";
      Optional<String> fault = ClDevice.fault(id);
      if (fault.isPresent()) {
        problems.add(new Problem(KIND, subject + ": " + fault.get(), "update its driver"));
        return;
      }
      devices.add(new GpuDevice(KIND + ":" + devices.size(), new OpenClDriver(ClDevice.read(platform, id, choice))));
    } catch (CLException | DriverException e) {
      String reason = e instanceof CLException c ? OpenCl.name(c.getStatus()) : String.valueOf(e.getMessage());
      problems.add(new Problem(KIND, subject + " cannot be opened: " + reason,
          "check that no other process holds it and that this user may use it; update its driver"));
    }
  }
}
