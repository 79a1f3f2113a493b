package dev.orthant.bench;

import java.util.List;

/**
 * A benchmark as data.
 *
 * @param name of the file, or as the user gave it
 * @param title what it is
 * @param source where its shapes come from
 * @param seconds how long all of it should take, or 0
 * @param rotate how many bytes its rows work on before they meet the same ones again; 0 for the same each time
 * @param cases its rows
 */
public record Suite(String name, String title, String source, double seconds, long rotate, List<BenchCase> cases) {
  public Suite {
    cases = List.copyOf(cases);
  }
}
