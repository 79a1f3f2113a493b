#!/usr/bin/env bash
# Builds the emulated CUDA driver and NVRTC, if they are not up to date, and prints the folder with them, which is for LD_LIBRARY_PATH.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$here/build"
mkdir -p "$build"
# Several tests may ask at once.
exec 9>"$build/.lock"
flock 9
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
if ! { { [[ -f "$build/CMakeCache.txt" ]] || cmake -S "$here" -B "$build" -DCMAKE_BUILD_TYPE=Release; } && cmake --build "$build" --target cuda nvrtc --parallel 2; } \
    >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
printf '%s\n' "$build/emulated"
