package dev.orthant.gpu.source;

import dev.orthant.core.DType;
import dev.orthant.gpu.driver.GpuDriver;
import dev.orthant.gpu.driver.Launch;
import dev.orthant.gpu.driver.TensorMap;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel's parameters by name: from one list come both the declaration in its text and the values of a launch, so
 * that the two cannot disagree.
 */
public final class KernelParameters {
  private final boolean wide;
  private final DType compute;
  private final List<String> declarations = new ArrayList<>();
  private final List<Launch.Slot> slots = new ArrayList<>();

  /**
   * No parameters yet.
   *
   * @param wide whether indices have 64 bits
   * @param compute the type of {@code real}
   */
  public KernelParameters(boolean wide, DType compute) {
    this.wide = wide;
    this.compute = compute;
  }

  /** A tensor that is read: the call's input {@code index}. Returns its name. */
  public String input(String name, DType type, int index) {
    return add("GLOBAL const " + storage(type) + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /** A tensor that is written: number {@code index}, counted from the first input. */
  public String output(String name, DType type, int index) {
    return add("GLOBAL " + storage(type) + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /** As {@link #input(String, DType, int)}, its elements seen as another C type of the same size. */
  public String input(String name, String storage, int index) {
    return add("GLOBAL const " + storage + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /** As {@link #output(String, DType, int)}, its elements seen as another C type of the same size. */
  public String output(String name, String storage, int index) {
    return add("GLOBAL " + storage + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /**
   * The call's tensor of that number as copies of whole boxes see it; the text's dialect must know {@code TENSOR_MAP}.
   */
  public String map(String name, int index, TensorMap map) {
    return add("TENSOR_MAP " + name, new Launch.Slot.Map(index, map), name);
  }

  /** Memory that the launches of a plan share: number {@code number} of it. */
  public String scratch(String name, String storage, int number, long bytes) {
    return add("GLOBAL " + storage + "* RESTRICT " + name, new Launch.Slot.Scratch(number, bytes), name);
  }

  /** A number of 64 bits. */
  public String wide(String name, long value) {
    return add("const i64 " + name, new Launch.Slot.Value(new GpuDriver.Argument.I64(value)), name);
  }

  /** As {@link #scratch(String, String, int, long)}, shared with the plan's other launches under its number. */
  public String scratch(String name, DType type, int index, long bytes, boolean written) {
    return scratch(name, (written ? "" : "const ") + storage(type), index, bytes);
  }

  /** The C type of a type's storage. */
  public static String storage(DType type) {
    return type == DType.BOOL ? "u8" : type.shortName();
  }

  /** An extent, stride or count. */
  public String index(String name, long value) {
    GpuDriver.Argument argument =
        wide ? new GpuDriver.Argument.I64(value) : new GpuDriver.Argument.I32(Math.toIntExact(value));
    return add("const idx " + name, new Launch.Slot.Value(argument), name);
  }

  /**
   * A number that depends on types and shapes only, rounded to the computing type; for the op's scalars see
   * {@link #scalar}.
   */
  public String real(String name, double value) {
    GpuDriver.Argument argument =
        compute == DType.F64 ? new GpuDriver.Argument.F64(value) : new GpuDriver.Argument.F32((float) value);
    return add("const real " + name, new Launch.Slot.Value(argument), name);
  }

  /** Number {@code index} of the op's scalars, rounded to the computing type: filled in at each launch. */
  public String scalar(String name, int index) {
    return add("const real " + name, new Launch.Slot.Scalar(index, compute), name);
  }

  /**
   * Sequence {@code index} of the op's noise: the parameters {@code seed} and {@code offset} with that number behind
   * them.
   */
  public void noise(int index) {
    add("const i64 seed" + index, new Launch.Slot.Seed(index), "seed");
    add("const i64 offset" + index, new Launch.Slot.Offset(index), "offset");
  }

  private String add(String declaration, Launch.Slot slot, String name) {
    declarations.add(declaration);
    slots.add(slot);
    return name;
  }

  /** The text between the kernel's parentheses. */
  public String declaration() {
    return String.join(", ", declarations);
  }

  public List<Launch.Slot> slots() {
    return List.copyOf(slots);
  }
}
