package dev.orthant.parity;

import static dev.orthant.parity.Catalogue.spec;

import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.op.Philox;
import dev.orthant.op.Random;
import dev.orthant.op.Random.Distribution;
import dev.orthant.parity.Case.Data;
import java.util.ArrayList;
import java.util.List;

/**
 * Random numbers, which must be the same bits everywhere: sequences that begin within a block, cross 2³² blocks and 2⁶⁴
 * words.
 */
final class RandomCases {
  private static final long SEED = 0x1234_5678_9ABC_DEF0L;

  private RandomCases() {}

  static List<Case> of(DType type) {
    List<Case> cases = new ArrayList<>();
    for (Distribution d : Distribution.values()) {
      double a = d == Distribution.BERNOULLI ? 0.3 : -1.7;
      cases.add(random(d, a, 2.3, new Philox(SEED, 3), spec(type, 67, 101)));
      cases.add(random(d, 0.7, 0.9, new Philox(-1, 0), spec(type, 4099)));
    }
    cases.add(random(Distribution.UNIFORM, 1, 2, new Philox(SEED, (1L << 34) - 5), spec(type, 33)));
    cases.add(random(Distribution.NORMAL, 0, 1, new Philox(0, -6), spec(type, 5, 5)));
    cases.add(random(Distribution.NORMAL, 0, 1, new Philox(1, 2), spec(type)));
    cases.add(random(Distribution.UNIFORM, 0, 1, new Philox(1, 1), spec(type, 0, 3)));
    // The width overflows.
    cases.add(random(Distribution.UNIFORM, -type.maxFinite(), type.maxFinite(), new Philox(5, 1), spec(type, 4099)));
    cases.add(random(Distribution.NORMAL, 0, 1, new Philox(3, 1), spec(type, 300_007)));
    return cases;
  }

  private static Case random(Distribution d, double a, double b, Philox sequence, TensorSpec output) {
    String id = "random/" + d + "/" + a + "," + b + "/" + Long.toUnsignedString(sequence.offset()) + "/"
        + output.shape() + "/" + output.dtype();
    return new Case(id, "random", new Random(d, a, b, sequence, output), List.of(), Data.NORMAL);
  }
}
