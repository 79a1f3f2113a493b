// How two numbers become one.

DEVICE real sum_of(real a, real b) {
  return a + b;
}

DEVICE real product_of(real a, real b) {
  return a * b;
}

// A NaN on either side comes out.
DEVICE real larger_of(real a, real b) {
  return a > b || a != a ? a : b;
}

DEVICE real smaller_of(real a, real b) {
  return a < b || a != a ? a : b;
}
