package dev.orthant.claims;

/** A piece of lore that can be measured. */
public interface Claim {
  /** One word, for the command line and the pictures' names. */
  String name();

  /** A heading. */
  String title();

  /** Measures it now. The same setting gives the same finding on the same device, but for times. */
  Finding measure(ClaimSetting setting);
}
