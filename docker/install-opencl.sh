#!/usr/bin/env bash
# Installs an OpenCL device that needs no GPU (PoCL), the loader, clinfo and, where it is packaged, oclgrind.
# CI, ./orthant test --with-opencl and the images share it. Doing it twice does nothing the second time.
set -euo pipefail

# Is everything there? The loader and PoCL's entry among the vendors; oclgrind only where Debian's packages have it.
installed() {
  local vendors="${OCL_ICD_VENDORS:-/etc/OpenCL/vendors}"
  command -v clinfo >/dev/null && grep -qis pocl "$vendors"/*.icd "$vendors" || return 1
  ! command -v apt-get >/dev/null || command -v oclgrind >/dev/null
}

as_root() {
  if [[ "$(id -u)" == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo "$@"
  else
    echo "OpenCL needs packages that only root can install; cure: sudo $0" >&2
    exit 1
  fi
}

if installed; then
  echo "OpenCL: PoCL is installed"
elif command -v apt-get >/dev/null; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    pocl-opencl-icd ocl-icd-libopencl1 clinfo oclgrind >/dev/null
elif command -v dnf >/dev/null; then
  as_root dnf install -y pocl ocl-icd clinfo
elif command -v apk >/dev/null; then
  as_root apk add pocl opencl-icd-loader clinfo
elif command -v zypper >/dev/null; then
  as_root zypper --non-interactive install pocl libOpenCL1 clinfo
elif command -v pacman >/dev/null; then
  as_root pacman -S --noconfirm --needed pocl ocl-icd clinfo
elif command -v brew >/dev/null; then
  brew install pocl clinfo
else
  echo "OpenCL: no package manager that this script knows; install PoCL (or any OpenCL driver) by hand" >&2
  exit 1
fi
