package dev.orthant.gpu;

import dev.orthant.core.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A kernel's parameters by name: from one list come both the declaration in its text and the values of a launch, so that the two
 * cannot disagree.
 */
final class Parameters {
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
  Parameters(boolean wide, DType compute) {
    this.wide = wide;
    this.compute = compute;
  }

  /** A tensor that is read: the call's input {@code index}. Returns its name. */
  String input(String name, DType type, int index) {
    return add("GLOBAL const " + storage(type) + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /** A tensor that is written: number {@code index}, counted from the first input. */
  String output(String name, DType type, int index) {
    return add("GLOBAL " + storage(type) + "* RESTRICT " + name, new Launch.Slot.Tensor(index), name);
  }

  /** Memory of {@code bytes} for numbers of the computing type that one launch of the call writes and a later one reads. */
  String scratch(String name, long bytes, boolean reads) {
    return add("GLOBAL " + (reads ? "const real" : "real") + "* RESTRICT " + name, new Launch.Slot.Scratch(bytes),
        name);
  }

  /** The C type of a type's storage. */
  static String storage(DType type) {
    return type == DType.BOOL ? "u8" : type.shortName();
  }

  /** An extent, stride or count. */
  String index(String name, long value) {
    GpuDriver.Argument argument =
        wide ? new GpuDriver.Argument.I64(value) : new GpuDriver.Argument.I32(Math.toIntExact(value));
    return add("const idx " + name, new Launch.Slot.Value(argument), name);
  }

  /** A number of a formula, rounded to the computing type. */
  String real(String name, double value) {
    GpuDriver.Argument argument =
        compute == DType.F64 ? new GpuDriver.Argument.F64(value) : new GpuDriver.Argument.F32((float) value);
    return add("const real " + name, new Launch.Slot.Value(argument), name);
  }

  private String add(String declaration, Launch.Slot slot, String name) {
    declarations.add(declaration);
    slots.add(slot);
    return name;
  }

  /** The text between the kernel's parentheses. */
  String declaration() {
    return String.join(", ", declarations);
  }

  List<Launch.Slot> slots() {
    return List.copyOf(slots);
  }
}
