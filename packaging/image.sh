#!/usr/bin/env bash
# Makes a folder that runs on any Linux (x86-64, glibc 2.17 or newer) without Java, Maven or a CUDA toolkit: a trimmed Java runtime, the
# jar with its kernels, the libraries, the launcher, the benchmarks. Called by: ./orthant image [--output DIR] [--tar]
# Usage: packaging/image.sh JDK-HOME ORTHANT-JAR [--output DIR] [--tar]
set -euo pipefail

root="$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
# What the class files ask for (jdeps); Jackson's readers of XML types are left out, it does without.
modules=java.base,java.logging,java.management,jdk.management,jdk.unsupported,jdk.incubator.vector

usage() {
  cat <<'END'
Usage: orthant image [--output DIR] [--tar]
Makes a self-contained folder for Linux on x86-64: it needs no Java and, for a GPU, only its driver.
  --output DIR   the folder to make; it must not exist, or be an image made before (default: target/image/orthant-VERSION-linux-x86_64)
  --tar          also an archive beside it: DIR.tar.xz, or DIR.tar.gz where there is no xz
END
}

fail() {
  printf 'orthant: image: %s\n' "$@" >&2
  exit "${code:-1}"
}

bad_input() {
  code=2 fail "$@"
}

megabytes() {
  awk -v kib="$(du -sk "$1" | cut -f1)" 'BEGIN { printf "%.1f MB", kib * 1024 / 1e6 }'
}

# JCuda's natives hold five libraries; only the one on the driver is loaded, another has 24 MB.
trim_natives() {
  local jar="$1" work
  work="$(mktemp -d "$lib/natives.XXXXXX")"
  (cd "$work" && "$java_home/bin/jar" xf "$jar")
  find "$work/lib" -type f ! -name 'libJCudaDriver-*' -delete
  [[ -n "$(ls "$work/lib")" ]] || fail "$(basename "$jar") holds no libJCudaDriver"
  "$java_home/bin/jar" cfM "$jar" -C "$work" META-INF -C "$work" lib
  rm -rf "$work"
}

java_home="${1:?}"
jar="${2:?}"
shift 2
output=""
tar=false
while [[ $# -gt 0 ]]; do
  case "$1" in
    --output) [[ -n "${2:-}" ]] || bad_input "--output needs a folder" && output="$2" && shift ;;
    --output=*) output="${1#*=}" ;;
    --tar) tar=true ;;
    -h | --help) usage && exit 0 ;;
    *) bad_input "unknown option '$1'; see orthant image --help" ;;
  esac
  shift
done

[[ "$(uname -s)-$(uname -m)" == Linux-x86_64 ]] || fail "images are made on Linux x86-64 only: the runtime is that of the JDK here"
[[ -x "$java_home/bin/jlink" ]] || fail "$java_home has no bin/jlink: a JDK is needed, not a runtime" "cure: set ORTHANT_JAVA_HOME"
name="$(basename "$jar" .jar)-linux-x86_64"
[[ -n "$output" ]] || output="$root/target/image/$name"
if [[ -e "$output" && ! -f "$output/.orthant-image" ]]; then
  [[ -d "$output" && -z "$(ls -A "$output")" ]] || bad_input "$output exists and is no image: it is left alone"
fi
mkdir -p "$(dirname "$output")" || bad_input "$output cannot be made"
output="$(CDPATH='' cd "$(dirname "$output")" && pwd -P)/$(basename "$output")"

# Made beside its place and moved there when whole.
work="$(mktemp -d "$(dirname "$output")/.image.XXXXXX")"
trap 'rm -rf "$work"' EXIT
image="$work/image"
lib="$image/lib"
# Uncompressed modules: an archive of the whole is smaller, and Java starts sooner.
"$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-0 \
  --output "$work/runtime" || fail "jlink failed" "cure: use a JDK that has jmods or is linkable, such as Eclipse Temurin"
mkdir -p "$lib"
mv "$work/runtime" "$image/runtime"
cp "$jar" "$image/"
cp "$root"/target/lib/*.jar "$lib/"
for natives in "$lib"/jcuda-natives-*.jar; do [[ ! -f "$natives" ]] || trim_natives "$natives"; done
cp "$root/orthant" "$root/README.md" "$root/LICENSE" "$image/"
cp -R "$root/docs" "$image/"
mkdir -p "$image/bench"
for part in gpu.sh peers suites README.md; do
  [[ ! -e "$root/bench/$part" ]] || cp -R "$root/bench/$part" "$image/bench/"
done
find "$image" -name __pycache__ -prune -exec rm -rf {} +
touch "$image/.orthant-image"

rm -rf "$output"
mv "$image" "$output"
echo "image: $output ($(megabytes "$output"))"

if $tar; then
  if command -v xz >/dev/null; then
    packed="$output.tar.xz"
    pack=(xz -T0 -6)
  else
    packed="$output.tar.gz"
    pack=(gzip -9)
  fi
  tar -C "$(dirname "$output")" --owner=0 --group=0 -cf - "$(basename "$output")" | "${pack[@]}" >"$packed.part"
  mv "$packed.part" "$packed"
  echo "archive: $packed ($(megabytes "$packed"))"
fi
