package dev.orthant.monitor;

import java.util.OptionalDouble;

/**
 * A parameter in one step.
 *
 * @param norm √(Σ p²)
 * @param gradientNorm √(Σ g²); empty where there was no gradient
 * @param squareOverflows whether some gradient's square is infinite in the type that optimizers keep (in F32, beyond
 *     1.8·10¹⁹): Adam and its like then divide by an infinite average for ever, and that weight moves no more
 */
public record ParameterReport(String name, double norm, OptionalDouble gradientNorm, boolean squareOverflows) {}
