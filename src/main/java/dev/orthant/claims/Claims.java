package dev.orthant.claims;

import dev.orthant.core.InvalidInputException;
import java.util.List;

/** All claims, in the order to report them. */
public final class Claims {
  private Claims() {}

  /** Every claim. */
  public static List<Claim> all() {
    return List.of(new Attenuation(), new Growth(), new Variance(), new DeadUnits(), new Zeros(), new Regions(),
        new StepTime());
  }

  /**
   * The claims of these names, in the order to report them; all when none is named.
   *
   * @throws InvalidInputException when there is no claim of a name
   */
  public static List<Claim> named(List<String> names) {
    List<String> known = all().stream().map(Claim::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new InvalidInputException("no claim '" + name + "'; there are: " + String.join(" ", known));
      }
    }
    return all().stream().filter(c -> names.isEmpty() || names.contains(c.name())).toList();
  }
}
