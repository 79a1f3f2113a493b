package dev.orthant.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** Reads what platforms and devices say of themselves. */
final class ClInfo {
  private ClInfo() {}

  static String text(cl_platform_id platform, int what) {
    long[] size = new long[1];
    CL.clGetPlatformInfo(platform, what, 0, null, size);
    byte[] bytes = new byte[Math.toIntExact(size[0])];
    CL.clGetPlatformInfo(platform, what, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  static String text(cl_device_id device, int what) {
    return text(bytes(device, what).array());
  }

  private static String text(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    // Some makers pad the names of their devices.
    return new String(bytes, 0, end, StandardCharsets.UTF_8).strip().replaceAll("\\s+", " ");
  }

  /** A number of 4 or 8 bytes: OpenCL's uint, ulong, size_t, bool and bit fields. */
  static long number(cl_device_id device, int what) {
    ByteBuffer value = bytes(device, what);
    return value.capacity() >= Long.BYTES ? value.getLong(0) : Integer.toUnsignedLong(value.getInt(0));
  }

  /** The first of several {@code size_t}. */
  static long firstSize(cl_device_id device, int what) {
    ByteBuffer value = bytes(device, what);
    return Sizeof.size_t == Long.BYTES ? value.getLong(0) : Integer.toUnsignedLong(value.getInt(0));
  }

  static boolean has(cl_device_id device, int what, long bit) {
    return (number(device, what) & bit) != 0;
  }

  private static ByteBuffer bytes(cl_device_id device, int what) {
    long[] size = new long[1];
    CL.clGetDeviceInfo(device, what, 0, null, size);
    byte[] bytes = new byte[Math.toIntExact(size[0])];
    CL.clGetDeviceInfo(device, what, bytes.length, Pointer.to(bytes), null);
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
