package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Sorting, the largest, unique elements, those that are not zero. */
final class SortingCases {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final float[] ROWS = {1, 5, 2, 5, -INF, 1, INF, 2, Float.NaN, 1, 2, Float.NaN, 0, -0f, 0, -0f};
  private static final boolean[] BOTH = {false, true};

  private static final String UNSTABLE =
      "equal elements stay in their order; PyTorch's sort of more than 16 leaves theirs to chance";

  private SortingCases() {}

  static Stream<Case> all() {
    List<Case> cases = new ArrayList<>();
    sort(cases);
    topK(cases);
    unique(cases);
    nonzero(cases);
    return cases.stream();
  }

  private static NDArray rows(NDManager m) {
    return m.create(ROWS.clone(), new Shape(4, 4));
  }

  private static void sort(List<Case> cases) {
    for (int axis = -4; axis <= 3; axis++) {
      int a = axis;
      cases.add(Case.of("sorting/sort along " + axis, m -> Inputs.normal(m, 41, 2, 3, 4).sort(a)));
      for (boolean up : BOTH) {
        cases.add(Case.of("sorting/argSort along " + axis + (up ? "" : ", descending"),
            m -> Inputs.normal(m, 41, 2, 3, 4).argSort(a, up)));
      }
    }
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of("sorting/sort of " + type, m -> Inputs.typed(m, 42, type, 3, 5).sort()));
      cases.add(Case.of("sorting/sort of a scalar " + type, m -> Inputs.typed(m, 42, type).sort()));
      cases.add(Case.of("sorting/argSort of " + type, m -> Inputs.typed(m, 42, type, 3, 5).argSort()));
      cases.add(Case.of("sorting/argSort of " + type + ", descending",
          m -> Inputs.typed(m, 42, type, 3, 5).argSort(1, false)));
    }
    for (long[] shape : new long[][] {{}, {0}, {0, 3}, {3, 0}, {1, 1}}) {
      for (int axis : new int[] {0, -1}) {
        String what = " of " + new Shape(shape) + " along " + axis;
        cases.add(Case.of("sorting/sort" + what, m -> Inputs.normal(m, 43, shape).sort(axis)));
        cases.add(Case.of("sorting/argSort" + what, m -> Inputs.normal(m, 43, shape).argSort(axis, true)));
        cases.add(Case.of("sorting/argSort" + what + ", descending",
            m -> Inputs.normal(m, 43, shape).argSort(axis, false)));
      }
    }
    cases.add(Case.of("sorting/sort of special rows", m -> rows(m).sort()));
    cases.add(Case.of("sorting/sort of special values", m -> Inputs.special(m).sort()));
    cases.add(Case.of("sorting/argSort of special values", m -> Inputs.special(m).argSort()).differs(UNSTABLE));
    cases.add(Case.of("sorting/argSort of special values, descending", m -> Inputs.special(m).argSort(0, false))
        .differs(UNSTABLE));
    cases.add(Case.of("sorting/argSort of special columns", m -> rows(m).argSort(0)));
    cases.add(Case.of("sorting/argSort of many ties", m -> Inputs.whole(m, 44, DataType.FLOAT32, 0, 3, 40).argSort())
        .differs(UNSTABLE));
    cases.add(Case.of("sorting/argSort of many ties, descending",
        m -> Inputs.whole(m, 44, DataType.FLOAT32, 0, 3, 40).argSort(0, false)).differs(UNSTABLE));
  }

  private static void topK(List<Case> cases) {
    for (boolean largest : BOTH) {
      String what = largest ? " largest" : " smallest";
      for (int k = -1; k <= 5; k++) {
        int n = k;
        cases.add(Case.list("sorting/topK " + k + what, m -> Inputs.normal(m, 45, 3, 4).topK(n, 1, largest, true)));
      }
      for (int axis = -3; axis <= 2; axis++) {
        int a = axis;
        cases.add(Case.list("sorting/topK along " + axis + what,
            m -> Inputs.normal(m, 46, 3, 4).topK(2, a, largest, true)));
      }
      for (DataType type : ArithmeticCases.TYPES) {
        cases.add(Case.of("sorting/topK of " + type + what,
            m -> Inputs.typed(m, 47, type, 3, 5).topK(3, 1, largest, true).get(0)));
      }
      cases.add(Case.of("sorting/topK of special values" + what,
          m -> Inputs.special(m).topK(9, 0, largest, true).get(0)));
      cases.add(Case.of("sorting/topK of special rows" + what, m -> rows(m).topK(3, 1, largest, true).get(0)));
      cases.add(Case.of("sorting/topK in any order" + what,
          m -> Inputs.normal(m, 48, 2, 9).topK(4, 1, largest, false).get(0).sort()));
      cases.add(Case.list("sorting/topK of a scalar" + what, m -> m.create(3f).topK(1, 0, largest, true)));
      cases.add(Case.list("sorting/topK of no rows" + what, m -> m.create(new Shape(0, 3)).topK(2, 1, largest, true)));
    }
    cases.add(Case.list("sorting/topK 3", m -> Inputs.normal(m, 48, 2, 9).topK(3, 1)));
  }

  private static void unique(List<Case> cases) {
    for (boolean inverse : BOTH) {
      for (boolean counts : BOTH) {
        String what = (inverse ? ", inverse" : "") + (counts ? ", counts" : "");
        for (DataType type : ArithmeticCases.TYPES) {
          cases.add(Case.list("sorting/unique of " + type + what,
              m -> Inputs.whole(m, 49, DataType.INT32, 0, 5, 3, 4).toType(type, false).unique(null, true, inverse,
                  counts)));
          for (int axis = -3; axis <= 2; axis++) {
            int a = axis;
            if (type == DataType.FLOAT32 || axis == 0) {
              cases.add(Case.list("sorting/unique of " + type + " along " + axis + what,
                  m -> Inputs.whole(m, 49, DataType.INT32, 0, 2, 5, 2).toType(type, false).unique(a, true, inverse,
                      counts)));
            }
          }
        }
        cases.add(Case.list("sorting/unique of special rows" + what, m -> rows(m).unique(null, true, inverse, counts)));
        cases.add(Case.list("sorting/unique of special rows along 0" + what,
            m -> m.create(new float[] {1, Float.NaN, 1, Float.NaN, 0, 1, -0f, 1}, new Shape(4, 2)).unique(0, true,
                inverse, counts)));
        for (long[] shape : new long[][] {{}, {0}, {0, 3}, {3, 0}, {1, 1}}) {
          cases.add(Case.list("sorting/unique of " + new Shape(shape) + what,
              m -> Inputs.normal(m, 50, shape).unique(null, true, inverse, counts)));
          cases.add(Case.list("sorting/unique of " + new Shape(shape) + " along 0" + what,
              m -> Inputs.normal(m, 50, shape).unique(0, true, inverse, counts)));
        }
        cases.add(Case.list("sorting/unique of rank 3 along 1" + what,
            m -> Inputs.whole(m, 51, DataType.INT64, 0, 2, 2, 4, 2).unique(1, true, inverse, counts)));
      }
    }
    cases.add(Case.list("sorting/unique of rank 3", m -> Inputs.whole(m, 51, DataType.INT64, 0, 4, 2, 4, 2).unique()));
    cases.add(Case.list("sorting/unique of large INT64", m -> {
      long big = (1L << 60) + 3;
      return m.create(new long[] {big + 1, big, big + 1, 5, -big}).unique();
    }));
    cases.add(Case.of("sorting/unique in any order",
        m -> new NDList(Inputs.whole(m, 49, DataType.INT32, 0, 5, 12).unique(null, false, false, false).get(0))
            .get(0).sort()));
  }

  private static void nonzero(List<Case> cases) {
    for (DataType type : ArithmeticCases.TYPES) {
      cases.add(Case.of("sorting/nonzero of " + type,
          m -> Inputs.whole(m, 52, DataType.INT32, 0, 2, 2, 5).toType(type, false).nonzero()));
      cases.add(Case.of("sorting/nonzero of a line of " + type,
          m -> Inputs.whole(m, 53, DataType.INT32, 0, 2, 6).toType(type, false).nonzero()));
    }
    cases.add(Case.of("sorting/nonzero of special values", m -> Inputs.special(m).nonzero()));
    cases.add(Case.of("sorting/nonzero of rank 3",
        m -> Inputs.whole(m, 54, DataType.INT64, 0, 2, 2, 3, 2).nonzero()));
    cases.add(Case.of("sorting/nonzero of a scalar", m -> m.create(3f).nonzero()));
    cases.add(Case.of("sorting/nonzero of a scalar 0", m -> m.create(0f).nonzero()));
    cases.add(Case.of("sorting/nonzero of zeros", m -> m.zeros(new Shape(2, 3)).nonzero()));
    for (long[] shape : new long[][] {{0}, {0, 3}, {3, 0}}) {
      cases.add(Case.of("sorting/nonzero of " + new Shape(shape), m -> m.create(new Shape(shape)).nonzero()));
    }
  }
}
