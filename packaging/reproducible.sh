#!/usr/bin/env bash
# Builds this commit twice, in folders of different names and depths, as for a release, and compares what came out byte
# by byte: packaging/reproducible.sh [MAVEN ARGUMENTS]. Offline (-o) there is no bill of materials to compare.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# build FOLDER [MAVEN ARGUMENTS]: the sums of what a build there gives.
build() {
  local folder="$1"
  shift
  mkdir -p "$(dirname "$folder")"
  git clone --quiet "$root" "$folder"
  (cd "$folder" && mvn -B -ntp -q -Prelease -DskipTests -Dspotless.check.skip package "$@" >&2)
  (cd "$folder/target" && sha256sum orthant-*.jar $(compgen -G "bom.*"))
}

build "$scratch/one" "$@" >"$scratch/one.sums"
build "$scratch/another/and/deeper" "$@" >"$scratch/two.sums"
if ! diff "$scratch/one.sums" "$scratch/two.sums"; then
  echo "reproducible: two builds of one commit differ" >&2
  exit 1
fi
echo "reproducible: $(wc -l <"$scratch/one.sums") files, equal byte by byte"
