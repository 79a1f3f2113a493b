// Keys: integers that order as the numbers do. Given: FLOATING, KEY_64, and for floating numbers MAGNITUDE (all bits
// but the sign) and the parameter `infinity`: its bits.

#if KEY_64
typedef i64 key;
#define LAST MOST_I64
#else
typedef i32 key;
#define LAST 0x7fffffff
#endif

#if FLOATING
// NaN is the largest, -0 is 0.
DEVICE key key_of(ELEMENT bits, i64 infinity) {
  const key magnitude = (key)bits & MAGNITUDE;
  return (i64)magnitude > infinity ? (key)MAGNITUDE : (key)bits != magnitude ? -magnitude : magnitude;
}
#else
#define key_of(v, infinity) ((key)(v))
#endif
