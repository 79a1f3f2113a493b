package dev.orthant.djl.differential;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All cases. A new file of them is one line here. */
final class Cases {
  private Cases() {}

  static List<Case> all() {
    List<Case> all = Stream.of(
        DataCases.all(),
        ArithmeticCases.all(),
        FunctionCases.all(),
        ReductionCases.all(),
        SortingCases.all(),
        ShapeCases.all(),
        SelectionCases.all(),
        ProductCases.all(),
        SpectraCases.all(),
        ManagerCases.all(),
        ActivationCases.all(),
        PoolingCases.all(),
        UpdateCases.all(),
        LayerCases.all(),
        RecurrentCases.all(),
        ImageCases.all(),
        BoxCases.all(),
        GradientCases.all()).flatMap(c -> c).toList();
    Set<String> names = new HashSet<>();
    for (Case c : all) {
      if (!names.add(c.name())) {
        throw new IllegalStateException("two cases are called " + c.name());
      }
    }
    return all;
  }
}
