package dev.orthant.monitor;

import java.util.OptionalDouble;

/**
 * A parameter in one step.
 *
 * @param norm √(Σ p²)
 * @param gradientNorm √(Σ g²); empty where there was no gradient
 */
public record ParameterReport(String name, double norm, OptionalDouble gradientNorm) {}
