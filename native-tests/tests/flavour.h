// Which checkers this build has, and where its kernels are; main.cpp, which is compiled for each build, knows.
#pragma once

#include <string>

#include <gtest/gtest.h>

// ASan and UBSan.
bool addressesAreChecked();
// TSan.
bool racesAreChecked();

// Folders of compiled kernels: recorded ones, and those of planted/.
std::string recordedKernels();
std::string plantedKernels();
// The folder of recorded cases.
std::string recordedCases();
