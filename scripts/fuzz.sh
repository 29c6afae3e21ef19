#!/usr/bin/env bash
# Feeds what reads files with mutated ones: builds the fuzz targets of tests/fuzz with clang's libFuzzer and the
# address and undefined-behaviour sanitizers, and runs each for a while, one after the other.
# Ends non-zero when an input crashed a target, took more than 10 seconds or too much memory. Such inputs are kept
# in build/fuzz/faults, what was learned in build/fuzz/corpus, the output of each target in build/fuzz/TARGET.log.
#
#   scripts/fuzz.sh [--seconds N] [TARGET...]
# N: seconds for each target, 60 unless given. TARGET: idx, gzip, ...: the names of the sources in tests/fuzz; all
# unless given. One input again: build/fuzz/bin/fuzz_TARGET FILE.
#
# Packages: clang-14 libclang-rt-14-dev, besides those of scripts/install_packages.sh.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 2
}

seconds=60
targets=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --seconds) seconds=${2-}; shift $(($# > 1 ? 2 : 1)) ;;
    --seconds=*) seconds=${1#*=}; shift ;;
    -*) fail "unknown argument $1; expected: scripts/fuzz.sh [--seconds N] [TARGET...]" ;;
    *) targets+=("$1"); shift ;;
  esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "--seconds: expected a whole number from 1, got '$seconds'"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

known=()
for source in tests/fuzz/*.cpp; do known+=("$(basename "$source" .cpp)"); done
[[ ${#targets[@]} -gt 0 ]] || targets=("${known[@]}")
for target in "${targets[@]}"; do
  [[ " ${known[*]} " == *" $target "* ]] || fail "unknown target $target; expected some of: ${known[*]}"
done
command -v clang++-14 > /dev/null || fail "no clang++-14; expected the packages clang-14 and libclang-rt-14-dev"

cmake --preset fuzz > /dev/null
cmake --build --preset fuzz --parallel "$(nproc)" --target "${targets[@]/#/fuzz_}"

# A whole file of the kind; mutation begins with these.
write_seeds() {
  local target=$1 folder=$2
  case $target in
    idx | gzip)
      printf '\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02\x00\x40\x80\xff' > "$folder/images"
      printf '\0\0\x08\x01\0\0\0\x02\x07\x01' > "$folder/labels"
      gzip --no-name --keep --force "$folder/images" "$folder/labels"
      cat "$folder/images.gz" "$folder/labels.gz" > "$folder/members.gz"
      ;;
    picture)
      printf 'P2\n# by hand\n3 2\n9\n0 1 2\n3 4 9\n' > "$folder/text"
      printf 'P5 3 2 255 \x00\x01\x02\xfd\xfe\xff' > "$folder/bytes"
      printf 'P5 2 1 65535 \x00\x01\xff\xff' > "$folder/words"
      # 2 x 2 gray pixels of a byte each.
      base64 --decode > "$folder/png" <<< 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNg+M/QoAAABSIBoDFY6dcAAAAASUVORK5CYII='
      ;;
    npy)
      local header="{'descr': '<i8', 'fortran_order': True, 'shape': (1, 2), }"
      printf "\\x93NUMPY\\x01\\0\\x$(printf %x ${#header})\\0%s%016d" "$header" 0 > "$folder/integers"
      header=${header/<i8/>f2} header=${header/True/False}
      printf "\\x93NUMPY\\x02\\0\\x$(printf %x ${#header})\\0\\0\\0%s%04d" "$header" 0 > "$folder/halves"
      ;;
    csv)
      printf 'x,"a ""name""",t\r\n1.5,u,yes\r\n,"v\n,",no\r\n' > "$folder/quoted"
      printf '\xef\xbb\xbf;a;b\n1;12;u\n2;1,5;NA\n' > "$folder/index"
      printf '5.1\t3\tsetosa\n4\tinf\tvirginica' > "$folder/tabs"
      ;;
    npz)
      # X.npy, deflated, and y.npy, stored, of numpy.savez_compressed and numpy.savez.
      base64 --decode > "$folder/packed" <<< 'UEsDBC0AAAAIAAAAIQCFsLas//////////8FABQAWC5ucHkBABAAiAAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6mjoKtQoUAC4GKAAAUEsBAi0DLQAAAAgAAAAhAIWwtqxHAAAAiAAAAAUAAAAAAAAAAAAAAIABAAAAAFgubnB5UEsFBgAAAAABAAEAMwAAAH4AAAAAAA=='
      base64 --decode > "$folder/stored" <<< 'UEsDBC0AAAAAAAAAIQA1Reom//////////8FABQAeS5ucHkBABAAggAAAAAAAACCAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3xpMScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAFQSwECLQMtAAAAAAAAACEANUXqJoIAAACCAAAABQAAAAAAAAAAAAAAgAEAAAAAeS5ucHlQSwUGAAAAAAEAAQAzAAAAuQAAAAAA'
      ;;
    json | config) cp apps/mnist_fcnn/configs/*.json "$folder" ;;
    config_course) cp apps/mnist_fcnn/configs/*.config "$folder" ;;
    safetensors)
      local header='{"W1":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"b1":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}'
      printf "\\x$(printf %x ${#header})\0\0\0\0\0\0\0%s%032d" "$header" 0 > "$folder/gradtable"
      header=${header/W1/fc1.weight} header=${header/b1/fc1.bias} header=${header/3,2/2,3}
      printf "\\x$(printf %x ${#header})\0\0\0\0\0\0\0%s%032d" "$header" 0 > "$folder/pytorch"
      ;;
    onnx)
      cp docs/examples/perceptron.onnx tests/models/onnx/exports/*.onnx "$folder"
      # The cases of the ONNX standard, where the package libonnx-testdata is: one of each op is enough.
      find /usr/share/libonnx-testdata/data/node -path '*/model.onnx' -size -2k 2> /dev/null | while read -r model; do
        cp "$model" "$folder/$(basename "$(dirname "$model")")"
      done
      ;;
  esac
}

status=0
for target in "${targets[@]}"; do
  corpus=build/fuzz/corpus/$target faults=build/fuzz/faults/$target log=build/fuzz/$target.log
  mkdir -p "$corpus" "$faults"
  write_seeds "$target" "$corpus"
  result="no fault"
  build/fuzz/bin/fuzz_"$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=512 -artifact_prefix="$faults/" -print_final_stats=1 "$corpus" > "$log" 2>&1 ||
    { status=1; result="A FAULT, see $log and $faults"; }
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-14s %12s inputs, %s\n' "$target" "${inputs:-?}" "$result"
done
exit "$status"
