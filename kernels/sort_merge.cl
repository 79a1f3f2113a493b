// Pairs of sorted runs of `width` become one: each element's new place is how many of its own run and of the other come
// before it. Given: sort.cl's definitions, FINAL (values and places are stored; else keys and places), count.

KERNEL(ITEMS) void sort_merge(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    const idx row = at / length;
    const idx start = row * length;
    const idx p = at - start;
    const idx run = p / width;
    const idx pair = run / 2 * 2 * width;
    const idx other = run % 2 == 0 ? pair + width : pair;
    const key k = keys[at];
    const idx place = places[at];
    idx low = other < length ? other : length;
    const idx first = low;
    idx high = length - low < width ? length : low + width;
    while (low < high) {
      const idx middle = low + (high - low) / 2;
      const key m = keys[start + middle];
      if (m < k || (m == k && places[start + middle] < place)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const idx to = pair + (p - run * width) + (low - first);
#if FINAL
    const idx base = row / inner * length * inner + row % inner;
    y[base + to * inner] = x[base + place * inner];
    order[base + to * inner] = place;
#else
    outKeys[start + to] = k;
    outPlaces[start + to] = place;
#endif
  }
}
