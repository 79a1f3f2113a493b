// gtest's main, with the sanitizers set so that the first finding ends the process.
#include "flavour.h"

bool addressesAreChecked() {
#if defined(EMU_ASAN)
  return true;
#else
  return false;
#endif
}

bool racesAreChecked() {
#if defined(EMU_TSAN)
  return true;
#else
  return false;
#endif
}

std::string recordedKernels() {
  return std::string(KERNELS_FOLDER) + "/recorded";
}

std::string plantedKernels() {
  return std::string(KERNELS_FOLDER) + "/planted";
}

std::string recordedCases() {
  return CASES_FOLDER;
}

#if defined(EMU_ASAN)
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options() {
  return "detect_leaks=0:abort_on_error=0:detect_stack_use_after_return=0";
}
extern "C" __attribute__((visibility("default"))) const char* __ubsan_default_options() {
  return "print_stacktrace=0:halt_on_error=1";
}
#endif
#if defined(EMU_TSAN)
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
  return "halt_on_error=1:report_bugs=1:history_size=4";
}
#endif

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  return RUN_ALL_TESTS();
}
