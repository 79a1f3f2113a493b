// Elements from one type to another, rounded once. Given: LOAD_X, FROM_INTEGER, the parameter `to` and the TO_ numbers
// of the types, count.

#if FROM_INTEGER
typedef i64 exact;
#define READ(i) ((i64)x[i])
#define TO_INTEGER(type, v) ((type)(v))
// A float that rounds to 16 bits as v does: its last bit stands for all that were cut off.
DEVICE float to_odd(exact v) {
  const u64 size = v < 0 ? (u64)0 - (u64)v : (u64)v;
  const float near = (float)size;
  u32 bits = BITS_OF(near);
  if ((u64)near != size) {
    bits = ((u64)near > size ? bits - 1 : bits) | 1;
  }
  return v < 0 ? -FLOAT_OF(bits) : FLOAT_OF(bits);
}
#else
typedef real exact;
#define READ(i) LOAD_X(x, i)
#define TO_INTEGER(type, v) to_##type(v)
#ifdef ORTHANT_F64
DEVICE float to_odd(exact v) {
  const float near = (float)v;
  const exact size = v < 0 ? -v : v;
  const exact nearSize = near < 0 ? -(exact)near : (exact)near;
  if ((exact)near == v || v != v || nearSize > (exact)FLOAT_OF(0x7f7fffffu)) {
    return near;
  }
  const u32 bits = BITS_OF(near);
  return FLOAT_OF((nearSize > size ? bits - 1 : bits) | 1);
}
#else
#define to_odd(v) (v)
#endif
#endif

KERNEL(ITEMS) void cast(PARAMETERS) {
  for (idx at = GROUP() * ITEMS + ITEM(); at < count; at += GROUPS() * ITEMS) {
    const exact v = READ(at);
    switch (to) {
      case TO_F16:
        STORE_f16((GLOBAL f16*)y, at, to_odd(v));
        break;
      case TO_BF16:
        STORE_bf16((GLOBAL bf16*)y, at, to_odd(v));
        break;
      case TO_F32:
        ((GLOBAL f32*)y)[at] = (f32)v;
        break;
#ifdef ORTHANT_F64
      case TO_F64:
        ((GLOBAL f64*)y)[at] = (f64)v;
        break;
#endif
      case TO_I8:
        ((GLOBAL i8*)y)[at] = TO_INTEGER(i8, v);
        break;
      case TO_U8:
        y[at] = TO_INTEGER(u8, v);
        break;
      case TO_I32:
        ((GLOBAL i32*)y)[at] = TO_INTEGER(i32, v);
        break;
      case TO_I64:
        ((GLOBAL i64*)y)[at] = TO_INTEGER(i64, v);
        break;
      default:
        y[at] = v != 0;
        break;
    }
  }
}
