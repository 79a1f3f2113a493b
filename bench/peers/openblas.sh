#!/bin/sh
# Our matmul + bias + ReLU against OpenBLAS's sgemm in one process. Needs libopenblas (apt-get install libopenblas0).
# Usage: bench/peers/openblas.sh [threads] [m,n,k …]
set -eu
cd "$(dirname "$0")/../.."
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
library=${OPENBLAS:-$(ldconfig -p | sed -n 's/.*libopenblas\.so\.0 .*=> //p' | head -n 1)}
[ -n "$library" ] || { echo "openblas.sh: libopenblas.so.0 not found; set OPENBLAS to its path" >&2; exit 2; }
[ -d target/classes ] || { echo "openblas.sh: build first: mvn -q compile" >&2; exit 2; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"${java}c" -nowarn --add-modules jdk.incubator.vector -cp target/classes -d "$out" \
  bench/src/dev/orthant/cpu/BiasRelu.java bench/src/dev/orthant/cpu/OpenBlasPeer.java
"$java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Dopenblas="$library" \
  -cp "target/classes:$out" dev.orthant.cpu.OpenBlasPeer "$@"
