// Blocks of a row, each sorted by itself: a bitonic network over pairs of key and place, of which no two are equal, so
// that the order is stable. Given: sort.cl's definitions, BLOCK, DIRECT (a row is one block: values and places are
// stored; else keys and places).

#define SHARED_BEFORE(i, j) (keys[i] < keys[j] || (keys[i] == keys[j] && places[i] < places[j]))

KERNEL(ITEMS) void sort_blocks(PARAMETERS) {
  SHARED key keys[BLOCK];
  SHARED idx places[BLOCK];
  for (idx block = GROUP(); block < blocks; block += GROUPS()) {
    const idx row = block / perRow;
    const idx start = block % perRow * BLOCK;
    const idx base = row / inner * length * inner + row % inner;
    for (int i = ITEM(); i < BLOCK; i += ITEMS) {
      const idx place = start + i;
      places[i] = place;
      // What is beyond the row comes last: its place is behind all others.
      keys[i] = LAST;
      if (place < length) {
        const key k = key_of(x[base + place * inner], infinity);
        keys[i] = descending ? ~k : k;
      }
    }
    BARRIER();
    for (int size = 2; size <= BLOCK; size *= 2) {
      for (int step = size / 2; step > 0; step /= 2) {
        for (int i = ITEM(); i < BLOCK / 2; i += ITEMS) {
          const int a = i / step * (2 * step) + i % step;
          const int b = a + step;
          const int up = (a & size) == 0;
          if (SHARED_BEFORE(b, a) == up) {
            const key k = keys[a];
            const idx p = places[a];
            keys[a] = keys[b];
            places[a] = places[b];
            keys[b] = k;
            places[b] = p;
          }
        }
        BARRIER();
      }
    }
    for (int i = ITEM(); i < BLOCK; i += ITEMS) {
      if (start + i < length) {
#if DIRECT
        y[base + (start + i) * inner] = x[base + places[i] * inner];
        order[base + (start + i) * inner] = places[i];
#else
        outKeys[row * length + start + i] = keys[i];
        outPlaces[row * length + start + i] = places[i];
#endif
      }
    }
    BARRIER();
  }
}
