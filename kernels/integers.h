// Arithmetic of formulas over integers: `real` is i64 (ORTHANT_I64). Sums and products wrap around, which C grants to
// unsigned numbers only; nothing traps.

#define PLUS(a, b) ((real)((u64)(a) + (u64)(b)))
#define MINUS(a, b) ((real)((u64)(a) - (u64)(b)))
#define TIMES(a, b) ((real)((u64)(a) * (u64)(b)))
#define NEGATIVE(a) MINUS(0, a)
#define IS_NAN(a) 0
#define ABSOLUTE(a) ((a) < 0 ? NEGATIVE(a) : (a))

// Towards zero; by 0 it is 0. The one quotient that 64 bits do not hold wraps.
DEVICE real quotient(real a, real b) {
  return b == 0 ? 0 : b == -1 ? NEGATIVE(a) : a / b;
}

// With the sign of a; by 0 it is 0.
DEVICE real remainder_of(real a, real b) {
  return b == 0 || b == -1 ? 0 : a % b;
}

// Of a negative power what is left towards zero, and 0 of 0.
DEVICE real power(real a, real b) {
  u64 result = 1;
  u64 square = (u64)a;
  if (b < 0) {
    return a == 1 ? 1 : a != -1 ? 0 : b % 2 == 0 ? 1 : -1;
  }
  for (u64 rest = (u64)b; rest != 0; rest >>= 1) {
    if (rest & 1) {
      result *= square;
    }
    square *= square;
  }
  return (real)result;
}
