// Every recorded kernel: lawful results, nothing touched but the outputs, in whatever order threads take turns.
#include "../cases/recorded.h"

#include "../cases/runner.h"
#include "flavour.h"

namespace {

std::string nameOf(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param.substr(info.param.rfind('/') + 1) + "_" + cases::nameOf(info.param);
  for (char& c : name) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

class Recorded : public testing::TestWithParam<std::string> {};

}  // namespace

TEST_P(Recorded, IsLawful) {
  const cases::Recorded test = cases::read(GetParam());
  // 0: in their order.
  for (uint64_t seed : {0, 1, 2}) {
    ASSERT_EQ(cases::run(test, recordedKernels(), seed), "") << test.name << ", shuffled with seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, Recorded, testing::ValuesIn(cases::list(recordedCases())), nameOf);
