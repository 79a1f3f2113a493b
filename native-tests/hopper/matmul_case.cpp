#include "matmul_case.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "gpu.h"
#include "storage.h"

namespace hopper {

namespace {

constexpr int TILE_K = 64;
// Taller tiles have rows of outputs across the instruction.
constexpr int USUAL_M = 128;
constexpr int FLOAT16 = 6, BFLOAT16 = 9;  // CUtensorMapDataType
constexpr int SWIZZLE_128 = 3;
constexpr unsigned ITEMS = 384, ALIGNMENT = 1024;

bool storesByMap(const Product& p) {
  return p.n % 8 == 0;
}

bool isAcross(const Product& p) {
  return p.tileM > USUAL_M;
}

std::string text(const Product& p) {
  const std::string type = p.bf16 ? "bf16" : "f16";
  std::ostringstream defines;
  defines << "#line 1 \"definitions\"\n#define WGMMA_N " << (isAcross(p) ? p.tileM / 2 : p.tileN) << "\n#define ACROSS " << isAcross(p) << "\n#define WGMMA_TYPE \"" << type << "\"\n#define WGMMA_BF16 " << p.bf16
          << "\n#define A_ROWS_FIRST " << p.transposeLhs << "\n#define B_COLS_FIRST " << !p.transposeRhs << "\n#define STAGES " << p.stages
          << "\n#define CLUSTER " << p.cluster << "\n#define STORE_MAP " << storesByMap(p) << "\n#define A_BATCH batch\n#define B_BATCH "
          << (p.broadcastRhs ? "0" : "batch") << "\n#define STORE_Y STORE_" << type << "\n#define FORMULA const real v1 = LOAD_" << type
          << "(x1, col); const real v2 = LOAD_" << type << "(x2, at); const real t0 = acc + v1; const real t1 = t0 < 0.0f ? 0.0f : t0;\n"
          << "#define RESULT (t1 + v2)\n#define PARAMETERS TENSOR_MAP aMap, TENSOR_MAP bMap, "
          << (storesByMap(p) ? "TENSOR_MAP yMap" : "GLOBAL " + type + "* RESTRICT y") << ", const idx rows, const idx cols, const idx steps, const idx tiles, "
          << "const idx tilesM, const idx tilesN, GLOBAL const " << type << "* RESTRICT x1, GLOBAL const " << type << "* RESTRICT x2\n";
  std::string all = gpu::kernelFile("dialect/cuda.h") + defines.str();
  for (const char* file : {"cuda/hopper.h", "cuda/hopper_wgmma.h", "cuda/hopper_matmul.cu", "cuda/hopper_gemm.cu"}) {
    all += gpu::kernelFile(file);
  }
  if (!p.fault.empty()) {
    const size_t at = all.find(p.fault);
    if (at == std::string::npos) {
      throw std::runtime_error("no place for the fault " + p.fault);
    }
    all.replace(at, p.fault.size(), p.by);
  }
  return all;
}

gpu::Map matrixMap(const Product& p, unsigned long long address, int inner, int outer, int count, int box) {
  gpu::Map map;
  const uint64_t extents[] = {static_cast<uint64_t>(inner), static_cast<uint64_t>(outer), static_cast<uint64_t>(count)};
  const uint64_t strides[] = {2ull * inner, 2ull * inner * outer};
  const uint32_t boxes[] = {64, static_cast<uint32_t>(box), 1}, steps[] = {1, 1, 1};
  gpu::check(cuTensorMapEncodeTiled(&map, p.bf16 ? BFLOAT16 : FLOAT16, 3, reinterpret_cast<void*>(address), extents, strides, boxes, steps, 0, SWIZZLE_128,
                 2, 0),
      "cuTensorMapEncodeTiled");
  return map;
}

// The first output that is not what float64 and the rounding of sums and storage allow.
std::string difference(const Product& p, const Tensor& a, const Tensor& b, const Tensor& bias, const Tensor& residual, const Tensor& got) {
  const double step = p.bf16 ? 0x1p-8 : 0x1p-11;
  for (int z = 0; z < p.batch; z++) {
    for (int i = 0; i < p.m; i++) {
      for (int j = 0; j < p.n; j++) {
        double sum = 0, size = 0;
        for (int k = 0; k < p.k; k++) {
          const double u = a.at((static_cast<size_t>(z) * p.m * p.k) + (p.transposeLhs ? k * p.m + i : i * p.k + k));
          const double v = b.at((p.broadcastRhs ? 0 : static_cast<size_t>(z) * p.k * p.n) + (p.transposeRhs ? j * p.k + k : k * p.n + j));
          sum += u * v;
          size += std::fabs(u * v);
        }
        const size_t at = (static_cast<size_t>(z) * p.m + i) * p.n + j;
        const double truth = std::max(0.0, sum + bias.at(j)) + residual.at(at);
        const double bound = (p.k + 4) * 0x1p-24 * (size + std::fabs(bias.at(j)) + std::fabs(residual.at(at))) + step * std::fabs(truth) + 1e-7;
        if (!(std::fabs(got.at(at) - truth) <= bound)) {
          std::ostringstream out;
          out << "output " << z << ", " << i << ", " << j << " is " << got.at(at) << ", not " << truth << " ± " << bound;
          return out.str();
        }
      }
    }
  }
  return "";
}

}  // namespace

std::string Product::describe() const {
  std::ostringstream out;
  out << m << "x" << n << "x" << k << " batch " << batch << (transposeLhs ? " lhs transposed" : "") << (transposeRhs ? " rhs transposed" : "")
      << (broadcastRhs ? " rhs broadcast" : "") << (bf16 ? " bf16" : " f16") << ", tile " << tileM << "x" << tileN << ", cluster " << cluster << ", stages " << stages
      << ", units " << units;
  return out.str();
}

std::string run(const Product& p) {
  std::mt19937 random(17);
  const Tensor a = Tensor::random(static_cast<size_t>(p.batch) * p.m * p.k, p.bf16, random);
  const Tensor b = Tensor::random(static_cast<size_t>(p.broadcastRhs ? 1 : p.batch) * p.k * p.n, p.bf16, random);
  const Tensor bias = Tensor::random(p.n, p.bf16, random);
  const Tensor residual = Tensor::random(static_cast<size_t>(p.batch) * p.m * p.n, p.bf16, random);
  gpu::Memory aMemory(a.bits), bMemory(b.bits), biasMemory(bias.bits), residualMemory(residual.bits);
  gpu::Memory yMemory(std::vector<uint16_t>(residual.bits.size(), 0xFFFF));

  const int tilesM = (p.m + p.tileM * p.cluster - 1) / (p.tileM * p.cluster), tilesN = (p.n + p.tileN - 1) / p.tileN;
  const int tiles = tilesM * tilesN * p.batch, share = p.tileN / p.cluster;
  gpu::Arguments arguments;
  arguments.add(p.transposeLhs ? matrixMap(p, aMemory.address, p.m, p.k, p.batch, TILE_K) : matrixMap(p, aMemory.address, p.k, p.m, p.batch, p.tileM));
  const int matrices = p.broadcastRhs ? 1 : p.batch;
  arguments.add(p.transposeRhs ? matrixMap(p, bMemory.address, p.k, p.n, matrices, share) : matrixMap(p, bMemory.address, p.n, p.k, matrices, TILE_K));
  if (storesByMap(p)) {
    arguments.add(matrixMap(p, yMemory.address, p.n, p.m, p.batch, 64));
  } else {
    arguments.add(yMemory.address);
  }
  for (int v : {p.m, p.n, (p.k + TILE_K - 1) / TILE_K, tiles, tilesM, tilesN}) {
    arguments.add(v);
  }
  arguments.add(biasMemory.address);
  arguments.add(residualMemory.address);
  const unsigned staging = storesByMap(p) ? p.tileM * p.tileN * 2 : 0;
  const unsigned shared = p.stages * (p.tileM + p.tileN) * TILE_K * 2 + staging + p.stages * 16 + ALIGNMENT;
  const unsigned groups = std::min(tiles, p.units / p.cluster) * p.cluster;
  const std::string refused = gpu::launch(gpu::kernel(text(p), "hopper_gemm"), groups, ITEMS, shared, p.cluster, arguments);
  return refused.empty() ? difference(p, a, b, bias, residual, {yMemory.read(), p.bf16}) : refused;
}

}  // namespace hopper
