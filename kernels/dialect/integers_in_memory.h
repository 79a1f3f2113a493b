// How integers and truth values are read and stored, after any dialect. Integers are read as numbers. They are stored
// by the low bits of integers, and from floats as a cast makes them (core/DType.round); a truth value is a byte, 0 or
// 1.
#define LOAD_i8(p, i) ((real)(p)[i])
#define LOAD_u8(p, i) ((real)(p)[i])
#define LOAD_i32(p, i) ((real)(p)[i])
#define LOAD_i64(p, i) ((real)(p)[i])
#define LOAD_bool(p, i) ((real)(p)[i])
#ifdef ORTHANT_I64
#define STORE_i8(p, i, v) ((p)[i] = (i8)(v))
#define STORE_u8(p, i, v) ((p)[i] = (u8)(v))
#define STORE_i32(p, i, v) ((p)[i] = (i32)(v))
#define STORE_i64(p, i, v) ((p)[i] = (i64)(v))
#else
// To the nearest of the integers from lo to hi, towards zero; NaN to 0. `beyond` is hi + 1, which `real` holds exactly.
#define SATURATED(type, v, lo, beyond, hi) ((v) != (v) ? (type)0 : (v) <= (real)(lo) ? (type)(lo) : (v) >= (beyond) ? (type)(hi) : (type)(v))
DEVICE i8 to_i8(real v) {
  return SATURATED(i8, v, -128, 128, 127);
}
DEVICE u8 to_u8(real v) {
  return SATURATED(u8, v, 0, 256, 255);
}
DEVICE i32 to_i32(real v) {
  return SATURATED(i32, v, -2147483647 - 1, (real)2147483648.0f, 2147483647);
}
DEVICE i64 to_i64(real v) {
  return SATURATED(i64, v, -MOST_I64 - 1, (real)9223372036854775808.0f, MOST_I64);
}
#define STORE_i8(p, i, v) ((p)[i] = to_i8(v))
#define STORE_u8(p, i, v) ((p)[i] = to_u8(v))
#define STORE_i32(p, i, v) ((p)[i] = to_i32(v))
#define STORE_i64(p, i, v) ((p)[i] = to_i64(v))
#endif
#define STORE_bool(p, i, v) ((p)[i] = (v) != 0)
