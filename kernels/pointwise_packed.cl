// Formulas on packs of neighbouring elements, 16 bytes at most to a load or store: memory then keeps up with the type's
// width.
//
// Given: LANES_OF_PACK, packs, PACK_TYPES, LOADS (of packs, and of operands that are one number for a whole pack),
// FORMULA (statements that compute element j of the results), STORES.

PACK_TYPES

KERNEL(ITEMS) void pointwise(PARAMETERS) {
  for (idx pack = GROUP() * ITEMS + ITEM(); pack < packs; pack += GROUPS() * ITEMS) {
    LOADS
#pragma unroll
    for (int j = 0; j < LANES_OF_PACK; j++) {
      FORMULA
    }
    STORES
  }
}
