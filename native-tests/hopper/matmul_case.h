// A product by hopper_matmul.cu, compared with float64.
#pragma once

#include <string>

namespace hopper {

struct Product {
  int m = 128, n = 256, k = 64, batch = 1;
  bool transposeLhs = false, transposeRhs = false, broadcastRhs = false;
  bool bf16 = true;
  int tileM = 128, tileN = 256, cluster = 1, stages = 3, units = 4;
  // Replaced in the kernel's text, if not empty: a planted fault.
  std::string fault, by;

  std::string describe() const;
};

// Empty, or the first thing that is wrong: a refused launch, or an output further from y = relu(a·b + bias) + residual
// than arithmetic allows.
std::string run(const Product& product);

}  // namespace hopper
