/**
 * Internal: random programs: many calls of the public tensor API, generated from seeds, run one after the other and
 * several at a time in one process, each judged launch by launch. They find what a single call in a single order does
 * not: a plan that is kept for one shape and used for another, work that is fused wrongly, memory that is given back
 * too early, results that depend on what ran before. {@link dev.orthant.programs.Trial} says how a program is judged;
 * one that fails is made small and printed as a test. On the command line: {@code orthant parity --programs 1000}.
 */
@NullMarked
package dev.orthant.programs;

import org.jspecify.annotations.NullMarked;
