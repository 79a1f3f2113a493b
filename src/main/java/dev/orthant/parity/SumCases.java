package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.CumSum;
import dev.orthant.op.Op;
import dev.orthant.op.ScatterAdd;
import dev.orthant.op.Sort;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/** Sums in a fixed order, and sorting: along each axis, both ways, rows of one element and rows of several blocks. */
final class SumCases {
  private static final List<DType> FLOATING = List.of(DType.F32, DType.F16, DType.BF16, DType.F64);

  private SumCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (DType type : FLOATING) {
      cases.addAll(scatters(type));
      cases.addAll(running(type));
    }
    for (DType type : DType.values()) {
      cases.addAll(sorts(type));
    }
    for (DType type : List.of(DType.F32, DType.F64, DType.BF16, DType.I64)) {
      cases.add(of("long", new Sort(1, false), Data.NORMAL, spec(type, 2, 3001)));
      cases.add(of("long descending", new Sort(0, true), Data.SPECIAL, spec(type, 1025, 3)));
    }
    return cases;
  }

  static List<Case> quick() {
    List<Case> cases = new ArrayList<>();
    for (DType type : List.of(DType.F32, DType.BF16)) {
      cases.addAll(scatters(type));
      cases.addAll(running(type));
      cases.addAll(sorts(type));
    }
    cases.addAll(sorts(DType.I32));
    return cases;
  }

  private static Case of(String what, Op op, Data data, TensorSpec... inputs) {
    return new Case(op.name() + "/" + what + "/" + inputs[0].dtype(), op.name(), op, List.of(inputs), data);
  }

  private static List<Case> scatters(DType type) {
    List<Case> cases = new ArrayList<>();
    DType index = type == DType.F32 ? DType.I64 : DType.I32;
    cases.add(of("rows", new ScatterAdd(0, false, 9), Data.NORMAL, spec(type, 45, 17), spec(index, 45)));
    cases.add(of("rows planted", new ScatterAdd(0, false, 9), Data.PLANTED, spec(type, 45, 17), spec(index, 45)));
    cases.add(of("table of indices", new ScatterAdd(1, false, 6), Data.NORMAL, spec(type, 2, 5, 7, 3),
        spec(index, 5, 7)));
    cases.add(of("along last", new ScatterAdd(1, false, 6), Data.NORMAL, spec(type, 3, 70), spec(index, 70)));
    cases.add(of("elements", new ScatterAdd(1, true, 6), Data.NORMAL, spec(type, 3, 31, 5), spec(index, 3, 31, 5)));
    cases.add(of("last elements", new ScatterAdd(1, true, 4), Data.NORMAL, spec(type, 60, 3), spec(index, 60, 3)));
    cases.add(of("scalar", new ScatterAdd(0, false, 2), Data.NORMAL, spec(type, 3), spec(index)));
    if (type == DType.F32) {
      cases.add(of("nothing", new ScatterAdd(0, false, 3), Data.NORMAL, spec(type, 0, 5), spec(index, 0)));
      cases.add(of("into nothing", new ScatterAdd(0, false, 0), Data.NORMAL, spec(type, 4, 5), spec(index, 4)));
    }
    if (type != DType.F64) {
      cases.add(of("many", new ScatterAdd(0, false, 50), Data.NORMAL, spec(type, 3000, 35), spec(index, 3000)));
    }
    return cases;
  }

  private static List<Case> running(DType type) {
    List<Case> cases = new ArrayList<>();
    for (boolean exclusive : new boolean[] {false, true}) {
      for (boolean reverse : new boolean[] {false, true}) {
        String how = (exclusive ? " exclusive" : "") + (reverse ? " reverse" : "");
        cases.add(of("last" + how, new CumSum(1, exclusive, reverse), Data.NORMAL, spec(type, 7, 37)));
        cases.add(of("first" + how, new CumSum(0, exclusive, reverse), Data.NORMAL, spec(type, 19, 5, 7)));
        cases.add(of("long" + how, new CumSum(0, exclusive, reverse), Data.NORMAL, spec(type, 5003)));
        cases.add(of("planted" + how, new CumSum(1, exclusive, reverse), Data.PLANTED, spec(type, 1, 1500, 1)));
      }
    }
    cases.add(of("one", new CumSum(1, false, false), Data.NORMAL, spec(type, 13, 1)));
    cases.add(of("empty", new CumSum(0, false, false), Data.NORMAL, spec(type, 0, 3)));
    cases.add(of("large", new CumSum(1, false, true), Data.NORMAL, spec(type, 3, 40, 500)));
    return cases;
  }

  private static List<Case> sorts(DType type) {
    List<Case> cases = new ArrayList<>();
    for (boolean descending : new boolean[] {false, true}) {
      String how = descending ? " descending" : "";
      cases.add(of("last" + how, new Sort(1, descending), Data.NORMAL, spec(type, 7, 37)));
      cases.add(of("specials" + how, new Sort(0, descending), Data.SPECIAL, spec(type, 64, 5)));
      // The larger block is another program.
      long length = type == DType.F32 || type == DType.I64 ? 201 : 61;
      cases.add(of("middle" + how, new Sort(1, descending), Data.SPECIAL, spec(type, 2, length, 3)));
    }
    cases.add(of("one", new Sort(1, false), Data.NORMAL, spec(type, 13, 1)));
    cases.add(of("empty", new Sort(0, false), Data.NORMAL, spec(type, 0, 3)));
    return cases;
  }
}
