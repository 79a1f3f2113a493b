package dev.orthant.gpu.driver;

/**
 * How many work-items a launch has, and what each group is given.
 *
 * @param groups how many work-groups; a multiple of {@code cluster}
 * @param items how many work-items in each
 * @param sharedBytes shared memory of a group beyond what the kernel declares, sized at launch; 0 for ordinary kernels
 * @param cluster how many neighbouring groups run together and may read each other's shared memory; 1 for ordinary
 * kernels
 */
public record Grid(long groups, int items, int sharedBytes, int cluster) {
  public Grid {
    if (groups < 1 || items < 1 || sharedBytes < 0 || cluster < 1 || groups % cluster != 0) {
      throw new IllegalArgumentException(
          "a grid of " + groups + " groups of " + items + ", " + sharedBytes + " bytes, clusters of " + cluster);
    }
  }

  /** A launch of an ordinary kernel. */
  public static Grid of(long groups, int items) {
    return new Grid(groups, items, 0, 1);
  }
}
