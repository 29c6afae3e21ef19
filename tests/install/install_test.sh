#!/usr/bin/env bash
# A project outside of the tree finds, builds with and runs the installed gradtable, by CMake and by pkg-config; the
# installed programs run with the installed configs.
#   install_test.sh CMAKE COMPILER BUILD_FOLDER FOLDER_OF_THE_OUTSIDE_PROJECT
set -euo pipefail
cmake=$1 compiler=$2 build=$3 project=$4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$cmake" --install "$build" --prefix "$folder/installed" >"$folder/log" || { cat "$folder/log"; exit 1; }
test -f "$folder/installed/include/gradtable/gradtable.hpp"

"$cmake" -S "$project" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/installed" -DCMAKE_BUILD_TYPE=Release
"$cmake" --build "$folder/build"
"$folder/build/outside"
[ ! -x "$folder/build/outside_onnx" ] || "$folder/build/outside_onnx"

pc=$(dirname "$(find "$folder/installed" -name gradtable.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs gradtable)
# shellcheck disable=SC2086  # the flags are words
"$compiler" "$project/main.cpp" -o "$folder/outside" $flags
"$folder/outside"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

bin=$folder/installed/bin share=$folder/installed/share/gradtable
export HOME=$folder/home
unset MNIST_DIR
mkdir "$HOME"
cd "$HOME"
for program in idx_dump lectures mnist_fcnn mnist_lenet5 small_networks xor; do
  "$bin/$program" --version | grep -q "^$program [0-9]" || fail "$program: no version"
done
few=(--quiet --threads 1 --set data.digits_train=100 --set data.digits_test=50 --set training.epochs=1)
"$bin/mnist_fcnn" "$share/mnist_fcnn/digits.json" "${few[@]}"
"$bin/mnist_lenet5" "$share/mnist_lenet5/mnist.json" --set data.source=digits "${few[@]}"
for run in digits mnist_lenet5; do
  [[ -f gradtable/runs/$run/metrics.json ]] || fail "$run: no results in the home folder"
done
! message=$("$bin/mnist_fcnn" "$share/mnist_fcnn/mnist.json" --quiet 2>&1) || fail "trained without data"
[[ $message == *"$HOME/gradtable/data/mnist/"*scripts/fetch_mnist.sh* ]] || fail "$message"
[[ -x $share/scripts/fetch_mnist.sh && -f $share/mnist_fcnn/config.schema.json ]] || fail "something is missing in $share"
! grep -r '"\.\./' "$share" || fail "a config that leads to the tree"
