#!/usr/bin/env bash
# Downloads the four files of MNIST and checks their md5 sums.
#
#   scripts/fetch_mnist.sh [DIR]      DIR is data/mnist unless given
#
# MNIST_MIRROR: a URL to take in place of the public mirrors. Files that are there and right are kept; a file gets its
# final name only when it is whole. Ends non-zero, and says why, when one of the four is missing in the end.
set -euo pipefail

mirrors=(
  https://ossci-datasets.s3.amazonaws.com/mnist
  https://storage.googleapis.com/cvdf-datasets/mnist
)
files=(
  "train-images-idx3-ubyte.gz f68b3c2dcbeaaa9fbdd348bbdeb94873"
  "train-labels-idx1-ubyte.gz d53e105ee54ea40749a09fcbcd1e9432"
  "t10k-images-idx3-ubyte.gz 9fb629c4189551a2d022fa330f9573f3"
  "t10k-labels-idx1-ubyte.gz ec29112dd5afa0611ce80d1b7f02629c"
)

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

md5_of() {
  md5sum < "$1" | cut -d ' ' -f 1
}

# download URL FILE
download() {
  if command -v curl > /dev/null; then
    curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 --output "$2" -- "$1"
  else
    wget --no-verbose --tries=3 --connect-timeout=20 --output-document="$2" -- "$1"
  fi
}

# fetch FILE MD5: from the first mirror that has the right bytes
fetch() {
  local file=$1 md5=$2 mirror found
  if [[ -f $dir/$file && $(md5_of "$dir/$file") == "$md5" ]]; then
    echo "$dir/$file: there already"
    return 0
  fi
  for mirror in "${mirrors[@]}"; do
    echo "$dir/$file: from $mirror"
    if ! download "${mirror%/}/$file" "$partial"; then
      echo "warning: ${mirror%/}/$file: the download failed" >&2
      continue
    fi
    found=$(md5_of "$partial")
    if [[ $found == "$md5" ]]; then
      mv -- "$partial" "$dir/$file"
      return 0
    fi
    echo "warning: ${mirror%/}/$file: md5 sum $found; expected $md5" >&2
  done
  return 1
}

[[ $# -le 1 && ${1-} != -* ]] || fail "usage: scripts/fetch_mnist.sh [DIR]"
dir=${1:-data/mnist}
[[ -z ${MNIST_MIRROR-} ]] || mirrors=("$MNIST_MIRROR")
command -v curl > /dev/null || command -v wget > /dev/null || fail "neither curl nor wget is installed; expected one of them"
command -v md5sum > /dev/null || fail "md5sum is not installed"
mkdir -p -- "$dir" || fail "$dir: the folder cannot be made"
partial=$(mktemp -- "$dir/.fetch_mnist.XXXXXX") || fail "$dir: the folder cannot be written"
chmod 644 -- "$partial"
trap 'rm -f -- "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for entry in "${files[@]}"; do
  read -r file md5 <<< "$entry"
  fetch "$file" "$md5" || fail "$dir/$file: no mirror has it whole (${mirrors[*]})"
done
echo "MNIST is in $dir"
