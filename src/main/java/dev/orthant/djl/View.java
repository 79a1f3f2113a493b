package dev.orthant.djl;

/** What an array is a part of, or the same in another shape as, and what it has seen of that. */
final class View {
  final ArrayCore base;
  final ArrayCore.Lens lens;
  /** The base's version that the array was last read from. */
  int seen;

  View(ArrayCore base, ArrayCore.Lens lens) {
    this.base = base;
    this.lens = lens;
    this.seen = base.version();
  }
}
