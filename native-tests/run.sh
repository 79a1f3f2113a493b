#!/usr/bin/env bash
# Records the kernels of the CUDA device, compiles them for the emulator in three builds and runs all tests. Installs nothing.
# With --recorded the cases that the Maven tests have written to target/native-cases are taken as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ "${1:-}" != --recorded ]]; then
  mvn -q test -Dtest=KernelRecordTest -Dsurefire.failIfNoSpecifiedTests=false
fi
cmake -S native-tests -B native-tests/build -DCMAKE_BUILD_TYPE=Release
cmake --build native-tests/build --parallel 2
# Tests that are not there must not look like tests that pass.
ctest --test-dir native-tests/build --parallel 2 --output-on-failure --no-tests=error
