#!/usr/bin/env bash
# Installs the Debian 12 packages that gradtable is built, tested, measured and drawn with, those that are missing.
# Does nothing, and says nothing, when all are there. Uses sudo when not root.
#
#   scripts/install_packages.sh [PACKAGE...]
# PACKAGE: others that are needed besides.
set -euo pipefail

packages=(
  cmake ninja-build g++ pkg-config ccache
  libxtensor-dev libxtensor-blas-dev libxsimd-dev libopenblas-openmp-dev
  nlohmann-json3-dev zlib1g-dev libpng-dev libfmt-dev libcli11-dev librandom123-dev
  libonnx-dev libprotobuf-dev libonnx-testdata
  libgtest-dev libbenchmark-dev graphviz clang-format
  "$@"
)

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2> /dev/null) == installed ]]
}

command -v dpkg-query > /dev/null && command -v apt-get > /dev/null ||
  fail "this is not Debian: install by hand what stands for these packages: ${packages[*]}"

missing=()
for package in "${packages[@]}"; do
  is_installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

echo "Installing with apt-get: ${missing[*]}"
as_root=()
if [[ $EUID -ne 0 ]]; then
  command -v sudo > /dev/null || fail "not root and no sudo; expected that root runs: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet)
"${apt[@]}" update || echo "warning: apt-get update failed; trying with the lists that are there" >&2
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}" ||
  fail "apt-get install ${missing[*]}: failed, see above"
