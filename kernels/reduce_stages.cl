// How two numbers become one. Integers bring their own arithmetic (integers.h).
#ifndef PLUS
#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define IS_NAN(a) ((a) != (a))
#endif

DEVICE real sum_of(real a, real b) {
  return PLUS(a, b);
}

DEVICE real product_of(real a, real b) {
  return TIMES(a, b);
}

// A NaN on either side comes out.
DEVICE real larger_of(real a, real b) {
  return a > b || IS_NAN(a) ? a : b;
}

DEVICE real smaller_of(real a, real b) {
  return a < b || IS_NAN(a) ? a : b;
}
