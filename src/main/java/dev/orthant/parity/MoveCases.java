package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Cast;
import dev.orthant.op.Concat;
import dev.orthant.op.Copy;
import dev.orthant.op.Copy.Axis;
import dev.orthant.op.Gather;
import dev.orthant.op.Op;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Moving elements: every way to walk, every size of an element; then ops that convert, add up and sort. */
final class MoveCases {
  private static final int[][] PERMUTATIONS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

  private MoveCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>(copies(DType.F32));
    for (DType type : DType.values()) {
      cases.addAll(typical(type));
      cases.addAll(gathers(type));
      cases.addAll(casts(type));
    }
    cases.addAll(concats(DType.F32));
    return cases;
  }

  static List<Case> quick() {
    List<Case> cases = new ArrayList<>(copies(DType.F32));
    cases.addAll(concats(DType.F32));
    for (DType type : List.of(DType.F32, DType.BF16, DType.I32, DType.BOOL)) {
      cases.addAll(gathers(type));
    }
    cases.addAll(casts(DType.F32));
    return cases;
  }

  private static Case of(String what, Op op, Data data, TensorSpec... inputs) {
    return new Case(op.name() + "/" + what + "/" + inputs[0].dtype(), op.name(), op, List.of(inputs), data);
  }

  /** One of each kind, for every type, wide integers and NaN included. */
  private static List<Case> typical(DType type) {
    List<Case> cases = new ArrayList<>();
    cases.add(of("special", transpose(new long[] {3, 11, 7}, 2, 1, 0), Data.SPECIAL, spec(type, 3, 11, 7)));
    Copy filled = new Copy(List.of(Axis.all(5, 0), new Axis(14, 2, 8, -1, 1), new Axis(15, 1, -2, 1, 2)), 2.75);
    cases.add(of("special filled", filled, Data.SPECIAL, spec(type, 5, 7, 9)));
    cases.add(of("special", new Concat(1), Data.SPECIAL, spec(type, 5, 3, 2), spec(type, 5, 4, 2)));
    cases.add(of("special", new Gather(1, false), Data.SPECIAL, spec(type, 3, 9, 5), spec(DType.I64, 21)));
    return cases;
  }

  private static Copy transpose(long[] dims, int... order) {
    return new Copy(Arrays.stream(order).mapToObj(d -> Axis.all(dims[d], d)).toList(), 0);
  }

  private static List<Case> copies(DType type) {
    List<Case> cases = new ArrayList<>();
    for (int[] p : PERMUTATIONS) {
      for (long[] dims : new long[][] {{5, 7, 33}, {34, 3, 65}, {1, 40, 40}}) {
        cases.add(of(Arrays.toString(dims) + Arrays.toString(p), transpose(dims, p), Data.NORMAL, spec(type, dims)));
      }
    }
    cases.add(of("reversed 6", transpose(new long[] {2, 3, 2, 3, 2, 3}, 5, 4, 3, 2, 1, 0), Data.NORMAL,
        spec(type, 2, 3, 2, 3, 2, 3)));
    cases.add(of("large", transpose(new long[] {261, 517}, 1, 0), Data.NORMAL, spec(type, 261, 517)));
    cases.add(of("scalar", Copy.of(), Data.NORMAL, spec(type)));
    cases.add(of("to scalar", Copy.of(), Data.NORMAL, spec(type, 1, 1)));
    cases.add(of("from scalar", Copy.of(Axis.repeat(2), Axis.repeat(5)), Data.NORMAL, spec(type)));
    cases.add(of("repeats", Copy.of(Axis.repeat(3), Axis.all(4, 0), Axis.repeat(2), Axis.all(5, 1)), Data.NORMAL,
        spec(type, 4, 5)));
    cases.add(of("steps", Copy.of(new Axis(3, 0, 1, 2, 1), new Axis(4, 1, 9, -3, 1)), Data.NORMAL, spec(type, 7, 11)));
    cases.add(of("backwards", Copy.of(new Axis(7, 0, 6, -1, 1), new Axis(11, 1, 10, -1, 1)), Data.NORMAL,
        spec(type, 7, 11)));
    cases.addAll(filled(type));
    return cases;
  }

  private static List<Case> filled(DType type) {
    List<Case> cases = new ArrayList<>();
    Axis[][] walks = {{new Axis(12, 0, -3, 1, 1), Axis.all(9, 1)}, {Axis.all(6, 0), new Axis(14, 1, -2, 1, 1)},
        {new Axis(4, 0, 1, 1, 1), new Axis(20, 1, 3, 1, 1)}, {new Axis(11, 0, 0, 1, 2), new Axis(26, 1, -1, 1, 3)},
        {new Axis(13, 1, 24, -2, 3), new Axis(9, 0, 5, -1, 2)}, {new Axis(9, 0, 1, 4, 6), new Axis(7, 1, 3, 3, 3)},
        {new Axis(5, 0, 100, 1, 1), Axis.all(9, 1)}, {new Axis(5, 1, 4, 1, 7), new Axis(6, 0, 1, 2, 4)},
        {new Axis(3, 0, 2, 0, 1), new Axis(2, 1, 8, 1, 1)}, {new Axis(3, 0, 1, 0, 2), Axis.all(9, 1)},
        {Axis.repeat(2), new Axis(1, 0, 4, 1, 1), Axis.repeat(3), new Axis(10, 1, -1, 1, 1)},
        {new Axis(0, 0, 0, 1, 1), Axis.all(9, 1)}};
    double[] fills = {1.5, Double.NEGATIVE_INFINITY, Double.NaN, -3};
    for (int i = 0; i < walks.length; i++) {
      cases.add(of("filled " + i, new Copy(List.of(walks[i]), fills[i % fills.length]), Data.NORMAL, spec(type, 6, 9)));
    }
    cases.add(of("nothing to read", new Copy(List.of(Axis.all(4, 0), Axis.all(3, 1)), 7), Data.NORMAL,
        spec(type, 0, 3)));
    cases.add(of("large filled", new Copy(List.of(new Axis(300, 1, -9, 1, 1), new Axis(400, 0, -1, 1, 2)), 7),
        Data.NORMAL, spec(type, 200, 280)));
    return cases;
  }

  private static List<Case> concats(DType type) {
    List<Case> cases = new ArrayList<>();
    cases.add(of("one", new Concat(0), Data.NORMAL, spec(type, 5)));
    cases.add(of("rows", new Concat(0), Data.NORMAL, spec(type, 5, 3), spec(type, 0, 3), spec(type, 1, 3)));
    cases.add(of("columns", new Concat(1), Data.NORMAL, spec(type, 70, 3), spec(type, 70, 1), spec(type, 70, 65)));
    cases.add(of("middle", new Concat(1), Data.NORMAL, spec(type, 2, 3, 4), spec(type, 2, 2, 4), spec(type, 2, 0, 4)));
    cases.add(of("empty", new Concat(1), Data.NORMAL, spec(type, 0, 3), spec(type, 0, 2)));
    cases.add(of("large", new Concat(1), Data.NORMAL, spec(type, 300, 170), spec(type, 300, 330)));
    return cases;
  }

  private static List<Case> casts(DType type) {
    List<Case> cases = new ArrayList<>();
    for (DType to : DType.values()) {
      cases.add(of("to " + to, new Cast(to), Data.SPECIAL, spec(type, 7, 113)));
    }
    cases.add(of("large", new Cast(type == DType.F32 ? DType.BF16 : DType.F32), Data.NORMAL, spec(type, 100_003)));
    cases.add(of("scalar", new Cast(DType.F32), Data.NORMAL, spec(type)));
    cases.add(of("empty", new Cast(DType.I32), Data.NORMAL, spec(type, 3, 0)));
    return cases;
  }

  private static List<Case> gathers(DType type) {
    List<Case> cases = new ArrayList<>();
    // Programs are made for each size of an element and type of index: not for all pairs.
    DType one = type.isFloating() ? DType.I32 : DType.I64;
    for (DType index : type == DType.F32 ? List.of(DType.I32, DType.I64) : List.of(one)) {
      String with = " by " + index;
      cases.add(of("rows" + with, new Gather(0, false), Data.NORMAL, spec(type, 40, 17), spec(index, 3, 25)));
      cases.add(of("along last" + with, new Gather(1, false), Data.NORMAL, spec(type, 9, 40), spec(index, 60)));
      cases.add(of("elements" + with, new Gather(1, true), Data.NORMAL, spec(type, 3, 9, 5), spec(index, 3, 14, 5)));
      if (type == DType.F32) {
        cases.add(of("scalar" + with, new Gather(1, false), Data.NORMAL, spec(type, 3, 4, 5), spec(index)));
        cases.add(of("none" + with, new Gather(1, false), Data.NORMAL, spec(type, 3, 4), spec(index, 0, 7)));
        cases.add(of("of nothing" + with, new Gather(0, false), Data.NORMAL, spec(type, 0, 4), spec(index, 4)));
        cases.add(of("large" + with, new Gather(0, false), Data.NORMAL, spec(type, 1000, 64), spec(index, 1500)));
        cases.add(of("last elements" + with, new Gather(1, true), Data.NORMAL, spec(type, 60, 10), spec(index, 60, 1)));
      }
    }
    return cases;
  }
}
