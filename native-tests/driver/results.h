// CUresult, as far as the emulated driver returns it; names and texts of all are in results.cpp.
#pragma once

namespace driver {

enum Result : int {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NO_BINARY_FOR_GPU = 209,
  INVALID_PTX = 218,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  CONTEXT_IS_DESTROYED = 709,
  LAUNCH_FAILED = 719,
  NOT_SUPPORTED = 801,
  INVALID_CLUSTER_SIZE = 912,
};

// Those after which a context is of no use any more.
inline bool isSticky(int result) {
  return result == 214 || result == 700 || result == 702 || result == 710 || (result >= 714 && result <= 719) || result == 220;
}

}  // namespace driver
