#!/usr/bin/env bash
# Everything to be known about Orthant on a machine with an NVIDIA GPU, in one go: what is there, whether it computes right, whether its
# kernels are clean under compute-sanitizer, how fast it is, and how fast PyTorch is on the same work. Runs in an image (orthant image)
# or in a checkout. Leaves one folder of at most seven files. It changes no setting of the GPU.
set -uo pipefail

usage() {
  cat <<'END'
Usage: bench/gpu.sh [--quick] [--device NAME] [--seconds N] [--out DIR]
  --quick         tiny shapes, a few cases: tries that everything runs, within a minute or two; the figures mean nothing
  --device NAME   which device (default: cuda:0)
  --seconds N     the time for all of it (default: 540); parts for which none is left are skipped, and said to be
  --out DIR       the folder to write (default: gpu-results/DATE-GPU)
Exit code: 0 when all that could be tried was right; 1 when a part failed, or there is no such device; 2 bad arguments.
What is absent (PyTorch, compute-sanitizer, NVIDIA's OpenCL) is no failure; the summary says so.
END
}

bad_input() {
  echo "gpu.sh: $1; see bench/gpu.sh --help" >&2
  exit 2
}

root="$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
orthant="$root/orthant"
device=cuda:0
total=540
quick=false
out=""
while [[ $# -gt 0 ]]; do
  case "$1" in
    --quick) quick=true ;;
    --device | --seconds | --out)
      [[ -n "${2:-}" ]] || bad_input "$1 needs a value"
      case "$1" in --device) device="$2" ;; --seconds) total="$2" ;; --out) out="$2" ;; esac
      shift
      ;;
    -h | --help) usage && exit 0 ;;
    *) bad_input "unknown option '$1'" ;;
  esac
  shift
done
[[ "$total" =~ ^[0-9]+$ && "$total" -ge 30 ]] || bad_input "--seconds must be a whole number, 30 or more"

if $quick; then
  suite=gpu-quick
  row_seconds=(--seconds-per-row 0.1)
  peer_seconds=0.05
  parity=(--quick --op relu)
  sanitized=(--quick --op softsign)
else
  suite=gpu
  row_seconds=()
  peer_seconds=0.6
  parity=()
  # What has shared memory and barriers, matrix units above all; few enough for tools that slow everything down tenfold and more.
  sanitized=(--quick --op "matmul,conv2d,sort,scatter_add,gelu" --dtype bf16)
fi

# ---- the machine ---------------------------------------------------------------------------------------------------

gpu_query=name,driver_version,pstate,clocks.sm,clocks.mem,clocks.max.sm,clocks.max.mem,power.draw,power.limit,temperature.gpu,memory.used,ecc.mode.current,mig.mode.current
clocks() {
  nvidia-smi --query-gpu=$gpu_query --format=csv 2>/dev/null || echo "no nvidia-smi"
}

find_tool() {
  local tool="$1" folder
  command -v "$tool" && return
  for folder in "${CUDA_HOME:-}" "${CUDA_PATH:-}" /usr/local/cuda /opt/cuda; do
    if [[ -n "$folder" && -x "$folder/bin/$tool" ]]; then
      echo "$folder/bin/$tool"
      return
    fi
  done
  return 1
}

facts() {
  echo "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
  echo "orthant: $("$orthant" --version 2>/dev/null | tr '\n' ' ')"
  echo "host: $(uname -srm), $(getconf _NPROCESSORS_ONLN) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
  echo "memory: $(sed -n 's/^MemTotal: *//p' /proc/meminfo)"
  echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
  if command -v nvidia-smi >/dev/null; then
    nvidia-smi -q -i 0 2>/dev/null | grep -E '^ *(Product Name|Driver Version|CUDA Version|Persistence Mode|Performance State|Current ECC|Graphics|SM|Memory|Total|Current Power Limit|Max Power Limit|GPU Current Temp|SW Power Cap|HW Slowdown|SW Thermal Slowdown|Link Gen|Compute Mode|MIG Mode) *:?' || true
  else
    echo "nvidia-smi: not found"
  fi
}

# ---- parts ---------------------------------------------------------------------------------------------------------

started=$SECONDS
failures=0
notes=()

left() {
  echo $((total - (SECONDS - started)))
}

note() {
  notes+=("$1")
  echo "gpu.sh: $1" >&2
}

# part NAME LIMIT KEEP FILE COMMAND…: runs a command for at most LIMIT seconds, leaving KEEP to the parts after it; its output goes to FILE.
part() {
  local name="$1" limit="$2" keep="$3" file="$4" code=0 begun=$SECONDS room
  shift 4
  room=$(($(left) - keep))
  if [[ $room -lt $limit ]]; then limit=$room; fi
  if [[ $limit -lt 5 ]]; then
    note "$name: SKIPPED, no time was left"
    failures=$((failures + 1))
    return 1
  fi
  echo "gpu.sh: $name (at most $limit s of $(left))" >&2
  {
    printf '==== %s\n==== %s\n' "$name" "$*"
    clocks | sed 's/^/==== /'
    timeout --kill-after=5 "$limit" "$@" 2>&1 </dev/null
    code=$?
    clocks | sed 's/^/==== /'
    printf '==== exit code %s after %s s\n\n' "$code" $((SECONDS - begun))
  } >>"$file"
  case $code in
    0) note "$name: passed in $((SECONDS - begun)) s" ;;
    124 | 137) note "$name: FAILED, cut off after $limit s" ;;
    *) note "$name: FAILED with exit code $code in $((SECONDS - begun)) s" ;;
  esac
  [[ $code -eq 0 ]] || failures=$((failures + 1))
  return "$code"
}

bench() {
  local name="$1" limit="$2" keep="$3"
  shift 3
  part "$name" "$limit" "$keep" "$out/logs.txt" "$orthant" bench --suite "$suite" --device "$device" \
    ${row_seconds[@]+"${row_seconds[@]}"} --json "$out/$name.json" --note "before: $(clocks)" "$@"
}

# finish LINE…: the summary, and the end.
finish() {
  {
    printf '# Orthant on a GPU: %s\n\n' "$label"
    if $quick; then printf 'QUICK: tiny shapes; the figures mean nothing.\n\n'; fi
    if $emulated; then printf 'EMULATED: this is no GPU; every figure here is worthless.\n\n'; fi
    printf '%s\n' "${notes[@]}" "$@"
    printf '\n## Machine\n\n'
    cat "$work/facts"
    printf '\n## Devices\n\n'
    cat "$work/devices" "$work/doctor" 2>/dev/null
    if [[ -s "$work/comparison" ]]; then
      printf '\n'
      cat "$work/comparison"
    fi
  } >"$out/summary.txt"
  cat "$out/summary.txt"
  echo "gpu.sh: all of it is in $out" >&2
  [[ $failures -eq 0 ]] && exit 0
  exit 1
}

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
facts >"$work/facts"
timeout 60 "$orthant" devices >"$work/devices" 2>&1 </dev/null
label="$(nvidia-smi --query-gpu=name --format=csv,noheader -i 0 2>/dev/null | head -n 1)"
emulated=false
if grep -E "^$device " "$work/devices" | grep -q EMULATED; then
  emulated=true
  label=emulated
fi
[[ -n "$label" ]] || label="no GPU"
[[ -n "$out" ]] || out="gpu-results/$(date -u +%Y-%m-%d-%H%M)-$(tr -cs 'A-Za-z0-9' '-' <<<"$label" | sed 's/-*$//')"
mkdir -p "$out" || bad_input "$out cannot be made"
out="$(CDPATH='' cd "$out" && pwd -P)"
[[ -z "$(ls -A "$out")" ]] || bad_input "$out is not empty"

part doctor 60 0 "$work/doctor" "$orthant" doctor
if ! grep -qE "^$device " "$work/devices"; then
  failures=$((failures + 1))
  finish "" "There is no device $device here: nothing was measured. What is missing, and its cure, is below."
fi
[[ $failures -eq 0 ]] || note "doctor found fault with a device; those that work are tried"

# The measurements must find time: more than half of it is theirs.
later=$((total * 54 / 100))
bench_limit=$((total / 6))
part parity 120 "$later" "$out/parity.txt" "$orthant" parity --device "$device" ${parity[@]+"${parity[@]}"}
opencl="$(grep -E '^opencl:[0-9]+ .*NVIDIA' "$work/devices" | head -n 1 | cut -d' ' -f1)"
if [[ -n "$opencl" ]]; then
  part parity-opencl 40 "$later" "$out/parity.txt" "$orthant" parity --device "$opencl" --quick ${parity[@]+"${parity[@]}"}
else
  note "parity-opencl: no OpenCL device of NVIDIA's is here"
fi

if sanitizer="$(find_tool compute-sanitizer)"; then
  for tool in memcheck racecheck; do
    export ORTHANT_WRAPPER="$sanitizer --tool $tool --error-exitcode 9"
    part "$tool" 40 "$later" "$out/sanitizer.txt" "$orthant" parity --device "$device" "${sanitized[@]}"
    unset ORTHANT_WRAPPER
  done
else
  note "memcheck, racecheck: no compute-sanitizer (PATH, CUDA_HOME)"
fi

bench bench-1 $bench_limit $((total * 36 / 100))
python=""
if command -v python3 >/dev/null && timeout 60 python3 -c 'import sys, torch; sys.exit(not torch.cuda.is_available())' >/dev/null 2>&1; then
  python=python3
  commit="$(sed -n 's/^orthant: //p' "$work/facts")"
  peer_limit=$(($(left) - bench_limit - 10))
  part peer $((peer_limit + 5)) $bench_limit "$out/logs.txt" "$python" "$root/bench/peers/torch_peer.py" "$root/bench/suites/$suite.json" \
    "$out/peer.json" --seconds-per-row "$peer_seconds" --seconds "$peer_limit" --commit "$commit" --note "before: $(clocks)"
else
  note "peer: no python3 with a PyTorch that sees a CUDA device"
fi
bench bench-2 $((2 * bench_limit)) 0

if [[ -f "$out/peer.json" && -f "$out/bench-1.json" ]]; then
  ours=("$out/bench-1.json")
  [[ ! -f "$out/bench-2.json" ]] || ours+=("$out/bench-2.json")
  "$python" "$root/bench/peers/compare.py" "${ours[@]}" "$out/peer.json" >"$work/comparison" 2>&1 || note "the comparison could not be made"
fi
finish ""
